//! `fotarig check`: every mistake in every file, and nothing is moved.

use std::process::ExitCode;

use crate::cli::arguments::CheckArguments;
use crate::cli::{Refusal, desk, say};

pub(crate) fn go(arguments: &CheckArguments) -> Result<ExitCode, Refusal> {
    let (desk, scenarios) = desk::load(&arguments.scenarios, &arguments.desk)?;
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios)?;
    say(&format!("{} scenarios with {} tests: no mistakes\n", scenarios.len(), tests.len()))?;
    Ok(ExitCode::SUCCESS)
}
