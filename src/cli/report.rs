//! `fotarig report`: the reports of a run again, from its journal, or of several from theirs.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::arguments::ReportArguments;
use crate::cli::formats::Wishes;
use crate::cli::outputs::{Findings, Taken};
use crate::cli::{Refusal, end, outputs};
use crate::diagnostic::Diagnostic;
use crate::journal;
use crate::report::console;
use crate::shelf::shown;
use crate::tally::Tally;

pub(crate) fn go(arguments: &ReportArguments) -> Result<ExitCode, Refusal> {
    let journals = &arguments.journals;
    each_once(journals)?;
    let wishes = Wishes::read(&arguments.report)?;
    let voice = wishes.voice();
    if !wishes.live.is_empty() {
        let message = "`jsonl` is the journal of a run while it grows; here it is complete";
        let help = format!("read `{}` itself", shown(&journals[0]));
        return Err(Diagnostic::new(message).help(help).into());
    }
    let taken: Vec<_> = journals.iter().map(|path| (path.clone(), "the journal")).collect();
    let outputs = outputs::prepare(&wishes.at_end, &mut Taken::of(&taken))?;
    let parts = journals.iter().map(|journal| read(journal));
    let tally = Tally::merge(parts.collect::<Result<_, _>>()?);
    let findings = Findings { tally: &tally, journals };
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

/// What the run of a journal came to.
fn read(path: &Path) -> Result<Tally, Diagnostic> {
    let name = shown(path);
    let file = File::open(path)
        .map_err(|error| Diagnostic::new(format!("cannot read `{name}`: {error}")))?;
    let mut tally = Tally::default();
    let header = journal::read(BufReader::new(file), |entry| tally.hear(&entry));
    tally.header = Some(header.map_err(|error| {
        Diagnostic::new(format!("`{name}` cannot be read as a journal: {error}"))
            .help("a journal is the `journal.jsonl` that a run leaves in its reports folder")
    })?);
    Ok(tally)
}
