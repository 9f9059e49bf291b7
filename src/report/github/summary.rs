//! The page of the job's summary, in Markdown.

use std::fmt::Write as _;

use crate::diagnostic::{Paint, draw_within, floor, printable};
use crate::fault::Verdict;
use crate::report::github::causes::{Cause, causes};
use crate::report::rigs::counts;
use crate::tally::{Exit, Outcome, Tally};
use crate::variables;

/// GitHub refuses a summary of more than 1 MiB for one step, to which others may add.
const MAX_BYTES: usize = 512 * 1024;

/// Causes that are told: more are not read on a page.
const MAX_CAUSES: usize = 50;

/// Causes that are drawn as well.
const MAX_DRAWN: usize = 20;

/// Lines of a drawing, as on the terminal.
const MAX_LINES: usize = 15;

/// Bytes of one text.
const MAX_TEXT: usize = 500;

/// What was tested, what it came to, and why.
pub fn summary(tally: &Tally) -> String {
    let mut page = String::new();
    let verdict = match tally.exit() {
        Exit::Passed => Verdict::Passed,
        Exit::Failed => Verdict::Failed,
        Exit::Broken => Verdict::Broken,
        Exit::Interrupted => Verdict::Interrupted,
    };
    let _ = writeln!(page, "### fotarig: {verdict}\n\n{}\n", plain(&facts(tally)));
    let causes = causes(tally);
    table(&mut page, &causes);
    for cause in causes.iter().take(MAX_DRAWN) {
        let Some(diagnostic) = cause.diagnostic else { continue };
        let drawing = draw_within(diagnostic, Paint::Plain, MAX_LINES);
        let title = plain(&format!("{}: {}", cause.verdict, cause.who()));
        let part = format!("{title}\n\n{}\n", fenced(&drawing));
        if page.len() + part.len() > MAX_BYTES {
            page.push_str("… the rest is in the reports of the run\n");
            break;
        }
        page.push_str(&part);
    }
    let flaky: Vec<&Outcome> = tally.tests.iter().filter(|test| test.is_flaky()).collect();
    for test in flaky.iter().take(MAX_CAUSES) {
        let (id, attempt) = (&test.at.id, test.at.attempt);
        let before = test.before().unwrap_or_default();
        let line = plain(&format!("flaky: {id} passed in attempt {attempt}; {before}"));
        let _ = writeln!(page, "- {line}");
    }
    if flaky.len() > MAX_CAUSES {
        let _ = writeln!(page, "- … and {} more", flaky.len() - MAX_CAUSES);
    }
    page
}

/// `3 passed, 1 failed; package demo: A → B; rigs desk, shelf; seed 1`
fn facts(tally: &Tally) -> String {
    let mut parts = vec![counts(tally.tests.iter())];
    if let Some(plan) = &tally.plan {
        let word = |key: &str| plan.package.get(key).map(variables::show).unwrap_or_default();
        let (name, from, to) = (word("name"), word("from"), word("to"));
        let versions = if from.is_empty() { String::new() } else { format!(": {from} → {to}") };
        parts.push(format!("package {name}{versions}"));
        let rigs = if plan.rigs.is_empty() { plan.rig.clone() } else { plan.rigs.join(", ") };
        parts.push(format!("on {rigs}"));
        parts.push(format!("seed {}", plan.seed));
        parts.extend(plan.shard.as_ref().map(|shard| format!("shard {shard}")));
    }
    parts.join("; ")
}

fn table(page: &mut String, causes: &[Cause<'_>]) {
    if causes.is_empty() {
        return;
    }
    page.push_str("| verdict | cause | tests |\n|---|---|---|\n");
    for cause in causes.iter().take(MAX_CAUSES) {
        let (message, who) = (plain(&cause.message), plain(&cause.who()));
        let _ = writeln!(page, "| {} | {message} | {who} |", cause.verdict);
    }
    if causes.len() > MAX_CAUSES {
        let more = causes.len() - MAX_CAUSES;
        let _ = writeln!(page, "| | … and {more} more causes | |");
    }
    page.push('\n');
}

/// One line in which nothing is markup: a device may have said it. A sign that stands behind a
/// backslash is itself (`CommonMark` 0.31, 2.4).
fn plain(text: &str) -> String {
    let end = floor(text, MAX_TEXT);
    let mut shown = String::with_capacity(end);
    for c in printable(&text[..end]).chars() {
        match c {
            '\n' => shown.push(' '),
            c if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '%' | '\'' | '"') => {
                shown.extend(['\\', c]);
            }
            c => shown.push(c),
        }
    }
    if end < text.len() {
        shown.push('…');
    }
    shown
}

/// A block between fences that are longer than any inside.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_says_is_no_markup() {
        assert_eq!(plain("<b> ![x](http://y)|\n"), r"\<b\> \!\[x\]\(http\:\/\/y\)\| ");
        assert_eq!(plain(&"x".repeat(900)).chars().count(), MAX_TEXT + 1);
        assert_eq!(fenced("a ```` b\n"), "`````text\na ```` b\n`````");
    }
}
