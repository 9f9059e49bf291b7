//! The report that a person reads on the terminal: what went wrong, drawn, and a summary.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::diagnostic::{Paint, draw_within, printable};
use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Grade, Plan};
use crate::report::cuts;
use crate::report::sweep::{MAX_TOLD, Sweep, sweeps};
use crate::tally::{Outcome, Tally};
use crate::variables;

/// Lines of one failure: what a person takes in at a glance.
const MAX_LINES: usize = 15;

/// Marginal figures that are shown: more are a campaign, not a glance.
const MAX_MARGINAL: usize = 10;

/// The whole report, ending with a newline: first what went wrong, then a line for each such test
/// and the counts, so that the last screen tells most.
pub fn report(tally: &Tally, paint: Paint) -> String {
    let mut text = String::new();
    let unhappy = || tally.tests.iter().filter(|test| test.verdict != Verdict::Passed);
    let sweeps = sweeps(tally);
    let untold = sweeps.iter().flat_map(Sweep::untold);
    let untold: BTreeSet<_> = untold.map(|test| (&test.at.rig, &test.at.id)).collect();
    let told = || unhappy().filter(|test| !untold.contains(&(&test.at.rig, &test.at.id)));
    for test in told().filter(|test| !test.complaints.is_empty() && !test.is_excused()) {
        outcome(&mut text, test, paint);
    }
    for test in told() {
        let cause = test.cause().unwrap_or("no reason is known");
        let line = format!("{:<11} {}: {cause}", test.verdict, test.at.id);
        let _ = writeln!(text, "{}", printable(&line));
    }
    for sweep in &sweeps {
        together(&mut text, sweep, tally);
    }
    marginal(&mut text, tally);
    if let Some(cuts) = cuts::together(&tally.tests) {
        let _ = writeln!(text, "{:<11} {cuts}", "power cuts");
    }
    summary(&mut text, tally);
    text
}

/// Figures that passed, but not by much.
fn marginal(text: &mut String, tally: &Tally) {
    let figures = tally.tests.iter().flat_map(|test| {
        let near = test.figures.iter().filter(|figure| figure.grade == Grade::Marginal);
        near.map(|figure| format!("{:<11} {}: {figure}", "marginal", test.at.id))
    });
    let all: Vec<String> = figures.collect();
    for line in all.iter().take(MAX_MARGINAL) {
        let _ = writeln!(text, "{}", printable(line));
    }
    if all.len() > MAX_MARGINAL {
        let _ = writeln!(text, "… and {} more, in the JUnit report", all.len() - MAX_MARGINAL);
    }
}

/// What the tests of one scenario came to together.
fn together(text: &mut String, sweep: &Sweep<'_>, tally: &Tally) {
    let again = sweep.again(tally);
    if again.is_none() && sweep.untold().is_empty() {
        return;
    }
    let shown =
        if sweep.untold().is_empty() { String::new() } else { format!("; {MAX_TOLD} shown") };
    let (verdict, scenario, sentence) = (sweep.verdict(), sweep.scenario(), sweep.sentence());
    let _ = writeln!(text, "{verdict:<11} {scenario}: {sentence}{shown}");
    if let Some(again) = again {
        let _ = writeln!(text, "{:<11} again: {again}", "");
    }
}

/// The first complaint is drawn; what went wrong after it, most often in the teardown of a module
/// that says nothing any more, is one line.
fn outcome(text: &mut String, test: &Outcome, paint: Paint) {
    let title = format!("--- {} {}: {}", test.verdict, test.at.id, test.at.name);
    let mut rest: Vec<String> = following(test).into_iter().collect();
    let all = test.unclaimed_more.saturating_add(test.unclaimed.len() as u64);
    if all > 0 {
        rest.push(format!("  lines that no step took: {all}, in the journal"));
    }
    let _ = writeln!(text, "{}", printable(&title));
    if let Some((_, first)) = test.complaints.first() {
        text.push_str(&draw_within(first, paint, MAX_LINES - 1 - rest.len()));
    }
    for line in rest {
        let _ = writeln!(text, "{}", printable(&line));
    }
    text.push('\n');
}

/// What went wrong after the first complaint: the next one, and how many more.
fn following(test: &Outcome) -> Option<String> {
    let [_, next, rest @ ..] = test.complaints.as_slice() else { return None };
    let (_, next) = next;
    let excerpt = next.excerpt.as_ref();
    let place = excerpt.map(|excerpt| format!(" ({}:{})", excerpt.file, excerpt.line));
    let more = match rest.len() {
        0 => String::new(),
        more => format!("; {more} more in the JUnit report"),
    };
    Some(format!("  then: {}{}{more}", next.message, place.unwrap_or_default()))
}

fn summary(text: &mut String, tally: &Tally) {
    if tally.plan.is_none() && tally.tests.is_empty() {
        text.push_str("the journal ends before the run began\n");
        return;
    }
    let counts: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| (tally.count(*verdict), verdict))
        .filter(|(count, verdict)| *count > 0 || **verdict == Verdict::Passed)
        .map(|(count, verdict)| format!("{count} {verdict}"))
        .collect();
    let planned = tally.plan.as_ref().map_or(0, |plan| plan.tests);
    let missing = planned.saturating_sub(tally.tests.len() as u64);
    let not_run = if missing > 0 { format!(", {missing} not run") } else { String::new() };
    let counts = counts.join(", ");
    let _ = writeln!(text, "{counts}{not_run}; {} on the module's clock", show(tally.took()));
    if let Some(plan) = &tally.plan {
        subject(text, plan, tally);
    }
}

/// What was tested, on what.
fn subject(text: &mut String, plan: &Plan, tally: &Tally) {
    let word = |key: &str| plan.package.get(key).map(variables::show).unwrap_or_default();
    let mut rigs: Vec<&str> = tally.rigs.iter().map(|rig| rig.name.as_str()).collect();
    if rigs.is_empty() {
        rigs.push(&plan.rig);
    }
    let (name, rigs, seed) = (word("name"), rigs.join(", "), plan.seed);
    let package = match (word("from"), word("to")) {
        (from, to) if from.is_empty() && to.is_empty() => name,
        (from, to) => format!("package {name}: {from} → {to}"),
    };
    let line = format!("{package}; rig {rigs}; seed {seed}");
    let _ = writeln!(text, "{}", printable(&line));
}
