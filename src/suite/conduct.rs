//! Conducts the tests of one rig: one after the other, everything into the journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::fault::{Broken, Trouble, Verdict};
use crate::journal::{self, Event, Journal, Plan, TestAt};
use crate::moment::Moment;
use crate::package::Packages;
use crate::rig::{Port, roles};
use crate::run::{self, Session, Test};
use crate::suite::bench::Bench;
use crate::suite::instruments::{Held, Wish};
use crate::suite::roster::{Company, Halt, OwnList, Roster, Turn};
use crate::suite::{Desk, Insistence, Instruments};
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

/// What a rig needs for its tests beside what it conducts them with.
pub(crate) struct Rules<'r> {
    pub(crate) insistence: &'r Insistence,
    /// Needed only by a rig that shares some.
    pub(crate) instruments: Option<&'r Instruments>,
}

impl Conduct<'_> {
    /// Runs all tests on the desk's rig alone; the journal ends with the run's verdict.
    pub fn run(&self, tests: &[Test], mut journal: Journal) -> Journal {
        journal.record(Moment::START, Event::RunStarted(self.plan(tests.len())));
        let halt = Halt::of(self.patience, &self.interrupts);
        let mut list = OwnList::of(self.desk, tests, &halt, Company::Alone);
        let insistence = Insistence::default();
        let rules = Rules { insistence: &insistence, instruments: None };
        let (mut journal, verdict) = self.work(&rules, &mut list, journal);
        journal.record(journal.last(), Event::RunEnded { verdict });
        journal
    }

    pub(super) fn plan(&self, tests: usize) -> Plan {
        let package = subject(&self.desk.packages);
        let rig = self.desk.rig.name.clone();
        Plan { seed: self.seed, tests: tests as u64, rig, package, ..Plan::default() }
    }

    /// Does what the roster says, on the rig's own bench.
    pub(crate) fn work(
        &self,
        rules: &Rules<'_>,
        roster: &mut dyn Roster<'_>,
        journal: Journal,
    ) -> (Journal, Verdict) {
        let bench = Bench::of(self);
        let (journal, mut verdict) = self.work_on(&bench, rules, roster, journal);
        // The port is closed before its lab gets it back.
        let mut baton = Baton::Journal(journal);
        let behind = bench.finish();
        if !behind.is_empty() {
            baton.break_off(self.end_of_rig(), behind);
            verdict = verdict.or_worse(Verdict::Broken);
        }
        (baton.into_journal(), verdict)
    }

    /// What goes wrong when all tests are done belongs to none of them, and must be told.
    fn end_of_rig(&self) -> TestAt {
        let rig = &self.desk.rig;
        let id = end_of(&rig.name);
        TestAt {
            rig: rig.name.clone(),
            scenario: id.clone(),
            id,
            name: "the supply rests, plugins end, a lab gets back what it has lent".to_owned(),
            file: rig.place.source.name.clone(),
            params: String::new(),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            attempt: 1,
        }
    }

    /// The tests alone. Returns also the worst that one of them came to in its last attempt. The
    /// world of a serial port stays for the next one as long as it is usable.
    fn work_on(
        &self,
        bench: &Bench<'_>,
        rules: &Rules<'_>,
        roster: &mut dyn Roster<'_>,
        journal: Journal,
    ) -> (Journal, Verdict) {
        let mut baton = Baton::Journal(journal);
        let mut worst = Verdict::Passed;
        while let Some(turn) = roster.next() {
            match turn {
                Turn::Skip { test, reason } => baton.skip(test, &reason),
                Turn::Run { test, attempt } => {
                    let verdict;
                    let test = test.attempt(attempt);
                    (baton, verdict) = self.insist(baton, test, bench, rules);
                    worst = worst.or_worse(verdict);
                    if let Some(why) = roster.over(verdict) {
                        baton.record(Event::RigLeft { why: why.into() });
                    }
                }
            }
        }
        let is_interrupted = self.interrupts.count() > 0;
        let own = if is_interrupted { Verdict::Interrupted } else { Verdict::Passed };
        (baton.into_journal(), worst.or_worse(own))
    }

    /// Runs a test, once more where the rules say so, with the instruments that it needs.
    fn insist(
        &self,
        mut baton: Baton,
        mut test: Test,
        bench: &Bench<'_>,
        rules: &Rules<'_>,
    ) -> (Baton, Verdict) {
        let _held = match self.take_instruments(rules, &mut baton) {
            Ok(Some(held)) => held,
            Ok(None) => {
                baton.skip(&test, "the run was interrupted");
                return (baton, Verdict::Passed);
            }
            Err(broken) => {
                baton.break_off(test.at, vec![broken]);
                return (baton, Verdict::Broken);
            }
        };
        let (mut attempts, mut earlier) = (0, Vec::new());
        loop {
            attempts += 1;
            baton = self.one(baton, &test, bench);
            let course = baton.journal().course();
            if self.interrupts.count() > 0 || !rules.insistence.goes_on(attempts, course) {
                let verdict = rules.insistence.judge(&earlier, course.verdict);
                return (baton, verdict);
            }
            earlier.push(course.verdict);
            test = test.attempt(test.at.attempt + 1);
        }
    }

    fn take_instruments(
        &self,
        rules: &Rules<'_>,
        baton: &mut Baton,
    ) -> Result<Option<Held>, Broken> {
        let Some(instruments) = rules.instruments else { return Ok(Some(Held::default())) };
        let rig = &self.desk.rig;
        let (rig, shared, interrupts) = (rig.name.as_str(), &rig.shared, &self.interrupts);
        let wish = Wish { rig, shared, interrupts };
        instruments.take(&wish, &mut |waits| {
            baton.record(Event::Waits(waits));
            // Nothing else may come for hours.
            baton.journal().flush();
        })
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
                    baton.break_off(test.at.clone(), vec![broken]);
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
        let rig = &self.desk.rig;
        journal::Rig {
            name: rig.name.clone(),
            profile: self.desk.profile.name.clone(),
            port: rig.port.shown().into_owned(),
            roles: match rig.port {
                Port::Virtual(_) => roles().map(str::to_owned).collect(),
                Port::Device(_) => rig.roles.iter().map(|filled| filled.role.clone()).collect(),
            },
            apn: rig.apn.clone(),
        }
    }
}

/// What the end of a rig is called, where tests have their ids.
pub(crate) fn end_of(rig: &str) -> String {
    format!("end-of-{rig}")
}

/// The facts of the package under test, or how many there are.
pub(crate) fn subject(packages: &Packages) -> BTreeMap<String, Value> {
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

    /// Writes down a test whose rig could not be reached, and why.
    fn break_off(&mut self, at: TestAt, why: Vec<Broken>) {
        self.record(Event::TestStarted(at));
        let verdict = Verdict::Broken;
        for broken in why {
            let diagnostic = Trouble::from(broken).into_diagnostic();
            self.record(Event::Complained { verdict, diagnostic });
        }
        self.record(Event::TestEnded { verdict, reason: None });
    }

    fn into_journal(self) -> Journal {
        match self {
            Baton::Session(session) => session.into_journal(),
            Baton::Journal(journal) => journal,
        }
    }
}
