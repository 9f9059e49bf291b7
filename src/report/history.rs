//! Earlier runs as a person reads them on the terminal, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::diagnostic::printable;
use crate::duration::show as show_duration;
use crate::fault::Verdict;
use crate::history::{Counts, Courses, Done, Head, Mark, Record, State, Unrest};
use crate::report::columns::columns;

/// Changes when a reader of the old version would misunderstand the new one.
const JSON_VERSION: u32 = 1;

/// One JSON document.
pub fn json(name: &str, value: &impl Serialize) -> String {
    let mut whole = Map::from_iter([("version".to_owned(), json!(JSON_VERSION))]);
    whole.insert(name.to_owned(), serde_json::to_value(value).expect("plain data"));
    serde_json::to_string_pretty(&Value::Object(whole)).expect("plain data") + "\n"
}

/// A line for each run.
pub fn list(heads: &[Head]) -> String {
    if heads.is_empty() {
        return "no runs yet\n".to_owned();
    }
    let row = |head: &Head| {
        [
            number(head),
            minute(&head.started),
            head.ended(),
            results(head),
            head.package_shown(),
            rigs(head),
        ]
    };
    columns(&heads.iter().map(row).collect::<Vec<_>>())
}

/// One run: its facts, and what did not pass.
pub fn show(record: &Record) -> String {
    let Record { head, tests } = record;
    let mut text = String::new();
    let word = |option: &Option<String>| option.clone().unwrap_or_default();
    let run = [number(head), head.started.clone(), head.ended()];
    let facts = [
        ("run", run.join("  ").trim_start().to_owned()),
        ("tests", results(head)),
        ("package", head.package_shown()),
        ("rigs", rigs(head)),
        ("seed", head.seed.to_string()),
        ("shard", word(&head.shard)),
        ("host", word(&head.host)),
        ("command", ["fotarig", &head.command.join(" ")].join(" ").trim_end().to_owned()),
        ("tool", head.tool.clone()),
        ("took", format!("{} on the modules' clocks", show_duration(head.took))),
        ("journal", head.journal.clone()),
    ];
    let facts = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    text += &columns(&facts.map(|(name, fact)| [name.to_owned(), fact]).collect::<Vec<_>>());
    for rig in head.rigs.iter().filter(|rig| rig.gone.is_some()) {
        let gone = rig.gone.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{}", printable(&format!("taken out  {}: {gone}", rig.name)));
    }
    let is_known = head.state == State::Told;
    let is_told = |test: &&Done| is_known && (test.verdict != Some(Verdict::Passed) || test.flaky);
    let told = tests.iter().filter(is_told);
    let rows: Vec<_> = told.map(row).collect();
    if !rows.is_empty() {
        text.push('\n');
        text += &columns(&rows);
    }
    text
}

/// Verdict, rig, id and cause of a test.
fn row(test: &Done) -> [String; 3] {
    let verdict = match test.verdict {
        Some(Verdict::Passed) if test.flaky => "flaky".to_owned(),
        Some(verdict) => verdict.to_string(),
        None => "never begun".to_owned(),
    };
    let cause = test.cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
    [verdict, test.rig.clone(), format!("{}{cause}", test.id)]
}

/// A line for each test and rig, a sign for each run.
pub fn courses(courses: &Courses) -> String {
    let [first, .., last] = courses.runs.as_slice() else { return one_run(courses) };
    let mut text = format!(
        "{} runs, from {} ({}) to {} ({})\n",
        courses.runs.len(),
        number(first).trim(),
        minute(&first.started),
        number(last).trim(),
        minute(&last.started),
    );
    text += &lines(courses);
    text
}

fn one_run(courses: &Courses) -> String {
    let run = courses.runs.first();
    let title = run.map(|run| format!("run {} ({})\n", number(run).trim(), minute(&run.started)));
    title.unwrap_or_default() + lines(courses).as_str()
}

fn lines(courses: &Courses) -> String {
    let rows = courses.tests.iter().map(|test| {
        let marks: String = test.marks.iter().map(|mark| sign(*mark)).collect();
        [marks, test.rig.clone(), test.id.clone(), test.cause.clone().unwrap_or_default()]
    });
    let text = columns(&rows.collect::<Vec<_>>());
    text + "\n. passed   F failed   B broken   ~ passed in a later attempt   - skipped   \
            ! interrupted   ? never begun\n"
}

fn sign(mark: Option<Mark>) -> char {
    match mark {
        None => ' ',
        Some(Mark { flaky: true, .. }) => '~',
        Some(Mark { verdict: None, .. }) => '?',
        Some(Mark { verdict: Some(verdict), .. }) => match verdict {
            Verdict::Passed => '.',
            Verdict::Failed => 'F',
            Verdict::Broken => 'B',
            Verdict::Skipped => '-',
            Verdict::Interrupted => '!',
        },
    }
}

/// A line for each scenario and rig that is not at rest.
pub fn unrest(all: &[Unrest]) -> String {
    if all.is_empty() {
        return "no verdict has changed without a change of package\n".to_owned();
    }
    let head = ["changed", "of runs", "late passes", "broken", "rig", "scenario"];
    let row = |it: &Unrest| {
        let share = match it.compared {
            0 => "-".to_owned(),
            compared => format!("{} %", (it.changed * 100 + compared / 2) / compared),
        };
        let numbers = [it.compared, it.flaky, it.broken].map(|number| number.to_string());
        let [compared, flaky, broken] = numbers;
        [share, compared, flaky, broken, it.rig.clone(), it.scenario.clone()]
    };
    let rows: Vec<_> = [head.map(str::to_owned)].into_iter().chain(all.iter().map(row)).collect();
    columns(&rows)
}

/// What its tests came to, as far as that is known.
fn results(head: &Head) -> String {
    match head.state {
        State::Told => counts(&head.counts),
        State::Begun | State::Lost => format!("{} planned", head.counts.never_begun),
    }
}

fn number(head: &Head) -> String {
    head.number.map(|number| format!("{number:>4}")).unwrap_or_default()
}

fn rigs(head: &Head) -> String {
    let names: Vec<&str> = head.rigs.iter().map(|rig| rig.name.as_str()).collect();
    names.join(", ")
}

/// `2026-03-02 02:00` of an RFC 3339 stamp.
pub(super) fn minute(stamp: &str) -> String {
    stamp.chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect()
}

/// `310 passed, 3 failed`
pub(super) fn counts(counts: &Counts) -> String {
    let all = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.broken, "broken"),
        (counts.skipped, "skipped"),
        (counts.interrupted, "interrupted"),
        (counts.never_begun, "never begun"),
        (counts.flaky, "flaky"),
    ];
    let told = all.into_iter().filter(|(count, word)| *count > 0 || *word == "passed");
    told.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}
