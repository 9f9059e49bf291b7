//! `fotarig check`: every mistake in every file, and nothing is moved.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::arguments::CheckArguments;
use crate::cli::{Refusal, beginning, desk, say};
use crate::diagnostic::printable;
use crate::scenario::Scenario;
use crate::suite::Occasion;

pub(crate) fn go(arguments: &CheckArguments) -> Result<ExitCode, Refusal> {
    let (desk, scenarios) = desk::load(&arguments.scenarios, &arguments.desk)?;
    let today = beginning::today(beginning::USUAL_SEED);
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios, today)?;
    let mut text: String = scenarios.iter().map(|scenario| notes(scenario, today)).collect();
    let (scenarios, tests) = (scenarios.len(), tests.len());
    let _ = writeln!(text, "{scenarios} scenarios with {tests} tests: no mistakes");
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What sets a scenario's verdict aside, and what did so until its day was over.
fn notes(scenario: &Scenario, today: Occasion) -> String {
    let waivers = [("skip", &scenario.skip), ("expected_failure", &scenario.expected_failure)];
    let mut text = String::new();
    for (key, waiver) in waivers {
        let Some(waiver) = waiver else { continue };
        let (at, until) = (&waiver.place, waiver.until);
        let at = format!("{}:{}", at.source.name, at.line());
        let line = if waiver.holds_on(today.day) {
            format!("note: {at}: `{key}` until {until}: {}", waiver.reason)
        } else {
            format!("warning: {at}: `{key}` ended on {until}: remove it, or prolong it")
        };
        let _ = writeln!(text, "{}", printable(&line));
    }
    text
}
