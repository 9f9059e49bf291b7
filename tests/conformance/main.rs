//! The conformance table: each entry is a test on the virtual module, in process and over a PTY.

mod coverage;
mod given;
mod in_process;
mod matrix;
mod open;
mod play;
mod step;
mod table;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::table::Table;

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
    for case in table.cases {
        let is_open = open.contains(&case.name);
        trials.push(Trial::test(format!("in process: {}", case.name), move || {
            let outcome = in_process::passes(&case);
            let outcome = if is_open { open::still_open(outcome) } else { outcome };
            outcome.map_err(Failed::from)
        }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
