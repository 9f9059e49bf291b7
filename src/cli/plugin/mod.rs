//! `fotarig plugin`: which plugins there are, whether one is right, and how one begins.

mod check;
mod list;
mod new;

use std::process::ExitCode;

use crate::cli::Refusal;
use crate::cli::author::PluginCommand;

pub(crate) fn go(command: &PluginCommand) -> Result<ExitCode, Refusal> {
    match command {
        PluginCommand::List => list::go(),
        PluginCommand::Check { folder } => check::go(folder),
        PluginCommand::New { name, language, role } => new::go(name, *language, *role),
    }
}
