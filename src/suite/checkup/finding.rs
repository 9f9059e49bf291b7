//! What a look at a rig has found, one part after the other.

use crate::diagnostic::Diagnostic;
use crate::fault::{Broken, Trouble};

/// One part of a rig, and what it came to.
#[derive(Clone, Debug)]
pub struct Finding {
    /// `port`, `module`, `power`.
    pub part: String,
    pub came: Came,
}

/// What a part came to.
#[derive(Clone, Debug)]
pub enum Came {
    /// It works, with figures.
    Well(String),
    /// It works, and something about it is worth to know, with what can be done.
    Noted(Box<Diagnostic>),
    /// It was not tried, for this reason.
    LeftOut(String),
    /// It does not work.
    Badly(Box<Diagnostic>),
}

/// What a rig came to; the worst of its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    #[default]
    Well,
    Wrong,
    Interrupted,
}

/// Tells findings as they come.
pub(super) struct Tell<'t> {
    told: &'t mut dyn FnMut(&Finding),
    pub(super) worst: State,
    /// Roles whose plugin cannot be started, so that nobody knows what it can do.
    pub(super) unknown_roles: Vec<String>,
}

impl<'t> Tell<'t> {
    pub(super) fn to(told: &'t mut dyn FnMut(&Finding)) -> Tell<'t> {
        Tell { told, worst: State::default(), unknown_roles: Vec::new() }
    }

    pub(super) fn well(&mut self, part: &str, text: String) {
        self.tell(part, Came::Well(text));
    }

    pub(super) fn noted(&mut self, part: &str, note: Diagnostic) {
        self.tell(part, Came::Noted(Box::new(note)));
    }

    pub(super) fn left_out(&mut self, part: &str, why: &str) {
        self.tell(part, Came::LeftOut(why.to_owned()));
    }

    pub(super) fn role_fails(&mut self, role: &str, broken: Broken) {
        self.unknown_roles.push(role.to_owned());
        self.badly(role, broken);
    }

    pub(super) fn badly(&mut self, part: &str, trouble: impl Into<Trouble>) {
        let trouble = trouble.into();
        let state = match &trouble {
            Trouble::Failed(_) | Trouble::Broken(_) => State::Wrong,
            Trouble::Interrupted => State::Interrupted,
        };
        self.worst = self.worst.max(state);
        self.tell(part, Came::Badly(trouble.into_diagnostic()));
    }

    fn tell(&mut self, part: &str, came: Came) {
        (self.told)(&Finding { part: part.to_owned(), came });
    }
}
