//! The JUnit report, valid against the strict schema of the Jenkins xUnit plugin.
//!
//! One suite for each rig and folder of scenarios; a device's fault is a `failure`, a rig's an
//! `error`; the drawing is the text, because some readers show the text and others the message.

use std::collections::BTreeMap;

use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use crate::diagnostic::{Paint, draw};
use crate::fault::Verdict;
use crate::journal::{Figure, Grade};
use crate::report::cuts;
use crate::report::sweep::{Sweep, sweeps};
use crate::tally::{Outcome, Tally};
use crate::variables;

/// The report as XML.
pub fn report(tally: &Tally) -> String {
    let mut suites: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for test in &tally.tests {
        suites.entry(suite_name(test)).or_default().push(test);
    }
    let mut report = Report::new("fotarig");
    report.set_time(tally.took());
    for (name, tests) in suites {
        report.add_test_suite(suite(tally, &name, &tests));
    }
    let xml = report.to_string().expect("a report in memory can be written");
    without_skipped(&xml).replace(NO_CHARACTERS, "\u{FFFD}")
}

/// XML 1.0 (2.2) forbids these as well; the library leaves out the control characters only.
const NO_CHARACTERS: [char; 2] = ['\u{FFFE}', '\u{FFFF}'];

/// The schema allows `skipped` on a suite but not on the root, where the library writes it.
fn without_skipped(xml: &str) -> String {
    let Some(root) = xml.find("<testsuites ") else { return xml.to_owned() };
    let end = xml[root..].find('>').map_or(xml.len(), |at| root + at);
    let Some(start) = xml[root..end].find(" skipped=\"").map(|at| root + at) else {
        return xml.to_owned();
    };
    let value = start + " skipped=\"".len();
    let after = xml[value..end].find('"').map_or(end, |at| value + at + 1);
    format!("{}{}", &xml[..start], &xml[after..])
}

fn suite_name(test: &Outcome) -> String {
    match test.at.scenario.rsplit_once('/') {
        Some((folder, _)) => format!("{}.{}", test.at.rig, folder.replace('/', ".")),
        None => test.at.rig.clone(),
    }
}

fn suite(tally: &Tally, name: &str, tests: &[&Outcome]) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.set_time(tests.iter().map(|test| test.took).sum());
    if let Some(header) = &tally.header {
        // UTC to the second, without zone: what all readers take.
        let stamp = header.started.split(['.', 'Z', '+']).next().unwrap_or_default();
        suite.extra.insert("timestamp".into(), stamp.into());
        suite.add_property(Property::new("tool", header.tool.as_str()));
    }
    if let Some(plan) = &tally.plan {
        for (key, value) in &plan.package {
            suite.add_property(Property::new(format!("package.{key}"), variables::show(value)));
        }
        suite.add_property(Property::new("seed", plan.seed.to_string()));
    }
    if let Some(rig) = tests.first().and_then(|test| {
        let name = &test.at.rig;
        tally.rigs.iter().find(|rig| rig.name == *name)
    }) {
        suite.add_property(Property::new("rig", rig.name.as_str()));
        suite.add_property(Property::new("rig.profile", rig.profile.as_str()));
        suite.add_property(Property::new("rig.port", rig.port.as_str()));
    }
    for (fact, (first, last)) in facts(tests) {
        suite.add_property(Property::new(format!("device.{fact}"), first.clone()));
        if first != last {
            suite.add_property(Property::new(format!("device.{fact}.last"), last));
        }
    }
    if let Some(cuts) = cuts::together(tests.iter().copied()) {
        suite.add_property(Property::new("power.cuts", cuts));
    }
    let own = |sweep: &&Sweep<'_>| tests.iter().any(|test| sweep.is_of(test));
    for sweep in sweeps(tally).iter().filter(own) {
        if let Some(again) = sweep.again(tally) {
            let name = format!("sweep.{}.{}", sweep.scenario(), sweep.verdict());
            suite.add_property(Property::new(name, format!("{}; {again}", sweep.sentence())));
        }
    }
    for test in tests {
        suite.add_test_case(case(test));
    }
    suite
}

/// What the device said about itself in these tests: first and last value.
fn facts(tests: &[&Outcome]) -> BTreeMap<String, (String, String)> {
    let mut facts: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (fact, (first, last)) in tests.iter().flat_map(|test| &test.facts) {
        facts
            .entry(fact.clone())
            .and_modify(|known| known.1.clone_from(last))
            .or_insert_with(|| (first.clone(), last.clone()));
    }
    facts
}

fn case(test: &Outcome) -> TestCase {
    let mut case = TestCase::new(title(test), status(test));
    case.set_classname(format!("{}.{}", test.at.rig, test.at.scenario.replace('/', ".")));
    case.set_time(test.took);
    let mut out: Vec<String> = test.logs.clone();
    out.extend(test.figures.iter().chain(&test.cuts).map(figure));
    if test.verdict == Verdict::Skipped {
        // Of `skipped` readers show the message only: what was expected to fail, and did. It has no
        // place for attempts either.
        out.extend(drawings(test));
        out.extend(test.before());
    }
    if test.verdict == Verdict::Passed {
        out.extend(test.reason.clone());
    }
    if !test.unclaimed.is_empty() {
        out.push("lines that no step took:".to_owned());
        out.extend(test.unclaimed.iter().cloned());
    }
    if test.unclaimed_more > 0 {
        out.push(format!("… and {} more, in the journal", test.unclaimed_more));
    }
    if !out.is_empty() {
        case.set_system_out(out.join("\n"));
    }
    case
}

/// The schema gives a test no properties, so its figures are lines of its output.
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
fn title(test: &Outcome) -> String {
    match test.at.params.as_str() {
        "" => test.at.name.clone(),
        params => format!("{} [{params}]", test.at.name),
    }
}

fn status(test: &Outcome) -> TestCaseStatus {
    let kind = match test.verdict {
        Verdict::Passed => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(reruns(test));
            return status;
        }
        Verdict::Failed => NonSuccessKind::Failure,
        Verdict::Broken | Verdict::Interrupted => NonSuccessKind::Error,
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_type("skipped").set_message(test.cause().unwrap_or("skipped"));
            return status;
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(test.verdict.to_string());
    status.set_message(test.cause().unwrap_or("no reason is known"));
    let drawings: Vec<String> = drawings(test).collect();
    let text = if drawings.is_empty() {
        test.cause().unwrap_or_default().to_owned()
    } else {
        drawings.join("\n")
    };
    status.set_description(text);
    status.add_reruns(reruns(test)).set_rerun_kind(FlakyOrRerun::Rerun);
    status
}

/// Earlier attempts: never test cases of their own, since readers keep one of a name only.
fn reruns(test: &Outcome) -> impl Iterator<Item = TestRerun> + use<'_> {
    test.earlier.iter().map(|attempt| {
        let kind = match attempt.verdict {
            Verdict::Failed => NonSuccessKind::Failure,
            Verdict::Passed | Verdict::Broken | Verdict::Skipped | Verdict::Interrupted => {
                NonSuccessKind::Error
            }
        };
        let mut rerun = TestRerun::new(kind);
        let cause = attempt.cause().unwrap_or("no reason is known");
        rerun.set_type(attempt.verdict.to_string());
        rerun.set_message(format!("attempt {} on {}: {cause}", attempt.at.attempt, attempt.at.rig));
        rerun.set_stack_trace(drawings(attempt).collect::<Vec<_>>().join("\n"));
        rerun
    })
}
