//! One test as a JUnit test case: its verdict with the drawings, its attempts, what it put out.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use quick_junit::{FlakyOrRerun, NonSuccessKind, Property, TestCase, TestCaseStatus, TestRerun};

use crate::diagnostic::{Paint, draw};
use crate::fault::Verdict;
use crate::journal::{Figure, Grade};
use crate::report::junit::clip::{Clip, attachment};
use crate::report::junit::{Dialect, Wish};
use crate::tally::{Measurement, Outcome, Run, Tally};

pub(super) fn case(tally: &Tally, test: &Outcome, wish: &Wish<'_>, clip: &mut Clip) -> TestCase {
    let mut case = TestCase::new(title(test, clip), status(test, clip));
    let class = format!("{}.{}", test.at.rig, test.at.scenario.replace('/', "."));
    case.set_classname(clip.word(&class));
    case.set_time(test.took);
    if wish.dialect == Dialect::Rich {
        case.extra.insert("file".into(), clip.word(&test.at.file).into());
        case.extra.insert("line".into(), line(test).to_string().into());
        let run = tally.run(test.run);
        for (name, value) in properties(&run, test, clip.detail.measurements) {
            case.add_property(Property::new(clip.word(&name), clip.word(&value)));
        }
    }
    let mut out = clip.lines(output(test));
    let journal = wish.journals.get(test.run).filter(|_| is_worth_a_look(test));
    if let Some(line) = journal.and_then(|path| attachment(path)) {
        // A line of its own, last: what was cut must not take it along.
        out = if out.is_empty() { line } else { format!("{out}\n{line}") };
    }
    if !out.is_empty() {
        case.set_system_out(out);
    }
    case
}

/// Whether somebody will want its journal: it did not pass, or not at once.
fn is_worth_a_look(test: &Outcome) -> bool {
    !matches!(test.told(), Verdict::Passed | Verdict::Skipped)
        || !test.complaints.is_empty()
        || !test.earlier.is_empty()
}

/// The lines of its output.
fn output(test: &Outcome) -> impl Iterator<Item = Cow<'_, str>> {
    let logs = test.logs.iter().map(|line| Cow::Borrowed(line.as_str()));
    let more_logs = (test.logs_more > 0)
        .then(|| Cow::Owned(format!("… and {} more, in the journal", test.logs_more)));
    let figures = test.figures.iter().chain(&test.cuts).map(|one| Cow::Owned(figure(one)));
    let is_skipped = test.told() == Verdict::Skipped;
    // Of `skipped` readers show the message only: what was expected to fail, and did. It has no
    // place for attempts either.
    let skipped = is_skipped.then(|| drawings(test).chain(test.before()).map(Cow::Owned));
    let passed = test.reason.as_deref().filter(|_| test.verdict == Verdict::Passed);
    let unclaimed = test.unclaimed.iter().map(|line| Cow::Borrowed(line.as_str()));
    let unclaimed_head =
        (!test.unclaimed.is_empty()).then_some(Cow::Borrowed("lines that no step took:"));
    let unclaimed_more = (test.unclaimed_more > 0)
        .then(|| Cow::Owned(format!("… and {} more, in the journal", test.unclaimed_more)));
    logs.chain(more_logs)
        .chain(figures)
        .chain(skipped.into_iter().flatten())
        .chain(passed.map(Cow::Borrowed))
        .chain(unclaimed_head)
        .chain(unclaimed)
        .chain(unclaimed_more)
}

/// The strict schema gives a test no properties, so its figures are lines of its output.
fn figure(figure: &Figure) -> String {
    match figure.grade {
        Grade::Marginal => format!("measured, marginal: {figure}"),
        Grade::Within | Grade::Outside => format!("measured: {figure}"),
    }
}

fn drawings(test: &Outcome) -> impl Iterator<Item = String> + use<'_> {
    test.complaints.iter().map(|(_, diagnostic)| draw(diagnostic, Paint::Plain))
}

/// The scenario's name with its parameters: unique within its class.
fn title(test: &Outcome, clip: &mut Clip) -> String {
    match test.at.params.as_str() {
        "" => clip.word(&test.at.name),
        params => clip.word(&format!("{} [{params}]", test.at.name)),
    }
}

/// Where it went wrong, if that is in the scenario's own file; else where it begins.
fn line(test: &Outcome) -> usize {
    let excerpts = test.complaints.iter().filter_map(|(_, diagnostic)| diagnostic.excerpt.as_ref());
    let mut own = excerpts.filter(|excerpt| excerpt.file == test.at.file);
    own.next().map_or(1, |excerpt| excerpt.line)
}

fn status(test: &Outcome, clip: &mut Clip) -> TestCaseStatus {
    let cause = |otherwise| test.cause().unwrap_or(otherwise);
    let verdict = test.told();
    let kind = match verdict {
        Verdict::Passed => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(reruns(test, clip));
            return status;
        }
        Verdict::Failed => NonSuccessKind::Failure,
        Verdict::Broken | Verdict::Interrupted => NonSuccessKind::Error,
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_type("skipped").set_message(clip.word(cause("skipped")));
            return status;
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(verdict.to_string());
    status.set_message(clip.word(cause("no reason is known")));
    let mut drawings = drawings(test).peekable();
    let text = if drawings.peek().is_none() {
        clip.text(cause(""))
    } else {
        clip.lines(drawings.map(Cow::Owned))
    };
    status.set_description(text);
    status.add_reruns(reruns(test, clip)).set_rerun_kind(FlakyOrRerun::Rerun);
    status
}

/// Earlier attempts, of many the last ones: never test cases of their own, since readers keep one
/// of a name only.
fn reruns(test: &Outcome, clip: &mut Clip) -> Vec<TestRerun> {
    let left_out = test.earlier.len().saturating_sub(clip.detail.attempts);
    let rerun = |attempt: &Outcome| {
        let kind = match attempt.verdict {
            Verdict::Failed => NonSuccessKind::Failure,
            Verdict::Passed | Verdict::Broken | Verdict::Skipped | Verdict::Interrupted => {
                NonSuccessKind::Error
            }
        };
        let mut rerun = TestRerun::new(kind);
        let cause = attempt.cause().unwrap_or("no reason is known");
        rerun.set_type(attempt.verdict.to_string());
        let message = format!("attempt {} on {}: {cause}", attempt.at.attempt, attempt.at.rig);
        rerun.set_message(clip.word(&message));
        rerun.set_stack_trace(clip.lines(drawings(attempt).map(Cow::Owned)));
        rerun
    };
    let mut reruns: Vec<TestRerun> = test.earlier[left_out..].iter().map(rerun).collect();
    if let (1.., Some(first)) = (left_out, reruns.first_mut()) {
        first.set_description(format!("{left_out} attempts before it are in the journal"));
    }
    reruns
}

/// What importers map tests by, and what this one test says. The scenario's own words come first:
/// where they have the name of one of ours, it is theirs.
fn properties(run: &Run, test: &Outcome, most: usize) -> Vec<(String, String)> {
    let at = &test.at;
    let mut properties: Vec<(String, String)> =
        at.properties.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let taken: BTreeSet<String> = at.properties.keys().cloned().collect();
    let mut add = |name: &str, value: String| {
        if !value.is_empty() && !taken.contains(name) {
            properties.push((name.to_owned(), value));
        }
    };
    add("id", at.id.clone());
    add("params", at.params.clone());
    add("tags", at.tags.join(", "));
    add("rig", at.rig.clone());
    add("attempt", at.attempt.to_string());
    add("seed", run.plan.as_ref().map(|plan| plan.seed.to_string()).unwrap_or_default());
    add("started", started(run, test).unwrap_or_default());
    for (fact, (first, last)) in &test.facts {
        add(&format!("device.{fact}"), first.clone());
        if first != last {
            add(&format!("device.{fact}.last"), last.clone());
        }
    }
    let all = test.measurements();
    for Measurement { kind, figure } in all.iter().take(most) {
        let bounds = figure.bounds().map(|bounds| format!(", {bounds}")).unwrap_or_default();
        let name = format!("{}.{}", kind.word(), figure.name);
        add(&name, format!("{}{bounds}", figure.shown()));
    }
    if all.len() > most {
        add("measurements.more", format!("{}, in the journal", all.len() - most));
    }
    properties
}

/// When it began, in UTC. A journal has it where the world's clock is that of the run: on a
/// virtual rig each test begins at 0.
fn started(run: &Run, test: &Outcome) -> Option<String> {
    let since = Duration::from_nanos(test.began().as_nanos());
    let began: Timestamp = run.header.as_ref()?.started.parse().ok()?;
    let at = began.checked_add(since).ok().filter(|_| !since.is_zero())?;
    Some(format!("{at:.3}"))
}
