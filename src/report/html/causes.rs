//! What went wrong, cause by cause: tests that say the same of the same place are told together.

use std::collections::HashMap;

use crate::fault::Verdict;
use crate::report::html::drawn::Drawn;
use crate::report::html::words::{Word, words};
use crate::tally::{Outcome, Tally};

/// Causes that are listed; a run with more has one cause that says so, and the list of tests.
const MAX_CAUSES: usize = 300;
/// Causes that are drawn on their files as well.
const MAX_DRAWN: usize = 120;
/// Tests of one cause that are named.
const MAX_NAMED: usize = 30;
/// So many causes are open from the start: they fit on a screen.
const MAX_OPEN: usize = 2;

/// Causes of one verdict.
pub(super) struct Kind {
    pub(super) verdict: Verdict,
    /// Whose it is, for the headline.
    pub(super) title: &'static str,
    pub(super) tests: usize,
    pub(super) causes: Vec<Cause>,
    pub(super) left_out: usize,
}

/// One cause and the tests that have it.
pub(super) struct Cause {
    pub(super) message: Vec<Word>,
    /// What is said beside the mark.
    pub(super) label: Vec<Word>,
    /// The file and line.
    pub(super) place: String,
    pub(super) drawn: Option<Drawn>,
    pub(super) tests: Vec<Named>,
    pub(super) more: usize,
    pub(super) is_open: bool,
}

/// A test that can be gone to.
pub(super) struct Named {
    pub(super) key: String,
    pub(super) id: String,
    pub(super) rig: String,
}

impl Cause {
    pub(super) fn count(&self) -> usize {
        self.tests.len() + self.more
    }
}

/// All causes: the device's first, then the rig's, then what was not run.
pub(super) fn causes(tally: &Tally) -> Vec<Kind> {
    let kinds = [
        (Verdict::Failed, "The device failed"),
        (Verdict::Broken, "The rig broke: nothing is known about the device"),
        (Verdict::Interrupted, "Interrupted"),
        (Verdict::Skipped, "Skipped"),
    ];
    let mut drawn = 0;
    let kinds = kinds.into_iter().map(|(verdict, title)| {
        let tests: Vec<&Outcome> =
            tally.tests.iter().filter(|test| test.verdict == verdict).collect();
        let groups = grouped(&tests);
        let left_out = groups.len().saturating_sub(MAX_CAUSES);
        let is_open = verdict != Verdict::Skipped && groups.len() <= MAX_OPEN;
        let told = groups.into_iter().take(MAX_CAUSES).map(|tests| {
            let mut cause = cause(&tests, drawn < MAX_DRAWN);
            drawn += usize::from(cause.drawn.is_some());
            cause.is_open = is_open && cause.drawn.is_some();
            cause
        });
        Kind { verdict, title, tests: tests.len(), causes: told.collect(), left_out }
    });
    kinds.filter(|kind| kind.tests > 0).collect()
}

/// Whether a cause is to be drawn, or only named.
fn cause(tests: &[&Outcome], has_room: bool) -> Cause {
    let first = tests[0];
    let complaint = first.complaints.first().filter(|_| !first.is_excused());
    let excerpt = complaint.and_then(|(_, diagnostic)| diagnostic.excerpt.as_deref());
    let named = tests.iter().take(MAX_NAMED).map(|test| Named {
        key: key(test),
        id: test.at.id.clone(),
        rig: test.at.rig.clone(),
    });
    Cause {
        message: words(first.cause().unwrap_or("no reason is known")),
        label: words(excerpt.map_or("", |excerpt| meaning(&excerpt.label))),
        place: excerpt.map(|at| format!("{}:{}", at.file, at.line)).unwrap_or_default(),
        drawn: complaint
            .filter(|_| has_room)
            .map(|(verdict, diagnostic)| Drawn::of(*verdict, diagnostic)),
        tests: named.collect(),
        more: tests.len().saturating_sub(MAX_NAMED),
        is_open: false,
    }
}

/// What a mark says beyond that it is there: `awaited here: the session is closed`.
fn meaning(label: &str) -> &str {
    label.split_once(": ").map_or("", |(_, meaning)| meaning)
}

/// Tests with the same cause, the most frequent one first.
fn grouped<'t>(tests: &[&'t Outcome]) -> Vec<Vec<&'t Outcome>> {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut groups: Vec<Vec<&Outcome>> = Vec::new();
    for test in tests {
        let excerpt =
            test.complaints.first().and_then(|(_, diagnostic)| diagnostic.excerpt.as_ref());
        let place = excerpt.map(ToString::to_string).unwrap_or_default();
        let key = (place, kin(test.cause().unwrap_or_default()));
        let group = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(test);
    }
    // Stable: causes of the same weight stay in the order of the run.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    groups
}

/// A sentence without its figures: times and counts differ from test to test.
fn kin(sentence: &str) -> String {
    let mut kin = String::with_capacity(sentence.len());
    for c in sentence.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !kin.ends_with('0') {
            kin.push(c);
        }
    }
    kin
}

/// By which the page finds a test.
pub(super) fn key(test: &Outcome) -> String {
    format!("{}.{}", test.run, test.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_do_not_make_another_cause() {
        assert_eq!(kin("after 9.72 s, 5 s allowed"), kin("after 12.1 s, 10 s allowed"));
        assert_ne!(kin("`+CEREG: 1` came"), kin("`+CEREG: x` came"));
    }
}
