//! Proves scenarios: runs their tests against every known defect, and on harmless noise.
//!
//! A test is first run without a defect. The module then records what it was asked about: a defect
//! that it was never asked about cannot change anything, and is not tried. What is tried is run by
//! [`crate::suite::Conduct`] as ever, on a module of its own.

mod crew;
mod difference;
mod trial;

use crate::behaviour::{Asked, Defect, Noise};
use crate::fault::Verdict;
use crate::proof::{Finding, Mark, Proof, Standing, Worth};
use crate::run::Test;
use crate::suite::Desk;
use crate::suite::prove::difference::first_difference;
use crate::suite::prove::trial::Trial;
use crate::world::Interrupts;
use crate::world::real::Clock;

/// How a proof goes about it.
pub struct Prove<'d> {
    /// Its rig must be a virtual one.
    pub desk: &'d Desk,
    pub seed: u64,
    pub clock: Clock,
    pub interrupts: Interrupts,
    /// Told of each part that is done, from any thread.
    pub follow: &'d (dyn Fn(Part) + Sync),
}

/// A part of a proof that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub what: &'static str,
    /// How many of its kind there are.
    pub of: usize,
}

/// Tests that do not pass although they should.
#[derive(Clone, Debug)]
pub struct Soundness {
    /// On a module without any defect.
    pub unsound: Vec<Finding>,
    /// On harmless noise, each with its first such seed.
    pub shaken: Vec<(u64, Finding)>,
}

/// A test as it goes without a defect.
struct Usual<'t> {
    test: &'t Test,
    trial: Trial,
    asked: Asked,
}

impl Usual<'_> {
    /// Whether it can say something about a defect.
    fn can_see(&self, defect: Defect) -> bool {
        self.trial.finding.verdict == Verdict::Passed && self.asked.about(defect)
    }

    /// Whether it belongs to the same scenario.
    fn is_beside(&self, other: &Usual<'_>) -> bool {
        self.test.at.scenario == other.test.at.scenario
    }
}

impl Prove<'_> {
    /// The proof of these tests; nothing when it was interrupted.
    pub fn run(&self, tests: &[Test], noise_seeds: u64) -> Option<Proof> {
        let usual = self.without_defects(tests)?;
        let scenarios = by_scenario(&usual);
        let meetings = meetings(&scenarios);
        let met = self.share("meetings of a scenario and a defect", meetings.len(), |number| {
            let (scenario, defect) = meetings[number];
            self.meet(scenarios[scenario], defect)
        })?;
        let shaken = self.shake(&usual, noise_seeds)?;
        let mut runs = usual.len() as u64;
        let mut worths: Vec<Worth> = scenarios.iter().map(|tests| worth(tests)).collect();
        for ((scenario, defect), (mark, took)) in meetings.into_iter().zip(met) {
            worths[scenario].marks[defect as usize] = mark;
            runs += took;
        }
        let packages = self.desk.packages.under_test().iter().map(|it| it.name.clone()).collect();
        Some(Proof { seed: self.seed, packages, scenarios: worths, noise_seeds, shaken, runs })
    }

    /// What all scenarios together come to with each defect, which is known as soon as one catches
    /// it: much quicker than a whole proof. Nothing when it was interrupted.
    pub fn first_catches(&self, tests: &[Test]) -> Option<Vec<(Defect, Mark)>> {
        let usual = self.without_defects(tests)?;
        let mut scenarios = by_scenario(&usual);
        // A sweep of hundreds of tests is asked last: most defects are caught before.
        scenarios.sort_by_key(|tests| tests.len());
        self.share("defects", Defect::ALL.len(), |number| {
            let defect = Defect::ALL[number];
            let mut best = Mark::NotApplicable;
            for scenario in &scenarios {
                let (mark, _) = self.meet(scenario, defect);
                if mark.standing() < best.standing() {
                    best = mark;
                }
                if best.standing() == Standing::Caught {
                    break;
                }
            }
            (defect, best)
        })
    }

    /// What does not pass although it should: without a defect, and on seeds of harmless noise.
    /// Nothing when it was interrupted.
    pub fn soundness(&self, tests: &[Test], noise_seeds: u64) -> Option<Soundness> {
        let usual = self.without_defects(tests)?;
        let unsound = by_scenario(&usual).into_iter().flat_map(|tests| worth(tests).unsound);
        let unsound = unsound.collect();
        Some(Soundness { unsound, shaken: self.shake(&usual, noise_seeds)? })
    }

    /// Shares jobs among the cores, and tells of each that is done.
    fn share<T: Send>(
        &self,
        what: &'static str,
        of: usize,
        job: impl Fn(usize) -> T + Sync,
    ) -> Option<Vec<T>> {
        crew::share(of, &self.interrupts, |number| {
            let result = job(number);
            (self.follow)(Part { what, of });
            result
        })
    }

    fn without_defects<'t>(&self, tests: &'t [Test]) -> Option<Vec<Usual<'t>>> {
        self.share("tests without a defect", tests.len(), |number| {
            self.without_defect(&tests[number])
        })
    }

    fn without_defect<'t>(&self, test: &'t Test) -> Usual<'t> {
        let mut asked = Asked::default();
        let desk = self.desk_with(|settings| asked = settings.defects.watch());
        Usual { test, trial: self.try_out(test, &desk, self.seed), asked }
    }

    /// Runs the tests of a scenario on a module with a defect, up to the first that catches it.
    /// Also returns how many runs that took.
    fn meet(&self, tests: &[Usual<'_>], defect: Defect) -> (Mark, u64) {
        let desk = self.desk_with(|settings| settings.defects.add(defect));
        let mut runs = 0;
        let mut broken = None;
        let mut passed = None;
        for usual in tests.iter().filter(|usual| usual.can_see(defect)) {
            let trial = self.try_out(usual.test, &desk, self.seed);
            runs += 1;
            match trial.finding.verdict {
                Verdict::Failed => return (Mark::Caught(trial.finding), runs),
                Verdict::Broken => drop(broken.get_or_insert(trial.finding)),
                Verdict::Passed | Verdict::Skipped | Verdict::Interrupted => {
                    if trial.print != usual.trial.print && passed.is_none() {
                        passed = Some((usual.test, trial.finding));
                    }
                }
            }
        }
        let mark = match (broken, passed) {
            (Some(finding), _) => Mark::Broken(finding),
            (None, Some((test, finding))) => {
                let usual = self.listen(test, self.desk);
                let cause = first_difference(&usual, &self.listen(test, &desk));
                Mark::NotCaught(Finding { cause, ..finding })
            }
            (None, None) => Mark::NotApplicable,
        };
        (mark, runs)
    }

    /// Runs all sound tests on seeds of harmless noise; returns each that does not pass, with its
    /// first such seed.
    fn shake(&self, tests: &[Usual<'_>], seeds: u64) -> Option<Vec<(u64, Finding)>> {
        let desk = self.desk_with(|settings| settings.noise = Noise::Harmless);
        let shaken = self.share("tests on noise", tests.len(), |number| {
            let usual = &tests[number];
            let is_sound = usual.trial.finding.verdict == Verdict::Passed;
            let seeds = if is_sound { 0..seeds } else { 0..0 };
            let mut trials =
                seeds.map(|seed| (seed, self.try_out(usual.test, &desk, seed).finding));
            trials.find(|(_, finding)| finding.verdict != Verdict::Passed)
        })?;
        Some(shaken.into_iter().flatten().collect())
    }
}

/// The tests of each scenario, which stand together.
fn by_scenario<'u, 't>(usual: &'u [Usual<'t>]) -> Vec<&'u [Usual<'t>]> {
    usual.chunk_by(Usual::is_beside).collect()
}

/// The scenarios with the defects that can matter to them.
fn meetings(scenarios: &[&[Usual<'_>]]) -> Vec<(usize, Defect)> {
    let each = |(number, tests): (usize, &&[Usual<'_>])| {
        let seen = |defect: &&Defect| tests.iter().any(|usual| usual.can_see(**defect));
        Defect::ALL.iter().filter(seen).map(|defect| (number, *defect)).collect::<Vec<_>>()
    };
    scenarios.iter().enumerate().flat_map(each).collect()
}

/// What a scenario is worth before it has met a defect.
fn worth(tests: &[Usual<'_>]) -> Worth {
    let all = || tests.iter().map(|usual| &usual.trial.finding);
    let skipped = all().filter(|finding| finding.verdict == Verdict::Skipped);
    let unsound = all().filter(|finding| match finding.verdict {
        Verdict::Passed | Verdict::Skipped => false,
        Verdict::Failed | Verdict::Broken | Verdict::Interrupted => true,
    });
    let first = &tests[0].test.at;
    Worth {
        id: first.scenario.clone(),
        name: first.name.clone(),
        tests: tests.len(),
        unsound: unsound.cloned().collect(),
        skipped: skipped.cloned().collect(),
        marks: vec![Mark::NotApplicable; Defect::ALL.len()],
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::suite::{Occasion, Selection};
    use crate::{scenario, suite};

    #[test]
    fn a_defect_that_is_not_asked_about_changes_nothing() {
        let desk = Desk::load(None, None).expect("the built-in rig and package");
        let wanted = ["update/agreements", "connect/apn"].map(PathBuf::from);
        let found = suite::find(&wanted).expect("shipped scenarios");
        let scenarios = scenario::load(&found).expect("valid ones");
        let day = jiff::civil::date(2026, 1, 1);
        let (wanted, occasion) = (Selection::default(), Occasion { seed: 1, day });
        let tests = suite::tests(&scenarios, &desk, &wanted, occasion).expect("tests");
        let (clock, interrupts) = (Clock::start(), Interrupts::default());
        let prove = Prove { desk: &desk, seed: 1, clock, interrupts, follow: &|_| {} };
        for usual in prove.without_defects(&tests).expect("nobody interrupts") {
            for defect in Defect::ALL.iter().filter(|defect| !usual.can_see(**defect)) {
                let desk = prove.desk_with(|settings| settings.defects.add(*defect));
                let print = prove.try_out(usual.test, &desk, 1).print;
                assert_eq!(print, usual.trial.print, "{} with {defect:?}", usual.test.at.id);
            }
        }
    }
}
