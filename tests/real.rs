//! The shipped scenarios over a real serial path: a PTY, with the served module at its other end.

#[cfg(unix)]
#[path = "support/again.rs"]
mod again;
#[cfg(unix)]
#[path = "support/same.rs"]
mod same;
#[cfg(unix)]
#[path = "real/served.rs"]
mod served;
#[cfg(unix)]
#[path = "real/suite.rs"]
mod suite;
#[cfg(unix)]
#[path = "real/trouble.rs"]
mod trouble;
#[cfg(unix)]
#[path = "real/vanishing.rs"]
mod vanishing;

/// Modules that are served at the same time. They wait most of the time, so that there can be many
/// more than there are cores.
#[cfg(unix)]
const AT_ONCE: usize = 36;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    let mut arguments = libtest_mimic::Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let (_folder, package) = served::package_file();
    let mut trials = suite::trials(&package);
    trials.extend(trouble::trials());
    trials.extend(vanishing::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[cfg(not(unix))]
fn main() {
    println!("SKIPPED: this test needs PTYs, which only Unix has");
}
