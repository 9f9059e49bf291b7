//! Plugins that behave and that do not: what a run makes of them, and what is told of secrets.

#[cfg(unix)]
#[path = "plugins/lab.rs"]
mod lab;
#[cfg(unix)]
#[path = "plugins/rogues.rs"]
mod rogues;
#[cfg(unix)]
#[path = "plugins/secrets.rs"]
mod secrets;
#[cfg(unix)]
#[path = "plugins/settings.rs"]
mod settings;
#[cfg(unix)]
#[path = "plugins/shipped.rs"]
mod shipped;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    let arguments = libtest_mimic::Arguments::from_args();
    let mut trials = rogues::trials();
    trials.extend(secrets::trials());
    trials.extend(settings::trials());
    trials.extend(shipped::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[cfg(not(unix))]
fn main() {
    println!("SKIPPED: plugins need process groups, which only Unix has");
}
