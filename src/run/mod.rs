//! Runs tests: plain sequential code that reads like the scenario.

mod condition;
mod inbox;
mod missed;
mod scope;
mod script;
mod session;
mod stage;
mod steps;
mod watch;

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
pub use session::Session;

/// A scenario with one combination of its parameters.
#[derive(Clone, Debug)]
pub struct Test {
    pub at: TestAt,
    pub scenario: Arc<Scenario>,
    /// Parameters, `package` and `rig`: what the test cannot change.
    pub fixed: Variables,
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
    let mut verdict = Verdict::Passed;
    let outcome = begin(&mut walk, test).and_then(|()| walk.steps(&test.scenario.steps, ""));
    complain(&mut walk, outcome, &mut verdict);
    tear_down(&mut walk, test, &mut verdict);
    let mut session = walk.into_stage().session;
    let unclaimed = session.unclaimed();
    session.record(Event::Unclaimed(unclaimed));
    session.record(Event::TestEnded { verdict, reason: None });
    (session, verdict)
}

fn begin(walk: &mut Walk, test: &Test) -> Result<(), Trouble> {
    let mut stage = walk.stage.borrow_mut();
    let patterns = forbidden(&test.scenario.forbid, &stage)?;
    stage.session.begin(patterns)
}

/// Every teardown step is tried, whatever happened before; a second Ctrl-C ends it. The supply is
/// left on in any case.
fn tear_down(walk: &mut Walk, test: &Test, verdict: &mut Verdict) {
    if !test.scenario.teardown.is_empty() {
        walk.stage.borrow_mut().session.record(Event::TeardownStarted);
    }
    for (index, step) in test.scenario.teardown.iter().enumerate() {
        let outcome = walk.step(step, &format!("teardown {}", index + 1));
        let interrupted = matches!(outcome, Err(Trouble::Interrupted));
        let outcome = outcome.map_err(|trouble| trouble.note("this was in the teardown"));
        complain(walk, outcome, verdict);
        if interrupted {
            break;
        }
    }
    let outcome = walk.stage.borrow_mut().session.make_safe();
    complain(walk, outcome, verdict);
}

/// Writes trouble down. The first trouble decides: what goes wrong in the teardown after a failure
/// does not hide the failure.
fn complain(walk: &mut Walk, outcome: Result<(), Trouble>, verdict: &mut Verdict) {
    let Err(trouble) = outcome else { return };
    let own = trouble.verdict();
    if *verdict == Verdict::Passed {
        *verdict = own;
    }
    let mut diagnostic = trouble.into_diagnostic();
    if let (None, Some(at)) = (&diagnostic.excerpt, &walk.at) {
        diagnostic = Box::new(diagnostic.marking(at, "in this step"));
    }
    walk.stage.borrow_mut().session.record(Event::Complained { verdict: own, diagnostic });
}
