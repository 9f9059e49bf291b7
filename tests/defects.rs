//! The shipped suite is proven able to fail: it catches every known defect of the virtual module,
//! and fails neither without one nor on a line that is harmlessly disturbed.
//!
//! `fotarig prove` shows the whole table, defect by scenario; CI runs it in a release build.

use fotarig::proof::Standing;
use fotarig::run::Test;
use fotarig::scenario;
use fotarig::suite::{self, Desk, Occasion, Prove, Selection};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

/// Seeds of harmless noise; more are tried with `NOISE_SEEDS=200 cargo test --test defects`.
const SEEDS: u64 = 5;

/// The built-in desk and the shipped suite on it.
fn shipped() -> (Desk, Vec<Test>) {
    let desk = Desk::load(None, None).expect("the built-in rig and package");
    let scenarios = scenario::load(&suite::find(&[]).expect("scenarios")).expect("valid ones");
    let day = jiff::civil::date(2026, 1, 1);
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), Occasion { seed: 1, day });
    (desk, tests.expect("parameters that can be drawn"))
}

fn prover(desk: &Desk) -> Prove<'_> {
    // The seed of `fotarig run` without `--seed`.
    let (seed, clock, interrupts) = (1, Clock::start(), Interrupts::default());
    Prove { desk, seed, clock, interrupts, follow: &|_| {} }
}

#[test]
fn every_known_defect_is_caught() {
    let (desk, tests) = shipped();
    let marks = prover(&desk).first_catches(&tests).expect("nobody interrupts");
    let mut missing = Vec::new();
    for (defect, mark) in marks {
        if mark.standing() != Standing::Caught {
            let (name, section, about) = (defect.name(), defect.section(), defect.about());
            let found = mark.finding();
            let seen = found.map(|found| format!("\n    {}: {}", found.test, found.cause));
            let seen = seen.unwrap_or_default();
            missing.push(format!("{name} ({section}: {about}) is {}{seen}", mark.word()));
        }
    }
    let count = missing.len();
    assert!(missing.is_empty(), "{count} defects are not caught:\n{}", missing.join("\n"));
}

#[test]
fn nothing_fails_without_a_defect_or_on_harmless_noise() {
    let seeds = std::env::var("NOISE_SEEDS").ok().and_then(|text| text.parse().ok());
    let (desk, tests) = shipped();
    let sound = prover(&desk).soundness(&tests, seeds.unwrap_or(SEEDS)).expect("no interrupts");
    assert!(sound.unsound.is_empty(), "without a defect: {:#?}", sound.unsound);
    assert!(sound.shaken.is_empty(), "on harmless noise: {:#?}", sound.shaken);
}
