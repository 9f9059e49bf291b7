//! Conducts a run: test after test on one desk, everything into the journal.

use std::sync::Arc;

use serde_json::Value;

use crate::fault::{Broken, Trouble, Verdict};
use crate::journal::{self, Event, Journal, Plan};
use crate::moment::Moment;
use crate::rig::Port;
use crate::run::{self, Session, Test};
use crate::suite::{Desk, seed_of};
use crate::world::real::{Clock, Real};
use crate::world::{Interrupts, Simulated, World};

/// How a run goes about its tests.
pub struct Conduct<'d> {
    pub desk: &'d Desk,
    pub seed: u64,
    pub patience: Patience,
    pub clock: Clock,
    pub interrupts: Interrupts,
}

/// What happens after a test that did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// The others are run all the same.
    GoOn,
    /// The others are left out.
    StopAtFirst,
}

/// What passes from test to test: a session whose port stays open, or only its journal.
enum Baton {
    Session(Box<Session>),
    Journal(Journal),
}

impl Conduct<'_> {
    /// Runs all tests; the journal ends with the run's verdict.
    pub fn run(&self, tests: &[Test], mut journal: Journal) -> Journal {
        journal.record(Moment::START, Event::RunStarted(self.plan(tests)));
        let mut baton = Baton::Journal(journal);
        let mut verdict = Verdict::Passed;
        let mut left_out: Option<&str> = None;
        for test in tests {
            if let Some(reason) = left_out {
                baton.skip(test, reason);
                continue;
            }
            let own;
            (baton, own) = self.one(baton, test);
            if verdict == Verdict::Passed && own != Verdict::Skipped {
                verdict = own;
            }
            if self.interrupts.count() > 0 {
                verdict = Verdict::Interrupted;
                left_out = Some("the run was interrupted");
            } else if verdict != Verdict::Passed && self.patience == Patience::StopAtFirst {
                left_out = Some("an earlier test did not pass, and --fail-fast is on");
            }
        }
        baton.record(Event::RunEnded { verdict });
        baton.into_journal()
    }

    fn plan(&self, tests: &[Test]) -> Plan {
        let package = match self.desk.package.to_value() {
            Value::Object(package) => package.into_iter().collect(),
            other => [("name".to_owned(), other)].into(),
        };
        Plan { seed: self.seed, tests: tests.len() as u64, package }
    }

    /// Runs one test. A virtual module is fresh for each test, so that a test does the same alone
    /// and among others; a port stays open until the rig breaks, and is then opened anew.
    fn one(&self, baton: Baton, test: &Test) -> (Baton, Verdict) {
        let session = match baton {
            Baton::Session(session) => *session,
            Baton::Journal(mut journal) => match self.connect(test) {
                Ok(world) => {
                    journal.record(world.now(), Event::RigReady(self.facts()));
                    Session::new(world, Arc::clone(&self.desk.profile), journal)
                }
                Err(broken) => {
                    let mut baton = Baton::Journal(journal);
                    baton.break_off(test, broken);
                    return (baton, Verdict::Broken);
                }
            },
        };
        let (session, verdict) = run::run(session, test);
        let keep = matches!(self.desk.rig.port, Port::Serial(_)) && verdict != Verdict::Broken;
        let baton = if keep {
            Baton::Session(Box::new(session))
        } else {
            Baton::Journal(session.into_journal())
        };
        (baton, verdict)
    }

    fn connect(&self, test: &Test) -> Result<Box<dyn World>, Broken> {
        let interrupts = self.interrupts.clone();
        Ok(match &self.desk.rig.port {
            Port::Virtual(settings) => {
                let seed = seed_of(self.seed, &test.at.id);
                Box::new(Simulated::new(settings, &self.desk.package, seed, interrupts))
            }
            Port::Serial(settings) => {
                let clock = self.clock.at_speed(settings.speed);
                Box::new(Real::open(settings, clock, interrupts)?)
            }
        })
    }

    fn facts(&self) -> journal::Rig {
        journal::Rig {
            name: self.desk.rig.name.clone(),
            profile: self.desk.profile.name.clone(),
            port: self.desk.rig.port.shown().to_owned(),
        }
    }
}

impl Baton {
    fn record(&mut self, event: Event<'_>) {
        match self {
            Baton::Session(session) => session.record(event),
            Baton::Journal(journal) => journal.record(journal.last(), event),
        }
    }

    /// Writes down a test that was left out.
    fn skip(&mut self, test: &Test, reason: &str) {
        self.record(Event::TestStarted(test.at.clone()));
        let verdict = Verdict::Skipped;
        self.record(Event::TestEnded { verdict, reason: Some(reason.into()) });
    }

    /// Writes down a test whose rig could not be reached.
    fn break_off(&mut self, test: &Test, broken: Broken) {
        self.record(Event::TestStarted(test.at.clone()));
        let verdict = Verdict::Broken;
        let diagnostic = Trouble::from(broken).into_diagnostic();
        self.record(Event::Complained { verdict, diagnostic });
        self.record(Event::TestEnded { verdict, reason: None });
    }

    fn into_journal(self) -> Journal {
        match self {
            Baton::Session(session) => session.into_journal(),
            Baton::Journal(journal) => journal,
        }
    }
}
