//! `fotarig report`: the reports of a run again, from its journal, or of several from theirs.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::arguments::ReportArguments;
use crate::cli::formats::Wishes;
use crate::cli::outputs::{Findings, Output, Taken};
use crate::cli::{Refusal, end, outputs, page};
use crate::diagnostic::Diagnostic;
use crate::journal;
use crate::report::console;
use crate::report::html::Builder;
use crate::shelf::shown;
use crate::tally::Tally;

pub(crate) fn go(arguments: &ReportArguments) -> Result<ExitCode, Refusal> {
    let journals = &arguments.journals;
    each_once(journals)?;
    let wishes = Wishes::read_complete(&arguments.report, &journals[0])?;
    let voice = wishes.voice();
    let taken: Vec<_> = journals.iter().map(|path| (path.clone(), "the journal")).collect();
    let outputs = outputs::prepare(&wishes.at_end, &mut Taken::of(&taken))?;
    let mut page = outputs.iter().any(Output::is_page).then(page::begun);
    let parts = journals.iter().map(|journal| read(journal, page.as_mut()));
    let tally = Tally::merge(parts.collect::<Result<_, _>>()?);
    page.iter_mut().for_each(Builder::end);
    let findings = Findings { tally: &tally, journals, page: page.as_ref() };
    let written = outputs.into_iter().map(|output| output.write(&findings));
    let mut lost: Vec<Diagnostic> = written.filter_map(Result::err).collect();
    let said = voice.say(&console::report(&tally, voice.paint()));
    lost.extend(said.err().into_iter().flat_map(|refusal| refusal.complaints));
    end(tally.exit(), lost)
}

/// The same journal twice would tell each of its tests twice.
fn each_once(journals: &[PathBuf]) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    let again = journals.iter().find(|path: &&PathBuf| {
        let place = path.canonicalize().unwrap_or_else(|_| (*path).clone());
        !seen.insert(place)
    });
    let Some(again) = again else { return Ok(()) };
    let message = format!("the journal `{}` is named twice", shown(again));
    Err(Diagnostic::new(message).help("name each journal once"))
}

/// What the run of a journal came to; one reading tells the page as well.
fn read(path: &Path, mut page: Option<&mut Builder>) -> Result<Tally, Diagnostic> {
    let name = shown(path);
    let file = File::open(path)
        .map_err(|error| Diagnostic::new(format!("cannot read `{name}`: {error}")))?;
    let mut tally = Tally::default();
    if let Some(page) = &mut page {
        page.begin_run();
    }
    let header = journal::read(BufReader::new(file), |entry| {
        tally.hear(&entry);
        if let Some(page) = &mut page {
            page.hear(&entry);
        }
    });
    tally.header = Some(header.map_err(|error| {
        Diagnostic::new(format!("`{name}` cannot be read as a journal: {error}"))
            .help("a journal is the `journal.jsonl` that a run leaves in its reports folder")
    })?);
    Ok(tally)
}
