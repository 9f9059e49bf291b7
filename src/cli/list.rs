//! `fotarig list`: what can be run.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::arguments::{DeskArguments, ListArguments};
use crate::cli::{Refusal, desk, say};

pub(crate) fn go(arguments: &ListArguments) -> Result<ExitCode, Refusal> {
    let scenarios = desk::scenarios(&arguments.scenarios)?;
    let desk = desk::desk(&DeskArguments { rig: None, package: None })?;
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios)?;
    let wide = tests.iter().map(|test| test.at.scenario.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for scenario in &scenarios {
        let count = tests.iter().filter(|test| test.at.scenario == scenario.id).count();
        if count == 0 {
            continue;
        }
        let times = if count > 1 { format!(" ({count} tests)") } else { String::new() };
        let tags = scenario.tags.join(", ");
        let _ = writeln!(text, "{:<wide$}  {}{times}  [{tags}]", scenario.id, scenario.name);
    }
    say(&text);
    Ok(ExitCode::SUCCESS)
}
