//! The report that a person reads on the terminal: what went wrong, drawn, and a summary.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use crate::diagnostic::{Paint, draw_within, printable};
use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Grade, Plan};
use crate::report::cuts;
use crate::report::rigs::{Rigs, counts};
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
    let rigs = Rigs::of(tally);
    for test in told().filter(|test| !test.complaints.is_empty() && !test.is_excused()) {
        outcome(&mut text, (test, &rigs), paint);
    }
    for test in told() {
        let cause = test.cause().unwrap_or("no reason is known");
        let attempts = match test.at.attempt {
            1 => String::new(),
            attempts => format!(" (attempt {attempts})"),
        };
        say(&mut text, test.verdict, &format!("{}: {cause}{attempts}", rigs.label(test)));
    }
    for sweep in &sweeps {
        together(&mut text, sweep, tally);
    }
    uneven(&mut text, tally, &rigs);
    marginal(&mut text, tally, &rigs);
    if let Some(cuts) = cuts::together(&tally.tests) {
        let _ = writeln!(text, "{:<11} {cuts}", "power cuts");
    }
    summary(&mut text, tally, &rigs);
    text
}

/// A line with a word before it.
fn say(text: &mut String, word: impl Display, line: &str) {
    let _ = writeln!(text, "{}", printable(&format!("{word:<11} {line}")));
}

/// What has passed, but is worth a look: not at once, or although it need not; and the rigs that
/// were taken out.
fn uneven(text: &mut String, tally: &Tally, rigs: &Rigs<'_>) {
    for test in tally.tests.iter().filter(|test| test.verdict == Verdict::Passed) {
        let label = rigs.label(test);
        if let Some(before) = test.before() {
            let word = if test.is_flaky() { "flaky" } else { "moved" };
            let attempt = test.at.attempt;
            say(text, word, &format!("{label}: passed in attempt {attempt}; {before}"));
        }
        if let Some(reason) = &test.reason {
            say(text, test.verdict, &format!("{label}: {reason}"));
        }
    }
    for (rig, why) in &tally.left {
        say(text, "taken out", &format!("{rig}: {why}"));
    }
}

/// Figures that passed, but not by much.
fn marginal(text: &mut String, tally: &Tally, rigs: &Rigs<'_>) {
    let figures = tally.tests.iter().flat_map(|test| {
        let near = test.figures.iter().filter(|figure| figure.grade == Grade::Marginal);
        near.map(|figure| format!("{:<11} {}: {figure}", "marginal", rigs.label(test)))
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
    let (verdict, sentence) = (sweep.verdict(), sweep.sentence());
    let scenario = Rigs::of(tally).beside(sweep.rig(), sweep.scenario());
    let _ = writeln!(text, "{verdict:<11} {scenario}: {sentence}{shown}");
    if let Some(again) = again {
        let _ = writeln!(text, "{:<11} again: {again}", "");
    }
}

/// The first complaint is drawn; what went wrong after it, most often in the teardown of a module
/// that says nothing any more, is one line.
fn outcome(text: &mut String, (test, rigs): (&Outcome, &Rigs<'_>), paint: Paint) {
    let title = format!("--- {} {}: {}", test.verdict, rigs.label(test), test.at.name);
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

fn summary(text: &mut String, tally: &Tally, rigs: &Rigs<'_>) {
    if tally.plan.is_none() && tally.tests.is_empty() {
        text.push_str("the journal ends before the run began\n");
        return;
    }
    let planned = tally.plan.as_ref().map_or(0, |plan| plan.tests);
    let missing = planned.saturating_sub(tally.tests.len() as u64);
    let not_run = if missing > 0 { format!(", {missing} not run") } else { String::new() };
    let (counts, took) = (counts(tally.tests.iter()), show(tally.took()));
    let clock = if rigs.is_one() { "module's clock" } else { "modules' clocks" };
    let _ = writeln!(text, "{counts}{not_run}; {took} on the {clock}");
    rigs.summary(text, tally);
    if let Some(plan) = &tally.plan {
        subject(text, plan, tally);
    }
}

/// What was tested, on what.
fn subject(text: &mut String, plan: &Plan, tally: &Tally) {
    let word = |key: &str| plan.package.get(key).map(variables::show).unwrap_or_default();
    // Of several each has a line of its own.
    let rigs = match (plan.rigs.len(), tally.rigs.first()) {
        (0, Some(rig)) => format!("rig {}", rig.name),
        (0, None) => format!("rig {}", plan.rig),
        (several, _) => format!("{several} rigs"),
    };
    let shard = plan.shard.as_ref().map(|shard| format!("; shard {shard}")).unwrap_or_default();
    let (name, seed) = (word("name"), plan.seed);
    let package = match (word("from"), word("to")) {
        (from, to) if from.is_empty() && to.is_empty() => name,
        (from, to) => format!("package {name}: {from} → {to}"),
    };
    let line = format!("{package}; {rigs}; seed {seed}{shard}");
    let _ = writeln!(text, "{}", printable(&line));
}
