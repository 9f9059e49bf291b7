//! The conformance table: each entry is a test on the virtual module, in process and over a PTY.

mod behaviours;
mod coverage;
mod given;
mod in_process;
mod matrix;
mod open;
#[cfg(unix)]
mod over_pty;
mod package_file;
mod play;
mod step;
mod table;
mod transfer;

use std::collections::BTreeSet;
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
    let open = open::load();
    let mut trials = coverage::trials(&table);
    trials.extend(behaviours::trials(&table));
    trials.extend(table.cases.iter().cloned().map(|case| {
        let is_open = open.contains(&case.name);
        Trial::test(format!("in process: {}", case.name), move || {
            let outcome = in_process::passes(&case);
            let outcome = if is_open { open::still_open(&outcome) } else { outcome };
            outcome.map_err(Failed::from)
        })
    }));
    trials.extend(over_pty(table.cases, &open));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What does not hold in process is not tried over a PTY.
#[cfg(unix)]
fn over_pty(cases: Vec<Case>, open: &BTreeSet<String>) -> Vec<Trial> {
    let left_out = !over_pty::has_control();
    cases
        .into_iter()
        .filter(|case| !open.contains(&case.name) && case.only_in_process.is_none())
        .map(|case| {
            let name = format!("over a PTY: {}", case.name);
            Trial::test(name, move || over_pty::passes(&case).map_err(Failed::from))
                .with_ignored_flag(left_out)
        })
        .collect()
}

#[cfg(not(unix))]
fn over_pty(_cases: Vec<Case>, _open: &BTreeSet<String>) -> Vec<Trial> {
    Vec::new()
}
