//! The shipped scenarios over a real serial path: a PTY, with the served module at its other end.

#[cfg(unix)]
#[path = "real/served.rs"]
mod served;
#[cfg(unix)]
#[path = "real/trouble.rs"]
mod trouble;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    use fotarig::scenario;
    use fotarig::suite::{Desk, Occasion, Selection, find, tests};
    use libtest_mimic::{Arguments, Trial};

    let desk = Desk::load(None, None).expect("the built-in desk");
    let scenarios = scenario::load(&find(&[]).expect("the shipped scenarios"));
    let scenarios = scenarios.expect("valid scenarios");
    let occasion = Occasion { seed: 1, day: jiff::civil::date(2026, 1, 1) };
    let shipped = tests(&scenarios, &desk, &Selection::default(), occasion);
    let mut trials: Vec<Trial> = shipped
        .expect("the shipped scenarios become tests")
        .into_iter()
        .map(|test| {
            let id = test.at.id;
            Trial::test(format!("scenario::{id}"), move || served::passes(&id))
        })
        .collect();
    trials.extend(trouble::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

#[cfg(not(unix))]
fn main() {
    println!("SKIPPED: this test needs PTYs, which only Unix has");
}
