//! `fotarig run --failed`: of the tests of this run those that did not pass in an earlier one.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Refusal;
use crate::cli::history::keeping::warn;
use crate::cli::history::run_named;
use crate::diagnostic::Diagnostic;
use crate::history::{Done, History, Record, Unusable};
use crate::run::Test;
use crate::suite::Sharing;

/// Names of tests that are told one by one.
const MAX_NAMED: usize = 5;

/// What there is to run again.
pub(crate) enum Again {
    Tests(Vec<Vec<Test>>),
    /// All passed; the sentence says of what.
    Nothing(String),
}

/// Takes of each rig's tests those that did not pass in the run that was named.
pub(crate) fn select(
    path: &Path,
    which: &str,
    tests: &[Vec<Test>],
    sharing: Sharing,
) -> Result<Again, Refusal> {
    let history = History::look(path).map_err(|unusable| no_history(path, &unusable))?;
    let record = run_named(Some(&history), path, which)?;
    let unhappy: Vec<&Done> = record.tests.iter().filter(|test| is_to_do(test)).collect();
    let run = title(&record);
    if unhappy.is_empty() {
        return Ok(Again::Nothing(format!(
            "{run}: everything passed, so there is nothing to do\n"
        )));
    }
    let rigs: BTreeSet<&str> = tests.iter().flatten().map(|test| test.at.rig.as_str()).collect();
    let fits = |test: &Test| {
        unhappy.iter().any(|done| {
            let on_this =
                sharing == Sharing::Spread || done.rig.is_empty() || done.rig == test.at.rig;
            on_this && done.id == test.at.id
        })
    };
    let taken: Vec<Vec<Test>> = tests
        .iter()
        .map(|tests| tests.iter().filter(|test| fits(test)).cloned().collect())
        .collect();
    let found: BTreeSet<&str> = taken.iter().flatten().map(|test| test.at.id.as_str()).collect();
    let missing: Vec<&&Done> =
        unhappy.iter().filter(|done| !found.contains(done.id.as_str())).collect();
    tell_missing(&record, &rigs, &missing);
    if found.is_empty() {
        let message = format!("{run}: of the {} that did not pass none is here", unhappy.len());
        let command = record.head.command.join(" ");
        let help = format!("give the same scenarios, rigs and parameters; it was `{command}`");
        return Err(Diagnostic::new(message).help(help).into());
    }
    Ok(Again::Tests(taken))
}

/// What is worth doing again; the end of a rig is no test that could be run.
fn is_to_do(test: &Done) -> bool {
    !test.is_content() && test.scenario != format!("end-of-{}", test.rig)
}

fn title(record: &Record) -> String {
    let began = &record.head.started;
    match record.head.number {
        Some(number) => format!("run {number} of {began}"),
        None => format!("the run of {began}"),
    }
}

fn tell_missing(record: &Record, rigs: &BTreeSet<&str>, missing: &[&&Done]) {
    if missing.is_empty() {
        return;
    }
    let gone: BTreeSet<&str> =
        missing.iter().map(|test| test.rig.as_str()).filter(|rig| !rigs.contains(rig)).collect();
    let names: Vec<String> =
        missing.iter().take(MAX_NAMED).map(|test| format!("`{}`", test.id)).collect();
    let more = missing.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let rigs = match gone.iter().find(|rig| !rig.is_empty()) {
        Some(rig) => format!("; the rig `{rig}` is not in this run"),
        None => String::new(),
    };
    let run = title(record);
    warn(format!("{run}: not here any more: {}{more}{rigs}", names.join(", ")));
}

pub(crate) fn no_history(path: &Path, unusable: &Unusable) -> Diagnostic {
    let message = format!("cannot read the history `{}`: {unusable}", crate::shelf::shown(path));
    Diagnostic::new(message).help(unusable.remedy())
}
