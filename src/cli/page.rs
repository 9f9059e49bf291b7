//! What the HTML page needs beside the journal: profiles, which say what lines mean.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::journal;
use crate::report::html::Builder;
use crate::shelf::shown;
use crate::suite;

/// A page without anything in it yet. A profile that is not here any more is no hindrance: then
/// lines are shown without what they mean.
pub(crate) fn begun() -> Builder {
    Builder::new(Box::new(|name| suite::profile(name).ok().map(Arc::new)))
}

/// The page of a run that is over, read from its journal as far as there is one. Without details
/// it still tells what each test came to.
pub(crate) fn of(journal: Option<&Path>) -> (Builder, Option<Diagnostic>) {
    let mut page = begun();
    page.begin_run();
    let read = journal.map(|path| match File::open(path) {
        Ok(file) => journal::read(BufReader::new(file), |entry| page.hear(&entry)),
        Err(error) => Err(journal::Unreadable::Io(error)),
    });
    page.end();
    let lost = read.and_then(Result::err).map(|error| {
        let name = journal.map(shown).unwrap_or_default();
        Diagnostic::new(format!("the HTML report has no details: `{name}`: {error}"))
    });
    (page, lost)
}
