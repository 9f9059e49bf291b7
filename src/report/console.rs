//! The report that a person reads on the terminal: what went wrong, drawn, and a summary.

use std::fmt::Write as _;

use crate::diagnostic::{Paint, draw_all};
use crate::duration::show;
use crate::fault::Verdict;
use crate::tally::{Outcome, Tally};
use crate::variables;

/// Lines that nobody took, shown for a test that did not pass.
const MAX_UNCLAIMED: usize = 5;

/// The whole report, ending with a newline: first what went wrong, then a line for each such test
/// and the counts, so that the last screen tells most.
pub fn report(tally: &Tally, paint: Paint) -> String {
    let mut text = String::new();
    let unhappy = || tally.tests.iter().filter(|test| test.verdict != Verdict::Passed);
    for test in unhappy().filter(|test| !test.complaints.is_empty()) {
        outcome(&mut text, test, paint);
    }
    for test in unhappy() {
        let cause = test.cause().unwrap_or("no reason is known");
        let _ = writeln!(text, "{:<11} {}: {cause}", test.verdict, test.at.id);
    }
    summary(&mut text, tally);
    text
}

fn outcome(text: &mut String, test: &Outcome, paint: Paint) {
    let _ = writeln!(text, "--- {} {}: {}", test.verdict, test.at.id, test.at.name);
    text.push_str(&draw_all(test.complaints.iter().map(|(_, diagnostic)| diagnostic), paint));
    if !test.unclaimed.is_empty() {
        let all = test.unclaimed.len() as u64 + test.unclaimed_more;
        let _ = writeln!(text, "  lines that no step took: {all}");
        for line in test.unclaimed.iter().take(MAX_UNCLAIMED) {
            let _ = writeln!(text, "    {line}");
        }
        if all > MAX_UNCLAIMED as u64 {
            let _ = writeln!(text, "    … all of them are in the journal");
        }
    }
    text.push('\n');
}

fn summary(text: &mut String, tally: &Tally) {
    let counts: Vec<String> = Verdict::ALL
        .iter()
        .map(|verdict| (tally.count(*verdict), verdict))
        .filter(|(count, verdict)| *count > 0 || **verdict == Verdict::Passed)
        .map(|(count, verdict)| format!("{count} {verdict}"))
        .collect();
    let missing = tally.planned.saturating_sub(tally.tests.len() as u64);
    let not_run = if missing > 0 { format!(", {missing} not run") } else { String::new() };
    let counts = counts.join(", ");
    let _ = writeln!(text, "{counts}{not_run}; {} on the module's clock", show(tally.took()));
    let word = |key: &str| tally.package.get(key).map(variables::show).unwrap_or_default();
    let rigs: Vec<&str> = tally.rigs.iter().map(|rig| rig.name.as_str()).collect();
    let _ = writeln!(
        text,
        "package {}: {} → {}; rig {}; seed {}",
        word("name"),
        word("from"),
        word("to"),
        rigs.join(", "),
        tally.seed
    );
}
