//! What a failure of a shipped scenario says: what came last, when, and where in the file, in
//! lines that fit a glance.

use fotarig::behaviour::Defect;
use fotarig::diagnostic::Paint;
use fotarig::journal::Journal;
use fotarig::report::console;
use fotarig::rig::Port;
use fotarig::run::Test;
use fotarig::scenario;
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::tally::{Exit, Tally};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

/// Failures of each scenario that are read; a debug build is slow, and `cargo test` is short.
const FAILURES: usize = if cfg!(debug_assertions) { 2 } else { 10 };
/// Defects that are tried for each of them: not every scenario meets every defect.
const TRIES: usize = 8;
/// What a person takes in at a glance.
const MAX_LINES: usize = 15;

#[test]
fn each_failure_of_a_shipped_scenario_says_why_in_fifteen_lines() {
    let desk = Desk::load(None, None).expect("the built-in rig and package");
    let scenarios = scenario::load(&suite::find(&[]).expect("scenarios")).expect("valid ones");
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), occasion);
    let mut firsts = tests.expect("parameters that can be drawn");
    firsts.dedup_by(|later, first| later.at.scenario == first.at.scenario);
    let (left, right) = firsts.split_at(firsts.len() / 2);
    let read = |tests: &[Test], first: usize| -> usize {
        let each = tests.iter().enumerate();
        each.map(|(index, test)| read_failures(&desk, test, first + index)).sum()
    };
    let count = std::thread::scope(|scope| {
        let other = scope.spawn(|| read(right, left.len()));
        read(left, 0) + other.join().expect("what it found is said above")
    });
    assert!(count > firsts.len() / 2, "only {count} failures were seen");
}

/// Lets a test fail with one defect after the other, and reads what is said; returns how often.
fn read_failures(desk: &Desk, test: &Test, index: usize) -> usize {
    let mut count = 0;
    // Each scenario begins elsewhere, so that many defects have their turn.
    let defects = Defect::ALL.iter().cycle().skip(index * 3).step_by(7);
    for defect in defects.take(FAILURES * TRIES) {
        let tally = run(desk, test, *defect);
        if tally.exit() == Exit::Passed {
            continue;
        }
        let report = console::report(&tally, Paint::Plain);
        let lines: Vec<&str> = report.lines().take_while(|line| !line.is_empty()).collect();
        let wanted = ["--> scenarios/", "= note: at ", "= note: what came last"];
        for words in wanted {
            let is_there = lines.iter().any(|line| line.trim_start().starts_with(words));
            let about = (&test.at.id, defect.name());
            assert!(is_there, "{about:?} has no `{words}`:\n{report}");
        }
        assert!(lines[0].starts_with("--- "), "{report}");
        assert!(lines.len() <= MAX_LINES, "{} lines:\n{report}", lines.len());
        count += 1;
        if count == FAILURES {
            break;
        }
    }
    count
}

fn run(desk: &Desk, test: &Test, defect: Defect) -> Tally {
    let mut desk = desk.clone();
    if let Port::Virtual(settings) = &mut desk.rig.port {
        settings.defects.add(defect);
    }
    let mut journal = Journal::nowhere();
    let tally = Tally::follow(&mut journal);
    let (patience, interrupts) = (Patience::GoOn, Interrupts::default());
    let conduct = Conduct { desk: &desk, seed: 1, patience, clock: Clock::start(), interrupts };
    drop(conduct.run(std::slice::from_ref(test), journal));
    std::mem::take(&mut *tally.lock().unwrap())
}
