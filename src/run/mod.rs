//! Runs tests: plain sequential code that reads like the scenario.

mod absence;
mod admit;
mod budget;
mod carried;
mod condition;
mod ears;
mod given;
mod inbox;
mod lacks;
mod measure;
mod missed;
mod modules;
mod plan;
mod prospect;
mod reboot;
mod scope;
mod script;
mod session;
mod shown;
mod stage;
mod steps;
mod supply;
mod tail;
mod talk;
mod transfer;
mod visit;
mod watch;
mod whereabouts;

use std::sync::Arc;

use crate::diagnostic::Way;
use crate::fault::{Trouble, Verdict};
use crate::journal::{Event, TestAt};
use crate::package::Package;
use crate::run::condition::Conditions;
use crate::run::scope::Scope;
use crate::run::stage::Stage;
use crate::run::steps::{Walk, forbidden};
use crate::scenario::Scenario;
use crate::variables::Variables;

pub use budget::Budget;
pub use inbox::{Inbox, Number, Waiting};
pub use lacks::{Able, Lack, lacks};
pub use plan::{Line, Plan, plan};
pub use prospect::Prospect;
pub use session::Session;
pub(crate) use supply::MARGIN as SUPPLY_MARGIN;
pub use talk::{Ended, Talk};
pub use visit::{ATTEMPTS, Cut, Reply, Visit};

/// A scenario with one combination of its parameters.
#[derive(Clone, Debug)]
pub struct Test {
    pub at: TestAt,
    pub scenario: Arc<Scenario>,
    /// `package`, `packages` and `rig`, for all tests of a scenario: a folder of packages is large.
    pub known: Arc<Variables>,
    pub params: Variables,
    pub prospect: Prospect,
    /// The package under test.
    pub package: Arc<Package>,
}

impl Test {
    /// Another attempt at the same test.
    #[must_use]
    pub fn attempt(&self, attempt: u32) -> Test {
        let mut test = self.clone();
        test.at.attempt = attempt;
        test
    }

    /// What the test cannot change: what is known, and its parameters.
    pub fn fixed(&self) -> Variables {
        let all = self.known.iter().chain(&self.params);
        all.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Runs one test to its end, with its teardown, and gives the session back.
pub fn run(mut session: Session, test: &Test) -> (Session, Verdict) {
    session.record(Event::TestStarted(test.at.clone()));
    if let Some(lack) = lacks(test, &session) {
        let reason = format!("the rig `{}` {lack}", test.at.rig);
        let verdict = Verdict::Skipped;
        session.record(Event::TestEnded { verdict, reason: Some(reason.into()) });
        return (session, verdict);
    }
    let scope = Scope::new(test.fixed(), &test.scenario.vars);
    let package = Arc::clone(&test.package);
    let conditions = Conditions::default();
    let mut walk = Walk::new(Stage { session, scope, conditions, package });
    let admitted = arrive(&walk);
    let outcome = admitted
        .and_then(|()| begin(&mut walk, test))
        .and_then(|()| walk.steps(&test.scenario.steps, ""));
    walk.stage.borrow_mut().session.begin_teardown(&outcome);
    if let Err(trouble) = outcome {
        walk.complain(trouble);
    }
    // Nothing is done to a module that is another one than is meant.
    if walk.stage.borrow().session.admission.is_granted() {
        walk.tear_down(&test.scenario.teardown);
    }
    // On every way out: what came is judged, and the device is left with its supply.
    for end in [Session::finish, Session::make_safe] {
        let outcome = {
            let session = &mut walk.stage.borrow_mut().session;
            end(session).map_err(|trouble| missed::witnessed(trouble, session))
        };
        match outcome {
            // A rig that is known to be broken is not broken anew.
            Err(Trouble::Broken(_))
                if matches!(walk.verdict, Verdict::Broken | Verdict::Interrupted) => {}
            Err(trouble) => walk.complain(trouble),
            Ok(()) => {}
        }
    }
    // Where silence was all that was awaited, nobody has minded that nothing can be known.
    let parted = walk.stage.borrow().session.parted().cloned();
    if let Some(parted) = parted.filter(|_| walk.verdict == Verdict::Passed) {
        walk.complain(parted.into());
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

/// Makes a new start with the device, and sure that it is the one that is meant.
fn arrive(walk: &Walk) -> Result<(), Trouble> {
    let stage = &mut *walk.stage.borrow_mut();
    stage.session.begin()?;
    stage.admit().map_err(|trouble| missed::witnessed(trouble, &stage.session))
}

/// Brings the device to the starting point. What is forbidden in the scenario is so from there on.
fn begin(walk: &mut Walk, test: &Test) -> Result<(), Trouble> {
    let scenario = &test.scenario;
    {
        let stage = &mut *walk.stage.borrow_mut();
        let timeout = scenario.timeout.as_ref().map(|timeout| stage.scope.length(timeout));
        stage.session.limit(timeout.transpose()?);
        let given = stage.bring_about(&scenario.given);
        given.map_err(|trouble| missed::witnessed(trouble, &stage.session))?;
    }
    let set_up = walk.steps(&scenario.setup, "setup ");
    set_up.map_err(|trouble| trouble.by(Way::Part("setup".to_owned())))?;
    let stage = &mut *walk.stage.borrow_mut();
    let patterns = forbidden(&scenario.forbid, stage)?;
    stage.session.forbid(patterns);
    Ok(())
}
