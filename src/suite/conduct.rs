//! Conducts a run: test after test on one desk, everything into the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::fault::{Broken, Trouble, Verdict};
use crate::journal::{self, Event, Journal, Plan, TestAt};
use crate::moment::Moment;
use crate::package::Packages;
use crate::rig::Port;
use crate::run::{self, Prospect, Session, Test};
use crate::suite::Desk;
use crate::suite::bench::Bench;
use crate::world::Interrupts;
use crate::world::real::Clock;

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
    /// Runs all tests on the desk's rig; the journal ends with the run's verdict.
    pub fn run(&self, tests: &[Test], journal: Journal) -> Journal {
        let bench = Bench::of(self);
        let baton = self.all(&bench, tests, journal);
        // The port is closed before its lab gets it back.
        let mut baton = Baton::Journal(baton.into_journal());
        for broken in bench.finish() {
            baton.break_off(self.end_of_rig(), broken);
        }
        self.end(baton.into_journal())
    }

    /// What goes wrong when all tests are done belongs to none of them, and must be told.
    fn end_of_rig(&self) -> TestAt {
        let rig = &self.desk.rig;
        let id = format!("end-of-{}", rig.name);
        TestAt {
            rig: rig.name.clone(),
            scenario: id.clone(),
            id,
            name: "the supply rests, plugins end, a lab gets back what it has lent".to_owned(),
            file: rig.place.source.name.clone(),
            params: String::new(),
            tags: Vec::new(),
        }
    }

    /// Runs the tests; the world of a serial port stays for the next one as long as it is usable.
    fn all(&self, bench: &Bench<'_>, tests: &[Test], mut journal: Journal) -> Baton {
        journal.record(Moment::START, Event::RunStarted(self.plan(tests.len())));
        let mut baton = Baton::Journal(journal);
        let mut left_out: Option<&str> = None;
        for test in tests {
            if let Some(reason) = left_out {
                baton.skip(test, reason);
                continue;
            }
            if let Prospect::LeftOut(reason) = &test.prospect {
                baton.skip(test, reason);
                continue;
            }
            baton = self.one(baton, test, bench);
            if self.interrupts.count() > 0 {
                left_out = Some("the run was interrupted");
            } else if baton.journal().worst() != Verdict::Passed
                && self.patience == Patience::StopAtFirst
            {
                left_out = Some("an earlier test did not pass, and --fail-fast is on");
            }
        }
        baton
    }

    /// Writes down what the run came to.
    fn end(&self, mut journal: Journal) -> Journal {
        let interrupted = self.interrupts.count() > 0;
        let own = if interrupted { Verdict::Interrupted } else { Verdict::Passed };
        let verdict = journal.worst().or_worse(own);
        journal.record(journal.last(), Event::RunEnded { verdict });
        journal
    }

    pub(super) fn plan(&self, tests: usize) -> Plan {
        let package = subject(&self.desk.packages);
        let rig = self.desk.rig.name.clone();
        Plan { seed: self.seed, tests: tests as u64, rig, package }
    }

    /// Runs one test. A virtual module is fresh for each test, so that a test does the same alone
    /// and among others; a port stays open until it is gone, and is then opened anew.
    fn one(&self, baton: Baton, test: &Test, bench: &Bench<'_>) -> Baton {
        let session = match baton {
            Baton::Session(session) => *session,
            Baton::Journal(mut journal) => match bench.world(test) {
                Ok(world) => {
                    journal.record(world.now(), Event::RigReady(self.facts()));
                    let profile = Arc::clone(&self.desk.profile);
                    Session::new(world, profile, journal).on(&self.desk.rig)
                }
                Err(broken) => {
                    let mut baton = Baton::Journal(journal);
                    baton.break_off(test.at.clone(), broken);
                    return baton;
                }
            },
        };
        let (session, _) = run::run(session, test);
        match self.desk.rig.port {
            Port::Device(_) if session.usable() => Baton::Session(Box::new(session)),
            Port::Device(_) | Port::Virtual(_) => Baton::Journal(session.into_journal()),
        }
    }

    pub(super) fn facts(&self) -> journal::Rig {
        journal::Rig {
            name: self.desk.rig.name.clone(),
            profile: self.desk.profile.name.clone(),
            port: self.desk.rig.port.shown().into_owned(),
        }
    }
}

/// The facts of the package under test, or how many there are.
fn subject(packages: &Packages) -> BTreeMap<String, Value> {
    let mut facts = match packages.under_test() {
        [package] => package.to_value(),
        several => json!({ "name": format!("{} packages", several.len()) }),
    };
    let facts = facts.as_object_mut().map(std::mem::take).unwrap_or_default();
    let is_told = |(_, value): &(String, Value)| value.as_str() != Some("");
    facts.into_iter().filter(is_told).collect()
}

impl Baton {
    fn journal(&self) -> &Journal {
        match self {
            Baton::Session(session) => session.journal(),
            Baton::Journal(journal) => journal,
        }
    }

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
    fn break_off(&mut self, at: TestAt, broken: Broken) {
        self.record(Event::TestStarted(at));
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
