//! `fotarig list`: what can be run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::arguments::ListArguments;
use crate::cli::{Refusal, beginning, desk, say};
use crate::scenario::{Scenario, Waiver};
use crate::suite::Occasion;

pub(crate) fn go(arguments: &ListArguments) -> Result<ExitCode, Refusal> {
    let scenarios = desk::scenarios(&arguments.scenarios)?;
    let desks = desk::desks(&arguments.desk)?;
    let today = beginning::today(beginning::USUAL_SEED);
    let tests = desk::tests(&scenarios, &desks[0], &arguments.scenarios, today)?;
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
        let (id, name, mark) = (&scenario.id, &scenario.name, mark(scenario, today));
        let _ = writeln!(text, "{id:<wide$}  {name}{times}  [{tags}]{mark}");
    }
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// What sets a scenario's verdict aside today.
fn mark(scenario: &Scenario, today: Occasion) -> String {
    let holds = |waiver: &&Waiver| waiver.holds_on(today.day);
    if let Some(skip) = scenario.skip.as_ref().filter(holds) {
        return format!("  skipped until {}", skip.until);
    }
    let expected = scenario.expected_failure.as_ref().filter(holds);
    expected.map(|waiver| format!("  failure expected until {}", waiver.until)).unwrap_or_default()
}
