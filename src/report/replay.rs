//! What became of the verdicts of a journal: which tests come to something else today.

use std::fmt::{self, Display, Write as _};

use crate::diagnostic::printable;
use crate::fault::Verdict;
use crate::report::rigs::Rigs;
use crate::tally::{Outcome, Tally};

/// Tests that are named: more differences have a few causes, and the report has those.
const MAX_NAMED: usize = 50;

/// What a test came to when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    pub verdict: Verdict,
    /// What was wrong, in one line.
    pub cause: Option<String>,
}

impl Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) => write!(f, "{}: {cause}", self.verdict),
            None => write!(f, "{}", self.verdict),
        }
    }
}

/// The end of a replay's report. `before` has each test of the tally's journal by its number.
pub fn told(tally: &Tally, before: &[Before]) -> String {
    let rigs = Rigs::of(tally);
    let all = tally.tests.iter().flat_map(|test| test.earlier.iter().chain([test]));
    let pairs: Vec<(&Outcome, &Before)> =
        all.filter_map(|test| Some((test, before.get(test.number)?))).collect();
    let changed: Vec<_> = pairs.iter().filter(|(test, before)| !is_same(test, before)).collect();
    let mut text = String::new();
    for (test, before) in changed.iter().take(MAX_NAMED) {
        let attempt = match test.at.attempt {
            1 => String::new(),
            attempt => format!(" (attempt {attempt})"),
        };
        let was = match &before.cause {
            Some(cause) => format!("{}, {cause}", before.verdict),
            None => before.verdict.to_string(),
        };
        let (now, label) = (test.verdict, rigs.label(test));
        let line = format!("now {now:<7} {label}{attempt}; recorded: {was}");
        let _ = writeln!(text, "{}", printable(&line));
    }
    if changed.len() > MAX_NAMED {
        let _ = writeln!(text, "… and {} more", changed.len() - MAX_NAMED);
    }
    let (all, same) = (pairs.len(), pairs.len() - changed.len());
    let _ = writeln!(text, "{same} of {all} recorded verdicts are the same today");
    text
}

/// Whether nothing is new: the same verdict, for the same cause.
fn is_same(test: &Outcome, before: &Before) -> bool {
    let is_fine = |verdict| matches!(verdict, Verdict::Passed | Verdict::Skipped);
    test.verdict == before.verdict
        && (is_fine(test.verdict) || test.cause() == before.cause.as_deref())
}
