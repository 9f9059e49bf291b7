//! `fotarig new scenario --from`: a journal becomes the draft of a scenario.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::cli::Refusal;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::draft::{Gather, Means, Record, What, draft, interesting};
use crate::journal::{self, Entry, Event};
use crate::profile::Profile;
use crate::shelf::{self, shown};
use crate::source::Source;
use crate::suite;

/// The family whose journal it is when the journal does not say so.
const USUAL_PROFILE: &str = "hl78xx";
/// Fragment that a draft uses when its commands begin a session.
const PREPARE: &str = "fragments/prepare.yaml";
/// Tests that are named when none was chosen.
const MAX_NAMED: usize = 10;

/// A test of a journal, read whole.
pub(crate) struct Drawn {
    record: Record,
    profile: Profile,
    from: String,
}

/// Reads the journal twice: first for what there is, then for the test that is wanted.
pub(crate) fn read(path: &Path, wanted: Option<&str>) -> Result<Drawn, Refusal> {
    let mut profile = USUAL_PROFILE.to_owned();
    let mut overview = Gather::new(&suite::profile(USUAL_PROFILE)?.dialect, None);
    pass(path, |entry| {
        if let Event::RigReady(rig) = &entry.is {
            profile.clone_from(&rig.profile);
        }
        overview.hear(entry);
    })?;
    let id = choose(path, &overview.into_tests(), wanted)?;
    let profile = suite::profile(&profile)?;
    let mut gather = Gather::new(&profile.dialect, Some(&id));
    pass(path, |entry| gather.hear(entry))?;
    let tests = gather.into_tests().into_iter().filter(|test| test.id == id);
    let record = tests.max_by_key(|test| test.deeds.len()).expect("it was there a moment ago");
    let is_said = |what: &What| !matches!(what, What::Beginning | What::Note(_));
    if !record.deeds.iter().any(|deed| is_said(&deed.what)) {
        let message = format!("nothing was said in the test `{id}` of `{}`", shown(path));
        let help = "a scenario needs a step: send something first, for example `AT`";
        return Err(Diagnostic::new(message).help(help).into());
    }
    Ok(Drawn { record, profile, from: shown(path) })
}

fn pass(path: &Path, mut hear: impl FnMut(&Entry<'_>)) -> Result<(), Diagnostic> {
    let name = shown(path);
    let file = File::open(path)
        .map_err(|error| Diagnostic::new(format!("cannot read `{name}`: {error}")))?;
    match journal::read(BufReader::new(file), |entry| hear(&entry)) {
        Ok(_) => Ok(()),
        Err(error) => {
            let message = format!("`{name}` cannot be read as a journal: {error}");
            Err(Diagnostic::new(message).help(
                "a journal is the `journal.jsonl` that `fotarig run` or `fotarig console` leaves",
            ))
        }
    }
}

/// The id of the test that becomes a draft.
fn choose(path: &Path, tests: &[Record], wanted: Option<&str>) -> Result<String, Diagnostic> {
    let name = shown(path);
    let ids = || tests.iter().map(|test| test.id.as_str());
    if let Some(wanted) = wanted {
        if ids().any(|id| id == wanted) {
            return Ok(wanted.to_owned());
        }
        let complaint = Diagnostic::new(format!("`{name}` has no test `{wanted}`"));
        return Err(complaint.help(did_you_mean(wanted, ids()).unwrap_or_else(|| list(tests))));
    }
    if tests.is_empty() {
        let complaint = Diagnostic::new(format!("there is no test in `{name}`"));
        return Err(complaint.help("it ends before its first test began"));
    }
    interesting(tests).map(|test| test.id.clone()).ok_or_else(|| {
        let message = format!("`{name}` has {} tests, and all have passed", tests.len());
        Diagnostic::new(message).help(list(tests))
    })
}

fn list(tests: &[Record]) -> String {
    let named: Vec<_> = tests.iter().take(MAX_NAMED).map(|test| test.id.as_str()).collect();
    let more = tests.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("choose one with --test ID: {}{more}", named.join(", "))
}

impl Drawn {
    /// A name for who gives none: `console`, `draft-connect-open-close`.
    pub(crate) fn usual_name(&self) -> String {
        let id = self.record.id.split('[').next().unwrap_or_default();
        let word = id.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_', "-");
        if word == suite::CONSOLE { word } else { format!("draft-{word}") }
    }

    /// The draft as it will stand at `place`.
    pub(crate) fn page(&self, place: &Path, title: &str) -> Result<String, Diagnostic> {
        let prepare = match shelf::beside(&Source::new(shown(place), ""), PREPARE) {
            Ok(found) => Some(found?),
            Err(_) => None,
        };
        let means = Means { profile: &self.profile, prepare };
        Ok(draft(&self.record, &means, title, &self.from))
    }
}
