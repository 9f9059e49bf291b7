//! `fotarig report`: the reports of a run again, from its journal.

use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use crate::cli::arguments::ReportArguments;
use crate::cli::{Refusal, desk, end, outputs, say};
use crate::diagnostic::Diagnostic;
use crate::journal;
use crate::report::console;
use crate::shelf::shown;
use crate::tally::Tally;

pub(crate) fn go(arguments: &ReportArguments) -> Result<ExitCode, Refusal> {
    let name = shown(&arguments.journal);
    let file = File::open(&arguments.journal)
        .map_err(|error| Diagnostic::new(format!("cannot read `{name}`: {error}")))?;
    let wanted = arguments.report.iter().map(|text| outputs::parse(text));
    let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
    let outputs = outputs::prepare(&wanted, &[(arguments.journal.clone(), "the journal")])?;
    let mut tally = Tally::default();
    let header = journal::read(BufReader::new(file), |entry| tally.hear(&entry));
    tally.header = Some(header.map_err(|error| {
        Diagnostic::new(format!("`{name}` cannot be read as a journal: {error}"))
            .help("a journal is the `journal.jsonl` that a run leaves in its reports folder")
    })?);
    let written = outputs.into_iter().map(|output| output.write(&tally));
    let mut lost: Vec<Diagnostic> = written.filter_map(Result::err).collect();
    let said = say(&console::report(&tally, desk::paint()));
    lost.extend(said.err().into_iter().flat_map(|refusal| refusal.complaints));
    end(tally.exit(), lost)
}
