//! `fotarig report`: the reports of a run again, from its journal.

use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use crate::cli::arguments::ReportArguments;
use crate::cli::outputs::{self, Output};
use crate::cli::{Refusal, desk, say};
use crate::diagnostic::Diagnostic;
use crate::journal;
use crate::report::console;
use crate::shelf::shown;
use crate::tally::Tally;

pub(crate) fn go(arguments: &ReportArguments) -> Result<ExitCode, Refusal> {
    let name = shown(&arguments.journal);
    let file = File::open(&arguments.journal)
        .map_err(|error| Diagnostic::new(format!("cannot read `{name}`: {error}")))?;
    let mut wanted = Vec::new();
    for text in &arguments.report {
        let (format, path) = outputs::parse(text)?;
        wanted.push(Output::prepare(format, &path)?);
    }
    let mut tally = Tally::default();
    let header = journal::read(BufReader::new(file), |entry| tally.hear(&entry));
    tally.header = Some(header.map_err(|error| {
        Diagnostic::new(format!("`{name}` cannot be read as a journal: {error}"))
            .help("a journal is the `journal.jsonl` that a run leaves in its reports folder")
    })?);
    for output in wanted {
        output.write(&tally)?;
    }
    say(&console::report(&tally, desk::paint()));
    Ok(ExitCode::from(tally.exit().code()))
}
