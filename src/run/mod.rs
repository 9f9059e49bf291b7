//! Runs tests: plain sequential code that reads like the scenario.

mod condition;
mod ears;
mod inbox;
mod missed;
mod modules;
mod prospect;
mod scope;
mod script;
mod session;
mod stage;
mod steps;
mod watch;
mod whereabouts;

use std::sync::Arc;

use crate::fault::{Trouble, Verdict};
use crate::journal::{Event, TestAt};
use crate::run::condition::Conditions;
use crate::run::scope::Scope;
use crate::run::stage::Stage;
use crate::run::steps::{Walk, forbidden};
use crate::scenario::Scenario;
use crate::variables::Variables;

pub use inbox::{Inbox, Number, Waiting};
pub use prospect::Prospect;
pub use session::Session;

/// A scenario with one combination of its parameters.
#[derive(Clone, Debug)]
pub struct Test {
    pub at: TestAt,
    pub scenario: Arc<Scenario>,
    /// Parameters, `package` and `rig`: what the test cannot change.
    pub fixed: Variables,
    pub prospect: Prospect,
}

/// Runs one test to its end, with its teardown, and gives the session back.
pub fn run(mut session: Session, test: &Test) -> (Session, Verdict) {
    session.record(Event::TestStarted(test.at.clone()));
    let lacks = test.scenario.needs.iter().find(|role| !session.offers(role.word()));
    if let Some(role) = lacks {
        let reason = format!("the rig `{}` has no role `{}`", test.at.rig, role.word());
        let verdict = Verdict::Skipped;
        session.record(Event::TestEnded { verdict, reason: Some(reason.into()) });
        return (session, verdict);
    }
    let scope = Scope::new(test.fixed.clone(), &test.scenario.vars);
    let mut walk = Walk::new(Stage { session, scope, conditions: Conditions::default() });
    let outcome = begin(&mut walk, test).and_then(|()| walk.steps(&test.scenario.steps, ""));
    walk.stage.borrow_mut().session.begin_teardown(&outcome);
    if let Err(trouble) = outcome {
        walk.complain(trouble);
    }
    walk.tear_down(&test.scenario.teardown);
    // On every way out: what came is judged, and the device is left with its supply.
    for end in [Session::finish, Session::make_safe] {
        let outcome = end(&mut walk.stage.borrow_mut().session);
        match outcome {
            // A rig that is known to be broken is not broken anew.
            Err(Trouble::Broken(_)) if walk.verdict != Verdict::Passed => {}
            Err(trouble) => walk.complain(trouble),
            Ok(()) => {}
        }
    }
    let (verdict, reason) = match test.prospect.surprise() {
        Some(trouble) if walk.verdict == Verdict::Passed => {
            walk.complain(trouble);
            (walk.verdict, None)
        }
        Some(_) | None => test.prospect.judge(walk.verdict),
    };
    let mut session = walk.into_stage().session;
    let unclaimed = session.unclaimed();
    session.record(Event::Unclaimed(unclaimed));
    session.record(Event::TestEnded { verdict, reason: reason.map(Into::into) });
    (session, verdict)
}

fn begin(walk: &mut Walk, test: &Test) -> Result<(), Trouble> {
    let mut stage = walk.stage.borrow_mut();
    let patterns = forbidden(&test.scenario.forbid, &stage)?;
    stage.session.begin(patterns)
}
