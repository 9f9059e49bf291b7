//! How the rigs of a run are told: not at all when there is one, each by its name otherwise.

use std::fmt::Write as _;

use crate::diagnostic::printable;
use crate::fault::Verdict;
use crate::tally::{Outcome, Tally};

/// The rigs of a run.
pub(super) struct Rigs<'t> {
    /// Nothing when there is only one.
    names: &'t [String],
    wide: usize,
}

impl<'t> Rigs<'t> {
    pub(super) fn of(tally: &'t Tally) -> Rigs<'t> {
        let names = tally.plan.as_ref().map_or(&[][..], |plan| &plan.rigs);
        let wide = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        Rigs { names, wide }
    }

    pub(super) fn is_one(&self) -> bool {
        self.names.is_empty()
    }

    /// A test's id, with its rig in a column before it.
    pub(super) fn label(&self, test: &Outcome) -> String {
        self.beside(&test.at.rig, &test.at.id)
    }

    /// Words about something on a rig.
    pub(super) fn beside(&self, rig: &str, words: &str) -> String {
        let wide = self.wide;
        if self.is_one() { words.to_owned() } else { format!("{rig:<wide$}  {words}") }
    }

    /// A line for each rig, with what its tests came to.
    pub(super) fn summary(&self, text: &mut String, tally: &Tally) {
        for name in self.names {
            let own = tally.tests.iter().filter(|test| test.at.rig == *name);
            let is_out = tally.left.iter().any(|(rig, _)| rig == name);
            let out = if is_out { "; taken out" } else { "" };
            let line = self.beside(name, &format!("{}{out}", counts(own)));
            let _ = writeln!(text, "  {}", printable(&line));
        }
    }
}

/// `3 passed, 1 failed, 1 flaky`
pub(super) fn counts<'o>(tests: impl Iterator<Item = &'o Outcome>) -> String {
    let tests: Vec<&Outcome> = tests.collect();
    let count = |verdict| tests.iter().filter(|test| test.verdict == verdict).count();
    let mut counts: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| (count(*verdict), verdict))
        .filter(|(count, verdict)| *count > 0 || **verdict == Verdict::Passed)
        .map(|(count, verdict)| format!("{count} {verdict}"))
        .collect();
    let flaky = tests.iter().filter(|test| test.is_flaky()).count();
    if flaky > 0 {
        counts.push(format!("{flaky} flaky"));
    }
    counts.join(", ")
}
