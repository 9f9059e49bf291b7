//! The shipped suite as real rigs run it: each test on a served module of its own, over its PTY.
//!
//! It is run as a rig with all roles does, over an adapter and over a port that vanishes with the
//! module, and as a well-equipped bench, where what a module is like can be looked at but not
//! wished. Of each scenario the quickest test is always run; the others are ignored unless asked
//! for, and those that take hours are left to simulated time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use fotarig::diagnostic::Paint;
use fotarig::fault::Verdict;
use fotarig::journal::Journal;
use fotarig::report::console;
use fotarig::run::{Prospect, Test};
use fotarig::scenario;
use fotarig::suite::{Conduct, Desk, Occasion, Patience, Selection, find, tests};
use fotarig::tally::Tally;
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;
use libtest_mimic::{Failed, Trial};

use crate::again::{Paper, again, recorded};
use crate::same::differences;
use crate::served::{ALL_ROLES, BENCH_ROLES, Pace, Roles, Served};

/// Attempts after the first, at a pace that a busy host can keep.
const MORE_ATTEMPTS: usize = 2;

/// The seed of `fotarig run` without `--seed`.
const SEED: u64 = 1;

/// The quickest test of a scenario is run always if it takes no longer: 24 s, served.
const MAX_QUICK: Duration = Duration::from_secs(10 * 60);

/// The same where the port follows the module, which only a boot shows.
const MAX_QUICK_AT_USB: Duration = Duration::from_secs(10 * 60);

/// The same on a bench, where only the way to the first step differs.
const MAX_QUICK_ON_A_BENCH: Duration = Duration::from_secs(4 * 60);

/// What takes longer is run in simulated time only; this is 144 s, served.
const MAX_SERVED: Duration = Duration::from_secs(60 * 60);

/// What a bench cannot do, since nothing can be done to a real module itself: the scenario, what it
/// comes to there, and the words.
const BEYOND_A_BENCH: [(&str, Verdict, &str); 6] = [
    ("bootstrap/first-session", Verdict::Skipped, "has no role `module`"),
    ("connect/nat-upstream", Verdict::Skipped, "has no role `module`"),
    ("timing/clock", Verdict::Skipped, "has no role `module`"),
    ("update/pin", Verdict::Skipped, "has no role `module`"),
    ("delta-mismatch/local", Verdict::Broken, "the module runs `"),
    ("delta-mismatch/over-the-air", Verdict::Broken, "the module runs `"),
];

/// Each shipped test with all roles, and with those of a bench, the longest first.
pub(crate) fn trials(package: &Path) -> Vec<Trial> {
    let mut trials = Vec::new();
    for kind in [Kind::AllRoles, Kind::Usb, Kind::Bench(package.to_owned())] {
        let shipped = shipped(kind.package());
        let quick = quickest(&shipped);
        for (test, took) in shipped.into_iter().filter(|(_, took)| *took <= MAX_SERVED) {
            let is_quick =
                took <= kind.max_quick() && quick.get(&test.at.scenario) == Some(&test.at.id);
            let (name, kind) = (format!("{}::{}", kind.name(), test.at.id), kind.clone());
            let trial = Trial::test(name, move || kind.judge(&test));
            trials.push((took, trial.with_ignored_flag(!is_quick)));
        }
    }
    trials.sort_by_key(|(took, _)| Reverse(*took));
    trials.into_iter().map(|(_, trial)| trial).collect()
}

/// What the rig of a trial is like.
#[derive(Clone)]
enum Kind {
    /// As [`Kind::AllRoles`], with a port that vanishes and returns with the module.
    Usb,
    /// A module as from the factory, with everything that can be done to a virtual one.
    AllRoles,
    /// A module in use, with power, network and cloud, and the file of a package.
    Bench(PathBuf),
}

impl Kind {
    fn name(&self) -> &'static str {
        match self {
            Kind::AllRoles => "all_roles",
            Kind::Usb => "usb",
            Kind::Bench(_) => "bench",
        }
    }

    /// The package under test, where it is not the built-in one.
    fn package(&self) -> Option<&Path> {
        match self {
            Kind::AllRoles | Kind::Usb => None,
            Kind::Bench(package) => Some(package),
        }
    }

    fn max_quick(&self) -> Duration {
        match self {
            Kind::AllRoles => MAX_QUICK,
            Kind::Usb => MAX_QUICK_AT_USB,
            Kind::Bench(_) => MAX_QUICK_ON_A_BENCH,
        }
    }

    /// A machine that is too busy for a moment makes a module seem to be late. What is not as it
    /// must be is done once more on a fresh module, slowly; a scenario that is wrong fails again.
    fn judge(&self, test: &Test) -> Result<(), Failed> {
        let (verdict, words) = self.due(test);
        let as_due =
            |outcome: &Outcome| outcome.verdict == verdict && outcome.reason.contains(words);
        let is_good = |outcome: &Outcome| as_due(outcome) && outcome.replayed.is_empty();
        let mut outcome = self.attempt(test, Pace::Usual);
        // A host that is late makes one run, or one record of it, a poor one; not each.
        for _ in 0..MORE_ATTEMPTS {
            if is_good(&outcome) {
                return Ok(());
            }
            outcome = self.attempt(test, Pace::Slow);
        }
        let Outcome { verdict, reason, report, replayed } = &outcome;
        if as_due(&outcome) {
            return match replayed.as_slice() {
                [] => Ok(()),
                differences => Err(differences.join("\n").into()),
            };
        }
        Err(format!("{verdict:?}, because {reason}\n{report}").into())
    }

    /// What a test must come to, and words of the reason.
    fn due(&self, test: &Test) -> (Verdict, &'static str) {
        let beyond = BEYOND_A_BENCH.iter().find(|(scenario, ..)| *scenario == test.at.scenario);
        match (self, beyond) {
            (Kind::Bench(_), Some((_, verdict, words))) => (*verdict, words),
            (Kind::Bench(_), None) | (Kind::AllRoles | Kind::Usb, _) => (Verdict::Passed, ""),
        }
    }

    fn attempt(&self, test: &Test, pace: Pace) -> Outcome {
        match self {
            Kind::AllRoles => self.run(test, &Served::fresh(pace), ALL_ROLES),
            Kind::Usb => self.run(test, &Served::at_usb(pace), ALL_ROLES),
            Kind::Bench(package) => self.run(test, &Served::in_use(package, pace), BENCH_ROLES),
        }
    }

    /// Runs a test over the port, with roles, and replays what was recorded.
    fn run(&self, test: &Test, served: &Served, roles: Roles) -> Outcome {
        served.equip(roles);
        let rig = served.folder.path().join("rig.yaml");
        let desk = Desk::load(Some(&rig), self.package()).expect("our own rig file");
        let (conduct, paper) = (conduct(&desk, Clock::start()), Paper::default());
        drop(conduct.run(std::slice::from_ref(test), paper.journal()));
        let (journal, scenarios) = (paper.take(), [Arc::clone(&test.scenario)]);
        let tally = recorded(&journal);
        let replayed = again(&journal, &scenarios, None)
            .map(|again| differences(&as_far_as_recorded(&tally), &as_far_as_recorded(&again)));
        let replayed = replayed.unwrap_or_else(|all| vec![format!("{all:#?}")]);
        let report = console::report(&tally, Paint::Plain);
        let outcome = tally.tests.first().expect("a run of one test");
        let reason = outcome.reason.as_deref().or(outcome.cause()).unwrap_or_default().to_owned();
        Outcome { verdict: outcome.verdict, reason, report, replayed }
    }
}

/// Each shipped test that is not left out, and how long it takes on the module's clock.
fn shipped(package: Option<&Path>) -> Vec<(Test, Duration)> {
    let desk = Desk::load(None, package).expect("the built-in rig, and a package");
    let scenarios = scenario::load(&find(&[]).expect("the shipped scenarios"));
    let scenarios = scenarios.expect("valid scenarios");
    let occasion = Occasion { seed: SEED, day: jiff::civil::date(2026, 1, 1) };
    let shipped = tests(&scenarios, &desk, &Selection::default(), occasion);
    let shipped = shipped.expect("the shipped scenarios become tests");
    let tally = follow(|journal| conduct(&desk, Clock::start()).run(&shipped, journal));
    let took = tally.tests.iter().map(|outcome| outcome.took);
    let timed = shipped.into_iter().zip(took);
    timed.filter(|(test, _)| matches!(test.prospect, Prospect::Pass)).collect()
}

/// Of each scenario the id of its quickest test.
fn quickest(shipped: &[(Test, Duration)]) -> BTreeMap<String, String> {
    let mut order: Vec<_> = shipped.iter().collect();
    order.sort_by_key(|(_, took)| Reverse(*took));
    order.into_iter().map(|(test, _)| (test.at.scenario.clone(), test.at.id.clone())).collect()
}

/// A replay knows when bytes came and deeds were done, but not how long the host took before the
/// first of them and after the last: the moments of a complaint may be off by some milliseconds,
/// and what came while the port was left may be nobody's.
fn as_far_as_recorded(tally: &Tally) -> Tally {
    let mut tally = tally.clone();
    for test in &mut tally.tests {
        test.complaints.iter_mut().for_each(|(_, diagnostic)| diagnostic.scene = None);
        test.unclaimed.clear();
    }
    tally
}

fn conduct(desk: &Desk, clock: Clock) -> Conduct<'_> {
    let (patience, interrupts) = (Patience::GoOn, Interrupts::default());
    Conduct { desk, seed: SEED, patience, clock, interrupts }
}

/// What a run comes to.
fn follow(run: impl FnOnce(Journal) -> Journal) -> Tally {
    let mut journal = Journal::nowhere();
    let tally = Tally::follow(&mut journal);
    drop(run(journal));
    std::mem::take(&mut *tally.lock().unwrap())
}

/// What a test came to, and what a person would see.
struct Outcome {
    verdict: Verdict,
    /// Why it was skipped, or what went wrong.
    reason: String,
    report: String,
    /// What its journal is judged otherwise when it is replayed.
    replayed: Vec<String>,
}
