//! `fotarig list`: what can be run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::arguments::ListArguments;
use crate::cli::{Refusal, desk, say};

pub(crate) fn go(arguments: &ListArguments) -> Result<ExitCode, Refusal> {
    let scenarios = desk::scenarios(&arguments.scenarios)?;
    let desk = desk::desk(&arguments.desk)?;
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios)?;
    let wide = tests.iter().map(|test| test.at.scenario.chars().count()).max().unwrap_or(0);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for test in &tests {
        *counts.entry(&test.at.scenario).or_default() += 1;
    }
    let mut text = String::new();
    for scenario in &scenarios {
        let Some(count) = counts.get(scenario.id.as_str()) else { continue };
        let times = if *count > 1 { format!(" ({count} tests)") } else { String::new() };
        let tags = scenario.tags.join(", ");
        let _ = writeln!(text, "{:<wide$}  {}{times}  [{tags}]", scenario.id, scenario.name);
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}
