//! Which role or method a test needs that its rig does not have.
//!
//! A step that the test's parameters leave out needs nothing: of a scenario that boots a module in
//! three ways, a rig without a switched supply can run the other two.

use std::fmt;

use crate::run::Test;
use crate::run::condition::Conditions;
use crate::run::scope::Scope;
use crate::run::session::Session;
use crate::scenario::{Action, Step};
use crate::variables::Variables;

/// What a rig says of its abilities: asked, or by its file.
pub trait Able {
    /// Whether something fills this role.
    fn offers(&self, role: &str) -> bool;

    /// Whether what fills this role can do this.
    fn can(&self, role: &str, method: &str) -> bool;
}

impl Able for Session {
    fn offers(&self, role: &str) -> bool {
        Session::offers(self, role)
    }

    fn can(&self, role: &str, method: &str) -> bool {
        Session::can(self, role, method)
    }
}

/// What a rig cannot do.
pub enum Lack {
    Role(String),
    Method { role: String, method: String },
}

impl fmt::Display for Lack {
    /// As the end of a sentence about the rig.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lack::Role(role) => write!(f, "has no role `{role}`"),
            Lack::Method { role, method } => {
                write!(f, "has a role `{role}` that cannot do `{method}`")
            }
        }
    }
}

/// The first thing that a test needs and its rig lacks.
pub fn lacks(test: &Test, rig: &dyn Able) -> Option<Lack> {
    let scenario = &test.scenario;
    if let Some(role) = scenario.demands.iter().find(|role| !rig.offers(role)) {
        return Some(Lack::Role(role.clone()));
    }
    if scenario.calls.iter().all(|(role, method)| rig.can(role, method)) {
        return None;
    }
    // Only what cannot change in the course of the test.
    let scope = Scope::new(test.fixed(), &Variables::new());
    let mut look = Look { scope, conditions: Conditions::default(), rig };
    let steps = [&scenario.setup, &scenario.steps, &scenario.teardown];
    steps.into_iter().find_map(|steps| look.steps(steps))
}

struct Look<'s> {
    scope: Scope,
    conditions: Conditions,
    rig: &'s dyn Able,
}

impl Look<'_> {
    fn steps(&mut self, steps: &[Step]) -> Option<Lack> {
        steps.iter().find_map(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Option<Lack> {
        let lack = self.missing(step)?;
        if self.is_left_out(step) {
            return None;
        }
        match &step.action {
            Action::Use { fragment, with } => {
                let Ok(hidden) = self.scope.enter(fragment, with) else { return Some(lack) };
                let found = self.steps(&fragment.steps);
                self.scope.leave(hidden);
                found
            }
            Action::Repeat(repeat) => self.steps(&repeat.steps),
            Action::Send { .. }
            | Action::Expect(_)
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Script(_)
            | Action::Log(_)
            | Action::Call(_)
            | Action::Reboot(_)
            | Action::Transfer(_)
            | Action::Measure(_) => Some(lack),
        }
    }

    /// A condition that looks at what the test will find out may come true.
    fn is_left_out(&mut self, step: &Step) -> bool {
        let Some(when) = &step.when else { return false };
        self.conditions.holds(when, self.scope.variables()).is_ok_and(|holds| !holds)
    }

    fn missing(&self, step: &Step) -> Option<Lack> {
        let calls = step.calls().into_iter();
        let (role, method) =
            calls.into_iter().find(|(role, method)| !self.rig.can(role, method))?;
        Some(if self.rig.offers(&role) { Lack::Method { role, method } } else { Lack::Role(role) })
    }
}
