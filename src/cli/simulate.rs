//! `fotarig simulate`: the virtual module on a PTY, in real time or faster.

use std::process::ExitCode;

use crate::cli::arguments::SimulateArguments;
use crate::cli::{Refusal, desk};
use crate::diagnostic::Diagnostic;

pub(crate) fn go(arguments: &SimulateArguments) -> Result<ExitCode, Refusal> {
    let _ = desk::desk(&arguments.desk)?;
    Err(Diagnostic::new("not yet").into())
}
