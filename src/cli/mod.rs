//! The command line: what was typed, and the command that does it.

mod ahead;
mod arguments;
mod author;
mod beginning;
mod behaviours;
mod check;
mod check_json;
mod claim;
mod compare;
mod console;
mod desk;
mod draft;
mod explain;
mod followers;
mod formats;
mod history;
mod jsonl;
mod kept;
mod lab;
mod list;
mod new;
mod outputs;
mod package;
mod package_files;
mod page;
mod plan;
mod plugin;
mod prove;
mod render;
mod replay;
mod report;
mod rig;
mod run;
mod schema;
mod simulate;
mod voice;
mod waiting;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::diagnostic::Diagnostic;
use crate::tally::Exit;
use crate::world::Interrupts;

pub use arguments::{Arguments, Command, PackageCommand};

/// Usage or a file is wrong; nothing was moved.
pub const USAGE: u8 = 2;
/// A rig broke, or a result was lost.
pub const BROKEN: u8 = 3;
/// Our own bug, as a panic ends a program.
pub const BUG: u8 = 101;

/// Why a command did not do its work.
#[derive(Debug)]
pub struct Refusal {
    pub complaints: Vec<Diagnostic>,
    pub code: u8,
}

impl From<Vec<Diagnostic>> for Refusal {
    fn from(complaints: Vec<Diagnostic>) -> Refusal {
        Refusal { complaints, code: USAGE }
    }
}

impl From<Diagnostic> for Refusal {
    fn from(complaint: Diagnostic) -> Refusal {
        Refusal::from(vec![complaint])
    }
}

/// Writes to standard output. A reader that has gone away is no trouble of ours, a full disk is.
pub(crate) fn say(text: &str) -> Result<(), Refusal> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let message = format!("standard output cannot be written: {error}");
            Err(Refusal { complaints: vec![Diagnostic::new(message)], code: BROKEN })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes to standard error, beside the progress. Nobody is left to be told when it is gone.
pub(crate) fn whisper(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// How a run or a report ends that has lost some of its results: they must be missed.
pub(crate) fn end(exit: Exit, lost: Vec<Diagnostic>) -> Result<ExitCode, Refusal> {
    let code = match exit {
        Exit::Passed | Exit::Failed | Exit::Broken if !lost.is_empty() => BROKEN,
        Exit::Passed | Exit::Failed | Exit::Broken | Exit::Interrupted => exit.code(),
    };
    if lost.is_empty() { Ok(ExitCode::from(code)) } else { Err(Refusal { complaints: lost, code }) }
}

/// From now on Ctrl-C, SIGTERM and SIGHUP raise an interrupt instead of ending the process.
pub(crate) fn watch_signals(interrupts: &Interrupts) -> Result<(), Diagnostic> {
    let interrupts = interrupts.clone();
    ctrlc::set_handler(move || interrupts.raise())
        .map_err(|error| Diagnostic::new(format!("cannot listen for Ctrl-C: {error}")))
}

/// Does what the arguments say. Clap ends the process itself for `--help` and wrong usage.
pub fn go() -> Result<ExitCode, Refusal> {
    match Arguments::parse().command {
        Command::Run(arguments) => run::go(&arguments),
        Command::Check(arguments) => check::go(&arguments),
        Command::List(arguments) => list::go(&arguments),
        Command::New { command } => new::go(&command),
        Command::Schema(arguments) => schema::go(&arguments),
        Command::Explain(arguments) => explain::go(&arguments),
        Command::Console(arguments) => console::go(&arguments),
        Command::Prove(arguments) => prove::go(&arguments),
        Command::History(arguments) => history::go(&arguments),
        Command::Compare(arguments) => compare::go(&arguments),
        Command::Report(arguments) => report::go(&arguments),
        Command::Replay(arguments) => replay::go(&arguments),
        Command::Simulate(arguments) => simulate::go(&arguments),
        Command::Package { command: PackageCommand::Make(wanted) } => package::make(&wanted),
        Command::Package { command: PackageCommand::Show(wanted) } => package::show(&wanted),
        Command::Plugin { command } => plugin::go(&command),
        Command::Rig { command } => rig::go(&command),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "fotarig", &mut script);
            say(&String::from_utf8_lossy(&script))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
