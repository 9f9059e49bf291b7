//! Every shipped scenario, with each combination of its parameters, is a test on the virtual rig.

use std::process::ExitCode;

use fotarig::diagnostic::{Diagnostic, Paint, draw_all};
use fotarig::journal::Journal;
use fotarig::report::console;
use fotarig::run::Test;
use fotarig::scenario;
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::tally::{Exit, Tally};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;
use libtest_mimic::{Arguments, Failed, Trial};

/// The seed of `fotarig run` without `--seed`: the same run, the same outcome.
const SEED: u64 = 1;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match shipped() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(mistakes) => {
            eprint!("{}", draw_all(&mistakes, Paint::Plain));
            ExitCode::FAILURE
        }
    }
}

/// A trial for each test that `fotarig run` would do here.
fn shipped() -> Result<Vec<Trial>, Vec<Diagnostic>> {
    let desk = Desk::load(None, None)?;
    let scenarios = scenario::load(&suite::find(&[])?)?;
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), occasion)?;
    let trial = |test: Test| {
        let desk = desk.clone();
        Trial::test(test.at.id.clone(), move || run(&desk, &test))
    };
    Ok(tests.into_iter().map(trial).collect())
}

/// Runs one test in simulated time; what a person would see is the failure.
fn run(desk: &Desk, test: &Test) -> Result<(), Failed> {
    let mut journal = Journal::nowhere();
    let tally = Tally::follow(&mut journal);
    let conduct = Conduct {
        desk,
        seed: SEED,
        patience: Patience::GoOn,
        clock: Clock::start(),
        interrupts: Interrupts::default(),
    };
    drop(conduct.run(std::slice::from_ref(test), journal));
    let tally = tally.lock().unwrap();
    match tally.exit() {
        Exit::Passed => Ok(()),
        Exit::Failed | Exit::Broken | Exit::Interrupted => {
            Err(Failed::from(console::report(&tally, Paint::Plain)))
        }
    }
}
