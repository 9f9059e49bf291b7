//! A run on one rig or many: a thread for each rig, and one journal.
//!
//! Nothing that happens on one rig stops another: what breaks takes that rig out after a while, and
//! a panic, which is our own bug, takes it out at once.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, ScopedJoinHandle};

use crate::diagnostic::Diagnostic;
use crate::fault::Verdict;
use crate::journal::{Event, Journal, Plan, TestAt};
use crate::moment::Moment;
use crate::run::Test;
use crate::source::Origin;
use crate::suite::conduct::{Rules, subject};
use crate::suite::pool::Pool;
use crate::suite::roster::{Company, Halt, OwnList, Roster, Turn};
use crate::suite::{Conduct, Desk, Insistence, Instruments, Patience, Shard};
use crate::world::Interrupts;
use crate::world::real::Clock;

/// Where a test stands that no rig could do.
const NO_RIG: &str = "no rig";

/// How a run goes about its tests.
pub struct Fleet<'d> {
    /// At least one.
    pub desks: &'d [Desk],
    pub sharing: Sharing,
    pub seed: u64,
    /// What has been left to other hosts, for the journal.
    pub shard: Option<Shard>,
    pub patience: Patience,
    pub insistence: Insistence,
    /// Needed when a rig shares some.
    pub instruments: Option<Instruments>,
    pub clock: Clock,
    pub interrupts: Interrupts,
}

/// Which rigs do a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Each test is done by each rig that it fits.
    EachOnEach,
    /// Each test is done by one of them.
    Spread,
}

/// What a rig's thread does: all that its roster says.
type Work<'w> =
    dyn Fn(&Conduct<'_>, &mut dyn Roster<'_>, Journal) -> (Journal, Verdict) + Sync + 'w;

/// A run that is over.
pub struct Finished {
    pub journal: Journal,
    /// What went wrong that is our own fault, for each rig where it did.
    pub bugs: Vec<String>,
}

/// How a rig's part ended.
struct Part {
    verdict: Verdict,
    bug: Option<String>,
}

impl Fleet<'_> {
    /// Runs the tests of each desk; the journal ends with the run's verdict.
    pub fn run(&self, tests: &[Vec<Test>], journal: Journal) -> Finished {
        let rules = Rules { insistence: &self.insistence, instruments: self.instruments.as_ref() };
        self.run_by(
            &|conduct, roster, journal| conduct.work(&rules, roster, journal),
            tests,
            journal,
        )
    }

    fn run_by(&self, work: &Work<'_>, tests: &[Vec<Test>], mut journal: Journal) -> Finished {
        let halt = Halt::of(self.patience, &self.interrupts);
        let (verdict, bugs) = match (self.desks, tests) {
            ([desk], [tests]) => {
                journal.record(Moment::START, Event::RunStarted(self.plan(tests.len())));
                let mut list = OwnList::of(desk, tests, &halt, Company::Alone);
                let verdict;
                (journal, verdict) = work(&self.conduct(desk), &mut list, journal);
                (verdict, Vec::new())
            }
            _ => self.side_by_side(work, tests, &halt, &mut journal),
        };
        journal.record(journal.last(), Event::RunEnded { verdict });
        Finished { journal, bugs }
    }

    fn conduct<'c>(&'c self, desk: &'c Desk) -> Conduct<'c> {
        let (seed, patience, clock) = (self.seed, self.patience, self.clock);
        Conduct { desk, seed, patience, clock, interrupts: self.interrupts.clone() }
    }

    /// What the run is going to do, as its journal will say.
    pub fn plan(&self, tests: usize) -> Plan {
        let rigs = self.desks.iter().map(|desk| &desk.rig);
        let on_disk = rigs.clone().filter(|rig| rig.place.source.origin == Origin::Disk);
        let several = if self.desks.len() > 1 { self.desks } else { &[] };
        Plan {
            seed: self.seed,
            tests: tests as u64,
            rig: self.desks[0].rig.name.clone(),
            rigs: several.iter().map(|desk| desk.rig.name.clone()).collect(),
            rig_files: on_disk
                .map(|rig| (rig.name.clone(), rig.place.source.name.clone()))
                .collect(),
            shard: self.shard.map(|shard| shard.to_string()),
            flaky: self.insistence.flaky,
            package: subject(&self.desks[0].packages),
        }
    }

    fn side_by_side(
        &self,
        work: &Work<'_>,
        tests: &[Vec<Test>],
        halt: &Halt,
        journal: &mut Journal,
    ) -> (Verdict, Vec<String>) {
        let pool = match self.sharing {
            Sharing::EachOnEach => None,
            Sharing::Spread => Some(Pool::of(self.desks, tests, halt)),
        };
        let planned = pool.as_ref().map_or_else(|| tests.iter().map(Vec::len).sum(), Pool::len);
        journal.record(Moment::START, Event::RunStarted(self.plan(planned)));
        let paper = &*journal;
        let parts: Vec<Part> = thread::scope(|scope| {
            let mut threads = Vec::new();
            for (number, (desk, tests)) in self.desks.iter().zip(tests).enumerate() {
                let (own, pool) = (paper.on(&desk.rig.name), pool.as_ref());
                let rig = move || {
                    if let Some(pool) = pool {
                        return self.part(work, desk, &mut pool.seat(number), own);
                    }
                    let mut list = OwnList::of(desk, tests, halt, Company::Others);
                    self.part(work, desk, &mut list, own)
                };
                let thread = thread::Builder::new().name(format!("rig {}", desk.rig.name));
                let thread = thread.spawn_scoped(scope, rig);
                threads.push(thread.expect("a rig is one thread more"));
            }
            let ended = threads.into_iter().map(ScopedJoinHandle::join);
            ended.map(|part| part.expect("a panic of a rig is caught on its thread")).collect()
        });
        for (test, reason) in pool.iter().flat_map(Pool::rest) {
            leave_out(journal, test, reason);
        }
        let verdict = parts.iter().fold(Verdict::Passed, |all, part| all.or_worse(part.verdict));
        (verdict, parts.into_iter().filter_map(|part| part.bug).collect())
    }

    /// What one rig does. A panic ends its own part only.
    fn part(
        &self,
        work: &Work<'_>,
        desk: &Desk,
        roster: &mut dyn Roster<'_>,
        own: Journal,
    ) -> Part {
        let mut rest = own.on(&desk.rig.name);
        let done =
            panic::catch_unwind(AssertUnwindSafe(|| work(&self.conduct(desk), roster, own).1));
        let panic = match done {
            Ok(verdict) => return Part { verdict, bug: None },
            Err(panic) => panic,
        };
        let bug = format!("a bug of fotarig on the rig `{}`: {}", desk.rig.name, said(&*panic));
        if roster.lose(&bug).is_some() {
            let verdict = Verdict::Broken;
            let diagnostic = Box::new(Diagnostic::new(bug.clone()));
            rest.record(Moment::START, Event::Complained { verdict, diagnostic });
            rest.record(Moment::START, Event::TestEnded { verdict, reason: None });
        }
        rest.record(Moment::START, Event::RigLeft { why: bug.as_str().into() });
        while let Some(Turn::Skip { test, reason }) = roster.next() {
            skip(&mut rest, test.at.clone(), reason);
        }
        Part { verdict: Verdict::Broken, bug: Some(bug) }
    }
}

/// The words of a panic.
fn said(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

/// Writes down a test that no rig could do.
fn leave_out(journal: &mut Journal, test: &Test, reason: String) {
    skip(journal, TestAt { rig: NO_RIG.to_owned(), ..test.at.clone() }, reason);
}

fn skip(journal: &mut Journal, at: TestAt, reason: String) {
    journal.record(Moment::START, Event::TestStarted(at));
    let verdict = Verdict::Skipped;
    journal.record(Moment::START, Event::TestEnded { verdict, reason: Some(reason.into()) });
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::scenario;
    use crate::suite::{Occasion, Selection, find, tests};
    use crate::tally::{Exit, Tally};

    /// Two virtual rigs, of which the first panics in its first test.
    fn run_with_a_bug(sharing: Sharing) -> (Tally, Vec<String>) {
        let desk = Desk::load(None, None).expect("the built-in rig and package");
        let mut other = desk.clone();
        other.rig.name = "other".to_owned();
        let desks = [desk, other];
        let found = find(&[PathBuf::from("connect/identity"), PathBuf::from("connect/apn")]);
        let scenarios = scenario::load(&found.expect("shipped scenarios")).expect("valid ones");
        let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
        let wanted = Selection::default();
        let of = |desk| tests(&scenarios, desk, &wanted, occasion).expect("tests");
        let tests: Vec<_> = desks.iter().map(of).collect();
        let fleet = Fleet {
            desks: &desks,
            sharing,
            seed: 1,
            shard: None,
            patience: Patience::GoOn,
            insistence: Insistence::default(),
            instruments: None,
            clock: Clock::start(),
            interrupts: Interrupts::default(),
        };
        let mut journal = Journal::nowhere();
        let tally = Tally::follow(&mut journal);
        let rules = Rules { insistence: &fleet.insistence, instruments: None };
        let work = |conduct: &Conduct<'_>, roster: &mut dyn Roster<'_>, mut journal: Journal| {
            if conduct.desk.rig.name == "other" {
                return conduct.work(&rules, roster, journal);
            }
            if let Some(Turn::Run { test, .. }) = roster.next() {
                journal.record(Moment::START, Event::TestStarted(test.at.clone()));
            }
            panic!("this is a test of a panic");
        };
        let bugs = fleet.run_by(&work, &tests, journal).bugs;
        let tally = std::mem::take(&mut *tally.lock().expect("nobody panicked here"));
        (tally, bugs)
    }

    #[test]
    fn a_panic_on_one_rig_is_our_bug_and_stops_no_other() {
        let (tally, bugs) = run_with_a_bug(Sharing::EachOnEach);
        assert_eq!(bugs, ["a bug of fotarig on the rig `virtual`: this is a test of a panic"]);
        let own = |rig| move |test: &&crate::tally::Outcome| test.at.rig == rig;
        let others = tally.tests.iter().filter(own("other"));
        assert!(others.clone().count() > 1);
        assert!(others.into_iter().all(|test| test.verdict == Verdict::Passed));
        let mut bad = tally.tests.iter().filter(own("virtual"));
        let first = bad.next().expect("it had begun");
        assert_eq!((first.verdict, first.cause()), (Verdict::Broken, Some(bugs[0].as_str())));
        assert!(bad.all(|test| test.verdict == Verdict::Skipped));
        assert_eq!((tally.exit(), tally.left.len()), (Exit::Broken, 1));
    }

    #[test]
    fn a_panic_does_not_keep_others_waiting_at_the_pool() {
        let (tally, bugs) = run_with_a_bug(Sharing::Spread);
        assert_eq!(bugs.len(), 1);
        assert_eq!(tally.count(Verdict::Skipped), 0, "the other rig has done the rest");
        assert!(tally.count(Verdict::Broken) <= 1);
    }
}
