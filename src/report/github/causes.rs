//! What went wrong, each cause once, however many tests it spoiled.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::fault::Verdict;
use crate::report::lacks::lacks;
use crate::tally::{Outcome, Tally};

/// One cause, and what came of it.
pub(super) struct Cause<'t> {
    pub(super) verdict: Verdict,
    pub(super) message: String,
    pub(super) diagnostic: Option<&'t Diagnostic>,
    /// None for what no test says.
    pub(super) tests: Vec<&'t Outcome>,
    /// What such a thing is called beside tests.
    title: &'static str,
}

/// All causes: those of the device, those of the rig, then what was not done at all; each in the
/// order in which it came first.
pub(super) fn causes(tally: &Tally) -> Vec<Cause<'_>> {
    let mut known: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for test in &tally.tests {
        let verdict = test.told();
        if matches!(verdict, Verdict::Passed | Verdict::Skipped) {
            continue;
        }
        let message = test.cause().unwrap_or("no reason is known").to_owned();
        let diagnostic = test.complaints.first().map(|(_, diagnostic)| diagnostic);
        let place = diagnostic.and_then(|diagnostic| diagnostic.excerpt.as_deref());
        let place = place.map(Excerpt::to_string).unwrap_or_default();
        let index =
            *known.entry((verdict.to_string(), message.clone(), place)).or_insert_with(|| {
                causes.push(Cause { verdict, message, diagnostic, tests: Vec::new(), title: "" });
                causes.len() - 1
            });
        causes[index].tests.push(test);
    }
    for lack in lacks(tally) {
        let on = lack.rig.map(|rig| format!("{rig}: ")).unwrap_or_default();
        let (verdict, message) = (lack.kind, format!("{on}{}", lack.message));
        let (diagnostic, tests, title) = (None, Vec::new(), lack.title);
        causes.push(Cause { verdict, message, diagnostic, tests, title });
    }
    causes.sort_by_key(|cause| match cause.verdict {
        Verdict::Failed => 0,
        Verdict::Broken => 1,
        Verdict::Interrupted | Verdict::Passed | Verdict::Skipped => 2,
    });
    causes
}

impl Cause<'_> {
    /// `update/stop[cut=5]`, `12 tests, the first update/stop[cut=5]`
    pub(super) fn who(&self) -> String {
        match self.tests.as_slice() {
            [] => self.title.to_owned(),
            [only] => only.at.id.clone(),
            [first, ..] => format!("{} tests, the first {}", self.tests.len(), first.at.id),
        }
    }
}
