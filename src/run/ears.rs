//! What is listened for in each line that comes: the running command's answer, forbidden lines.

use std::collections::VecDeque;

use crate::at::{Kind, Line};
use crate::fault::Means;
use crate::moment::Moment;
use crate::run::inbox::{Inbox, Number};
use crate::run::shown::shortened;
use crate::run::tail::Tail;
use crate::scenario::Ready;
use crate::source::Place;

/// A line that must not come.
#[derive(Clone, Debug)]
pub(crate) struct Forbidden {
    pub(crate) pattern: Ready,
    pub(crate) place: Place,
    pub(crate) means: Means,
    /// Lines that arrived before are none of its business.
    pub(crate) since: Moment,
}

/// A forbidden line that came.
pub(crate) struct Tripped {
    pub(crate) forbidden: Forbidden,
    /// As a person reads it.
    pub(crate) line: String,
    /// Which of the forbidden lines it was.
    pub(crate) index: usize,
}

/// What is listened for while lines come in.
#[derive(Default)]
pub(crate) struct Ears {
    /// Scenario-wide patterns first, then those of the step.
    pub(crate) forbidden: Vec<Forbidden>,
    /// A forbidden line that came: told at the next turn, so that it is never overlooked.
    pub(crate) tripped: Option<Tripped>,
    /// The command whose answer is awaited by a step.
    pub(crate) running: Option<Running>,
    /// What was said last, for what a failure says.
    pub(crate) tail: Tail,
}

/// A command whose answer is awaited.
#[derive(Default)]
pub(crate) struct Running {
    pub(crate) command: String,
    /// The first line of its answer.
    pub(crate) first: Option<Vec<u8>>,
    /// Its final result code or a prompt, by number in the inbox.
    pub(crate) answers: VecDeque<Number>,
    /// Whether the module sent the command back.
    pub(crate) echoed: bool,
}

impl Ears {
    /// The way of a line from the decoder into the inbox, past these ears.
    pub(crate) fn keep<'s>(&'s mut self, inbox: &'s mut Inbox) -> impl FnMut(Line<'_>) + 's {
        move |line| {
            if line.kind == Kind::Echo {
                if let Some(running) = &mut self.running {
                    running.echoed = true;
                }
                return;
            }
            if let Some(running) = &mut self.running {
                match line.kind {
                    Kind::Final | Kind::Prompt => running.answers.push_back(inbox.end()),
                    Kind::Information if running.first.is_none() => {
                        running.first = Some(line.text.to_vec());
                    }
                    Kind::Information | Kind::Urc | Kind::Text | Kind::Echo => {}
                }
            }
            self.tail.heard(inbox.end(), &line);
            inbox.push(line.at, line.kind, line.text);
            if self.tripped.is_none() {
                let mut forbidden = self.forbidden.iter().enumerate();
                let hit = forbidden
                    .find(|(_, one)| line.at >= one.since && one.pattern.regex.is_match(line.text));
                self.tripped = hit.map(|(index, one)| Tripped {
                    forbidden: one.clone(),
                    line: shortened(line.text),
                    index,
                });
            }
        }
    }
}
