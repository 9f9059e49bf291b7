//! Which role a test needs that its rig does not have.
//!
//! A step that the test's parameters leave out needs nothing: of a scenario that boots a module in
//! three ways, a rig without a switched supply can run the other two.

use crate::run::Test;
use crate::run::condition::Conditions;
use crate::run::scope::Scope;
use crate::run::session::Session;
use crate::scenario::{Action, Step};
use crate::variables::Variables;

/// The first such role.
pub(crate) fn lacks(test: &Test, session: &Session) -> Option<String> {
    let scenario = &test.scenario;
    if scenario.needs.iter().all(|role| session.offers(role)) {
        return None;
    }
    if let Some(role) = scenario.demands.iter().find(|role| !session.offers(role)) {
        return Some(role.clone());
    }
    // Only what cannot change in the course of the test.
    let scope = Scope::new(test.fixed(), &Variables::new());
    let mut look = Look { scope, conditions: Conditions::default(), session };
    let steps = [&scenario.setup, &scenario.steps, &scenario.teardown];
    steps.into_iter().find_map(|steps| look.steps(steps))
}

struct Look<'s> {
    scope: Scope,
    conditions: Conditions,
    session: &'s Session,
}

impl Look<'_> {
    fn steps(&mut self, steps: &[Step]) -> Option<String> {
        steps.iter().find_map(|step| self.step(step))
    }

    fn step(&mut self, step: &Step) -> Option<String> {
        if step.needs().iter().all(|role| self.session.offers(role)) || self.is_left_out(step) {
            return None;
        }
        match &step.action {
            Action::Use { fragment, with } => {
                let Ok(hidden) = self.scope.enter(fragment, with) else {
                    return self.missing(step);
                };
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
            | Action::Measure(_) => self.missing(step),
        }
    }

    /// A condition that looks at what the test will find out may come true.
    fn is_left_out(&mut self, step: &Step) -> bool {
        let Some(when) = &step.when else { return false };
        self.conditions.holds(when, self.scope.variables()).is_ok_and(|holds| !holds)
    }

    fn missing(&self, step: &Step) -> Option<String> {
        step.needs().into_iter().find(|role| !self.session.offers(role))
    }
}
