//! `fotarig rig`: whether rigs are as their files say, and files for what is plugged in.

mod arguments;
mod check;
mod scan;

use std::process::ExitCode;

use crate::cli::Refusal;

pub(crate) use arguments::{RigCheckArguments, RigCommand, RigScanArguments};

pub(crate) fn go(command: &RigCommand) -> Result<ExitCode, Refusal> {
    match command {
        RigCommand::Check(arguments) => check::go(arguments),
        RigCommand::Scan(arguments) => scan::go(arguments),
    }
}
