//! Which tests a rig cannot run, and what it lacks for them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::run::{Test, Visit};
use crate::scenario;
use crate::suite::checkup::Checkup;
use crate::suite::checkup::finding::Tell;
use crate::suite::fit::misfit;
use crate::suite::{Occasion, Selection, find, tests};

/// What the scenarios here, or else the built-in ones, find on this rig.
pub(super) fn fit(checkup: &Checkup, visit: &Visit, tell: &mut Tell<'_>) {
    if let [role, ..] = tell.unknown_roles.as_slice() {
        let why = format!("what the role `{role}` can do is not known: see above");
        tell.left_out("scenarios", &why);
        return;
    }
    let all = match all(checkup) {
        Ok(all) => all,
        Err(complaint) => {
            tell.noted("scenarios", complaint);
            return;
        }
    };
    let mut lacks: BTreeMap<String, usize> = BTreeMap::new();
    for test in &all {
        if let Some(lack) = why_left_out(checkup, visit, test) {
            *lacks.entry(lack).or_default() += 1;
        }
    }
    let skipped: usize = lacks.values().sum();
    let text = format!("{} of {} tests can run here", all.len() - skipped, all.len());
    if skipped == 0 {
        tell.well("scenarios", text);
        return;
    }
    let mut note = Diagnostic::new(text);
    for (lack, count) in lacks {
        let are = if count == 1 { "is" } else { "are" };
        note = note.note(format!("{count} {are} skipped: {lack}"));
    }
    tell.noted("scenarios", note);
}

fn all(checkup: &Checkup) -> Result<Vec<Test>, Diagnostic> {
    let found = find(&[]).and_then(|found| scenario::load(&found));
    // Any day will do: whether a verdict is set aside does not matter here.
    let occasion = Occasion { seed: 1, day: Date::constant(2026, 1, 1) };
    let all = found
        .and_then(|scenarios| tests(&scenarios, &checkup.desk, &Selection::default(), occasion));
    all.map_err(|complaints| {
        let message = format!("the scenarios here have {} mistakes", complaints.len());
        Diagnostic::new(message).help("`fotarig check` shows them")
    })
}

/// Why a run would leave the test out, as the end of a sentence about it.
fn why_left_out(checkup: &Checkup, visit: &Visit, test: &Test) -> Option<String> {
    let lack = || Some(format!("the rig {}", visit.lack(test)?));
    misfit(&checkup.desk, test).or_else(lack)
}
