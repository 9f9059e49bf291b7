//! The conformance table: each entry is a test on the virtual module, in process and over a PTY.

mod behaviours;
mod coverage;
mod given;
mod in_process;
mod matrix;
#[cfg(unix)]
mod over_pty;
mod package_file;
mod play;
mod step;
mod table;
mod transfer;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::table::{Case, Table};

/// The tables are beside this file.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let table = match Table::load(Path::new(FOLDER)) {
        Ok(table) => table,
        Err(mistakes) => {
            eprintln!("{}", mistakes.join("\n"));
            return ExitCode::FAILURE;
        }
    };
    let mut trials = coverage::trials(&table);
    trials.extend(behaviours::trials(&table));
    trials.extend(table.cases.iter().cloned().map(|case| {
        Trial::test(format!("in process: {}", case.name), move || {
            in_process::passes(&case).map_err(Failed::from)
        })
    }));
    trials.extend(over_pty(table.cases));
    libtest_mimic::run(&arguments, trials).exit_code()
}

#[cfg(unix)]
fn over_pty(cases: Vec<Case>) -> Vec<Trial> {
    cases
        .into_iter()
        .filter(|case| case.only_in_process.is_none())
        .map(|case| {
            let name = format!("over a PTY: {}", case.name);
            Trial::test(name, move || over_pty::passes(&case).map_err(Failed::from))
        })
        .collect()
}

#[cfg(not(unix))]
fn over_pty(_cases: Vec<Case>) -> Vec<Trial> {
    Vec::new()
}
