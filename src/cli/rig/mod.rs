//! `fotarig rig`: whether rigs are as their files say.

mod arguments;
mod check;

use std::process::ExitCode;

use crate::cli::Refusal;

pub(crate) use arguments::{RigCheckArguments, RigCommand};

pub(crate) fn go(command: &RigCommand) -> Result<ExitCode, Refusal> {
    match command {
        RigCommand::Check(arguments) => check::go(arguments),
    }
}
