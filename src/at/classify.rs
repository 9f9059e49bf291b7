//! What a whole line is, from the command that waits and the dialect.

use crate::at::command::{Command, Form, Once, Question};
use crate::at::dialect::Dialect;
use crate::at::result_code::{Outcome, outcome};
use crate::at::urc::{Fit, Shape, UrcRule};

/// What is known about a line when it has just come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// The command line itself.
    Echo,
    /// The final result code: the command is done.
    Final(Outcome),
    /// Surely the information response to the running command, by name.
    Answer,
    /// Another line while the command waits.
    Information,
    Urc,
    /// Nothing claims it.
    Text,
    /// A URC, or the answer to the running read command: what follows decides.
    Either,
}

/// What `text` is when no command waits.
pub(crate) fn unasked(text: &[u8], dialect: &Dialect) -> Sense {
    match dialect.urc(text) {
        Some(_) => Sense::Urc,
        None => Sense::Text,
    }
}

/// What `text` is while `command` waits for its answer.
pub(crate) fn asked(text: &[u8], command: &mut Command, dialect: &Dialect) -> Sense {
    if command.echo == Once::Awaited && text == command.line {
        command.echo = Once::Heard;
        return Sense::Echo;
    }
    if let Some(outcome) = outcome(text) {
        return Sense::Final(outcome);
    }
    match (dialect.urc(text), command.question(text)) {
        (None, _) => Sense::Information,
        (Some(_), None) => Sense::Urc,
        (Some(urc), Some(question)) => same_name(text, urc, question),
    }
}

/// A URC has the name of the running command: its form and the shapes decide.
fn same_name(text: &[u8], urc: &UrcRule, question: &mut Question) -> Sense {
    let as_urc = urc.fit(Shape::Urc, text);
    let as_answer = match question.form {
        Form::Read => urc.fit(Shape::Read, text),
        // Only a dialect that gives its shape says that there is such an answer at all.
        Form::Set => match urc.fit(Shape::Set, text) {
            Fit::Unknown => Fit::No,
            known @ (Fit::Yes | Fit::No) => known,
        },
        // `+WDSI: (0-4479)`: a list of values is no event, so what is not shaped like one is it.
        Form::Test => match as_urc {
            Fit::Yes => Fit::No,
            Fit::No | Fit::Unknown => return Sense::Answer,
        },
    };
    let sense = match (as_urc, as_answer) {
        (Fit::Yes | Fit::Unknown, Fit::No) => Sense::Urc,
        (Fit::No, Fit::Yes | Fit::Unknown) => Sense::Answer,
        // Neither: a wrong answer, most likely, and the scenario sees it as one. But a set
        // command has none.
        (Fit::No, Fit::No) => match question.form {
            Form::Set => Sense::Urc,
            Form::Read | Form::Test => Sense::Answer,
        },
        (Fit::Yes | Fit::Unknown, Fit::Yes | Fit::Unknown) => match question.answer {
            Once::Awaited => Sense::Either,
            Once::Heard => Sense::Urc,
        },
    };
    if sense == Sense::Answer {
        question.answer = Once::Heard;
    }
    sense
}
