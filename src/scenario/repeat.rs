//! Steps that are done several times: so often, until a condition is true, or for each item.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::scenario::{Data, Library, Number, Script, Step, Variable};
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::{Fields, Node, Tree};

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
    Over(Data),
}

impl Rounds {
    /// Where the list stands that is gone over.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Rounds::Over(data) => data.templates().first().map(|template| &template.place),
            Rounds::Times(_) | Rounds::Until { .. } => None,
        }
    }
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
            Tree::Null | Tree::Scalar(_) | Tree::List(_) => self.number(node).map(Rounds::Times),
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
        fields.finish(&mut self.complaints);
        match (times, over, until, at_most) {
            (Some(times), None, None, None) => self.number(times).map(Rounds::Times),
            (None, Some(over), None, None) => self.data(over).map(Rounds::Over),
            (None, None, Some(until), Some(at_most)) => {
                let (condition, at_most) = (self.script(until), self.number(at_most));
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
