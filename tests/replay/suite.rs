//! Whatever the virtual module did in the shipped suite, its journal is judged as the run was.

use std::sync::Arc;

use fotarig::behaviour::{Defect, Noise};
use fotarig::rig::{Port, VirtualSettings};
use fotarig::scenario::{self, Scenario};
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

use crate::again::{Paper, again, recorded};
use crate::same::differences;

/// Defects that are tried always: each makes scenarios of another kind fail.
const USUAL: [Defect; 4] =
    [Defect::NoInd8, Defect::ForgetsApn, Defect::InstallsUnasked, Defect::DeafToStop];

fn shipped() -> Vec<Arc<Scenario>> {
    scenario::load(&suite::find(&[]).expect("scenarios")).expect("valid scenarios")
}

/// The journal of the whole suite on a module that was changed.
fn journal(scenarios: &[Arc<Scenario>], change: impl FnOnce(&mut VirtualSettings)) -> Vec<u8> {
    let mut desk = Desk::load(None, None).expect("the built-in rig and package");
    let Port::Virtual(settings) = &mut desk.rig.port else { panic!("the built-in rig is virtual") };
    change(settings);
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(scenarios, &desk, &Selection::default(), occasion).expect("tests");
    let (patience, clock, interrupts) = (Patience::GoOn, Clock::start(), Interrupts::default());
    let conduct = Conduct { desk: &desk, seed: 1, patience, clock, interrupts };
    let paper = Paper::default();
    drop(conduct.run(&tests, paper.journal()));
    paper.take()
}

#[track_caller]
fn holds(what: &str, journal: &[u8], scenarios: &[Arc<Scenario>]) {
    let (before, after) = (recorded(journal), again(journal, scenarios, None).expect("a replay"));
    assert!(before.tests.len() > 300, "the whole suite");
    let differences = differences(&before, &after);
    let count = differences.len();
    assert!(differences.is_empty(), "{what}: {count} differ:\n{}", differences.join("\n"));
}

#[test]
fn the_whole_suite_comes_to_the_same() {
    let scenarios = shipped();
    holds("as it is", &journal(&scenarios, |_| {}), &scenarios);
    let wild = journal(&scenarios, |settings| settings.noise = Noise::Rough);
    holds("a disturbed line", &wild, &scenarios);
}

#[test]
fn failures_are_complained_of_in_the_same_words() {
    let scenarios = shipped();
    for defect in USUAL {
        let journal = journal(&scenarios, |settings| settings.defects.add(defect));
        holds(defect.name(), &journal, &scenarios);
    }
}

#[test]
#[ignore = "some minutes: CI runs it in a release build"]
fn failures_of_every_defect_are_complained_of_in_the_same_words() {
    let scenarios = shipped();
    for defect in Defect::ALL {
        let journal = journal(&scenarios, |settings| settings.defects.add(*defect));
        holds(defect.name(), &journal, &scenarios);
    }
}
