//! Steps that are done several times: so often, until a condition is true, or for each item.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::scenario::{Data, Library, Number, Script, Step, Variable};
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::{Fields, Node, Tree};

/// Rounds of all `repeat` of one test together: a day and more of a module that boots in each. In
/// simulated time a slip of a few zeros would else run for ever.
pub const MAX_ROUNDS: u64 = 100_000;

/// Steps that are done several times.
#[derive(Clone, Debug)]
pub struct Repeat {
    pub rounds: Rounds,
    /// The variable that has the number of the round, from 1, or the item of a list.
    pub name: Option<Variable>,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub enum Rounds {
    Times(Number),
    /// Until a condition is true behind a round, at most so many times.
    Until {
        condition: Script,
        at_most: Number,
    },
    /// For each item of a list.
    Over {
        items: Data,
        place: Place,
    },
}

/// The keys beside `repeat`.
pub(crate) struct RepeatKeys<'n> {
    pub(crate) steps: Option<&'n Node>,
    pub(crate) name: Option<&'n Node>,
}

impl Library {
    pub(crate) fn repeat(
        &mut self,
        source: &Arc<Source>,
        node: &Node,
        keys: &RepeatKeys<'_>,
    ) -> Option<Repeat> {
        let rounds = match &node.tree {
            Tree::Map(_) => self.rounds(node),
            Tree::Null | Tree::Scalar(_) | Tree::List(_) => self.so_often(node).map(Rounds::Times),
        };
        let name = keys.name.and_then(|node| self.variable(node));
        let Some(steps) = keys.steps else {
            let complaint = Diagnostic::at(&node.place, "what is repeated here?");
            self.complaints.push(complaint.help("give it `steps` of its own"));
            return None;
        };
        let steps = self.steps(source, steps)?;
        Some(Repeat { rounds: rounds?, name, steps })
    }

    fn rounds(&mut self, node: &Node) -> Option<Rounds> {
        let mut fields = Fields::of(node, "`repeat`", &mut self.complaints)?;
        let (times, over) = (fields.take("times"), fields.take("over"));
        let (until, at_most) = (fields.take("until"), fields.take("at_most"));
        let known = self.complaints.len();
        fields.finish(&mut self.complaints);
        if self.complaints.len() > known {
            return None;
        }
        match (times, over, until, at_most) {
            (Some(times), None, None, None) => self.so_often(times).map(Rounds::Times),
            (None, Some(over), None, None) => self.over(over),
            (None, None, Some(until), Some(at_most)) => {
                let (condition, at_most) = (self.script(until), self.so_often(at_most));
                Some(Rounds::Until { condition: condition?, at_most: at_most? })
            }
            (None, None, Some(until), None) => {
                let complaint = Diagnostic::at(&until.place, "this could go on for ever");
                self.complaints.push(complaint.help("add `at_most`, a number of rounds"));
                None
            }
            _ => {
                let complaint = Diagnostic::at(&node.place, "how often is this repeated?");
                let remedy = "a number; `{ over: … }`; or `{ until: …, at_most: … }`";
                self.complaints.push(complaint.help(remedy));
                None
            }
        }
    }

    /// A number of rounds.
    fn so_often(&mut self, node: &Node) -> Option<Number> {
        let number = self.number(node)?;
        if let Number::Fixed(rounds) = number
            && rounds > MAX_ROUNDS
        {
            let message = format!("{rounds} rounds are more than a test may have");
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints.push(complaint.help(format!("at most {MAX_ROUNDS}")));
        }
        Some(number)
    }

    fn over(&mut self, node: &Node) -> Option<Rounds> {
        let items = self.data(node)?;
        let wrong = match &items {
            Data::List(list) if list.is_empty() => "this list has no items",
            Data::List(_) => "",
            // The whole is one variable, which may be a list.
            Data::Template(template) if template.is_lone() => "",
            Data::Plain(_) | Data::Template(_) | Data::Map(_) => "`over` wants a list",
        };
        if !wrong.is_empty() {
            let complaint = Diagnostic::at(&node.place, wrong);
            self.complaints.push(complaint.help("for example `over: [1, 2]`, or `over: ${list}`"));
        }
        Some(Rounds::Over { items, place: node.place.clone() })
    }

    /// The name of a variable that a step sets.
    pub(crate) fn variable(&mut self, node: &Node) -> Option<Variable> {
        let name = self.complaints.text(node)?;
        if is_name(&name) {
            return Some(Variable { name, place: node.place.clone() });
        }
        let message = format!("`{name}` is not a name for a variable");
        let complaint = Diagnostic::at(&node.place, message);
        self.complaints.push(complaint.help("letters, digits and _, not starting with a digit"));
        None
    }
}
