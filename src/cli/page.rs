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

/// The page of a run that is over, read from its journal as far as that is there and can be read.
pub(crate) fn of(journal: Option<&Path>) -> (Builder, Option<Diagnostic>) {
    let mut page = begun();
    let Some(path) = journal else { return (page, None) };
    page.begin_run();
    let file = File::open(path).map_err(journal::Unreadable::Io);
    let read = file.and_then(|file| journal::read(BufReader::new(file), |entry| page.hear(&entry)));
    page.end();
    let lost = read.err().map(|error| {
        let message = format!("the HTML report has no details: `{}`: {error}", shown(path));
        Diagnostic::new(message)
    });
    (page, lost)
}
