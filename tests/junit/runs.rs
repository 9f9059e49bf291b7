//! Reports of real runs: verdicts, attempts, shards, journals that were cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use libtest_mimic::Failed;
use serde_json::Value;
use tempfile::TempDir;

use crate::peer::demand;
use crate::program::{fotarig, seen};
use crate::readers::{Schema, cases, parsed, property, validate};

const JOURNAL: &str = "reports/latest/journal.jsonl";

/// A scenario for each verdict; the second one has what importers look for.
const SCENARIOS: [(&str, &str); 5] = [
    ("passes.yaml", "name: passes\nsteps:\n  - send: AT+CGMR\n    expect: '^BHL7800'\n"),
    (
        "fails.yaml",
        "name: fails, [with] a comma\ntags: [quick, new]\n\
         properties: { test_key: FOTA-12, id: our own, requirement: 11.4 }\n\
         params: { command: [AT+NONSENSE, AT+MORE] }\nsteps:\n  - send: ${command}\n",
    ),
    (
        "breaks.yaml",
        "name: breaks\nsteps:\n  - expect: '^never$'\n    within: 1s\n    means: broken\n",
    ),
    (
        "known.yaml",
        "name: known\nexpected_failure: { reason: FOTA-1, until: 2099-12-31 }\n\
         steps:\n  - send: AT+NONSENSE\n",
    ),
    (
        "measures.yaml",
        "name: measures\nparams: { pause: [1s, 2s] }\nsteps:\n\
         \x20 - { send: AT, label: start }\n  - wait: ${pause}\n  - { send: AT, label: end }\n\
         \x20 - { measure: pause, from: start, to: end, at_most: 60, unit: s }\n",
    ),
];

/// A folder with these scenarios.
fn lab() -> Result<TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    for (name, text) in SCENARIOS {
        fs::write(folder.path().join(name), text)?;
    }
    Ok(folder)
}

fn go(folder: &Path, line: &str) -> Result<Output, Failed> {
    Ok(fotarig(folder).args(line.split(' ')).output()?)
}

fn run_all(folder: &Path, more: &str) -> Result<(), Failed> {
    let names = SCENARIOS.map(|(name, _)| name).join(" ");
    let output = go(folder, &format!("run {names} {more}"))?;
    demand(output.status.code() == Some(3), &seen(&output))
}

fn named<'c>(cases: &'c [Value], name: &str) -> Result<&'c Value, Failed> {
    let found = cases.iter().find(|case| case["name"] == name);
    found.ok_or_else(|| format!("there is no `{name}` in {cases:?}").into())
}

pub(crate) fn dialects() -> Result<(), Failed> {
    let folder = lab()?;
    run_all(folder.path(), "--report junit-rich=rich.xml --seed 7")?;
    let strict = folder.path().join("reports/latest/junit.xml");
    let rich = folder.path().join("rich.xml");
    validate(std::slice::from_ref(&strict), Schema::Strict)?;
    validate(std::slice::from_ref(&rich), Schema::None)?;
    for report in [&strict, &rich] {
        let suites = parsed(report)?;
        let all = cases(&suites)?;
        demand(all.len() == 7, &format!("{all:?}"))?;
        let failed = &named(&all, "fails, [with] a comma [command=AT+NONSENSE]")?;
        let result = &failed["results"][0];
        demand(result["kind"] == "Failure" && result["type"] == "failed", &failed.to_string())?;
        demand(result["text"].to_string().contains("fails.yaml:6:5"), &failed.to_string())?;
        let attachment = format!("[[ATTACHMENT|{JOURNAL}]]");
        demand(failed["out"].to_string().contains(&attachment), &failed.to_string())?;
        let broken = &named(&all, "breaks")?["results"][0];
        demand(broken["kind"] == "Error" && broken["type"] == "broken", &broken.to_string())?;
        let known = &named(&all, "known")?["results"][0];
        demand(known["kind"] == "Skipped", &known.to_string())?;
        let passed = named(&all, "passes")?;
        demand(passed["results"] == Value::Array(Vec::new()), &passed.to_string())?;
        let said = |name| property(&suites[0], name).unwrap_or_default();
        let facts = ["rig", "seed", "package.name", "rig.profile"].map(said);
        demand(facts == ["virtual", "7", "demo", "hl78xx"], &format!("{facts:?}"))?;
        let measured = said("measure.pause");
        demand(measured.starts_with("n=2, min=1.0"), measured)?;
        demand(measured.ends_with(", at most 60 s"), measured)?;
        demand(said("latency.send AT+CGMR: BHL7800").starts_with("n=1, median=0.0"), "no latency")?;
        demand(
            said("command").ends_with("--report 'junit-rich=rich.xml' --seed 7"),
            said("command"),
        )?;
    }
    let all = cases(&parsed(&rich)?)?;
    let failed = named(&all, "fails, [with] a comma [command=AT+MORE]")?;
    demand(failed["file"] == "fails.yaml" && failed["line"] == "6", &failed.to_string())?;
    let wanted = [
        ("test_key", "FOTA-12"),
        ("requirement", "11.4"),
        ("id", "our own"),
        ("params", "command=AT+MORE"),
        ("tags", "quick, new"),
        ("seed", "7"),
        ("attempt", "1"),
    ];
    for (name, value) in wanted {
        demand(property(failed, name) == Some(value), &format!("{name} in {failed}"))?;
    }
    let measured = named(&all, "measures [pause=2s]")?;
    let pause = property(measured, "measure.pause").unwrap_or_default();
    demand(pause.starts_with("2.0"), pause)
}

pub(crate) fn attempts() -> Result<(), Failed> {
    let folder = lab()?;
    // The noise of the module differs with each attempt.
    let often = "name: often wrong\nparams: { n: { from: 1, to: 12 } }\nsteps:\n\
                 \x20 - script: |\n      for n in 0..30 { send(\"AT+CGMM\") }\n";
    fs::write(folder.path().join("often.yaml"), often)?;
    let rig = "name: rough\nport: { virtual: { noise: rough } }\n";
    fs::write(folder.path().join("rig.yaml"), rig)?;
    let output = go(folder.path(), "run often.yaml fails.yaml --rig rig.yaml --retries 9")?;
    demand(output.status.code() == Some(1), &seen(&output))?;
    let report = folder.path().join("reports/latest/junit.xml");
    validate(std::slice::from_ref(&report), Schema::Strict)?;
    let all = cases(&parsed(&report)?)?;
    demand(all.len() == 14, &format!("{}", all.len()))?;
    let tags = |case: &Value| case["attempts"].as_array().cloned().unwrap_or_default();
    let is_flaky = |case: &&Value| tags(case).iter().any(|tag| tag == "flakyFailure");
    demand(all.iter().any(|case| is_flaky(&case)), "no attempt failed")?;
    let failed = named(&all, "fails, [with] a comma [command=AT+MORE]")?;
    let all_reruns = tags(failed).iter().all(|tag| tag == "rerunFailure");
    demand(tags(failed).len() == 9 && all_reruns, &failed.to_string())
}

pub(crate) fn shards() -> Result<(), Failed> {
    let folder = lab()?;
    let mut journals = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let place = format!("shard{}", &shard[..1]);
        let names = SCENARIOS.map(|(name, _)| name).join(" ");
        go(folder.path(), &format!("run {names} --shard {shard} --reports {place}"))?;
        journals.push(format!("{place}/journal.jsonl"));
    }
    let line = format!("report {} --report junit=all.xml", journals.join(" "));
    let output = go(folder.path(), &line)?;
    demand(output.status.code() == Some(3), &seen(&output))?;
    let report = folder.path().join("all.xml");
    validate(std::slice::from_ref(&report), Schema::Strict)?;
    let suites = parsed(&report)?;
    demand(cases(&suites)?.len() == 7, &format!("{suites:?}"))?;
    for (number, suite) in suites.iter().enumerate() {
        let shard = format!("{}/3", number + 1);
        demand(suite["name"] == format!("virtual@{}", number + 1), &suite.to_string())?;
        demand(property(suite, "shard") == Some(&shard), &suite.to_string())?;
    }
    // The whole twice: the same tests on rigs of the same name.
    let line = format!("report {0} {1} --report junit=twice.xml", journals[0], "again.jsonl");
    fs::copy(folder.path().join(&journals[0]), folder.path().join("again.jsonl"))?;
    go(folder.path(), &line)?;
    let twice = parsed(&folder.path().join("twice.xml"))?;
    let alone = cases(&suites[..1])?.len();
    demand(cases(&twice)?.len() == 2 * alone, &format!("{twice:?}"))
}

pub(crate) fn cuts() -> Result<(), Failed> {
    let folder = lab()?;
    let folder = folder.path();
    run_all(folder, "--seed 1")?;
    let whole = fs::read_to_string(folder.join(JOURNAL))?;
    let ends: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
    let mut reports: Vec<PathBuf> = Vec::new();
    for (number, end) in ends.iter().enumerate() {
        fs::write(folder.join("cut.jsonl"), &whole[..*end])?;
        let name = format!("cut-{number}.xml");
        let output = go(folder, &format!("report cut.jsonl --report junit={name}"))?;
        let code = if *end == whole.len() { 3 } else { 130 };
        demand(output.status.code() == Some(code), &seen(&output))?;
        let text = fs::read_to_string(folder.join(&name))?;
        demand(text.contains("<error "), &text)?;
        reports.push(folder.join(name));
    }
    demand(reports.len() > 60, "the journal is short")?;
    validate(&reports, Schema::Strict)?;
    let suites = parsed(&reports[0])?;
    let only = &cases(&suites)?[0];
    demand(suites[0]["name"] == "fotarig", &suites[0].to_string())?;
    let message = "the journal ends before the run began";
    demand(only["results"][0]["message"] == message, &only.to_string())
}

pub(crate) fn jenkins() -> Result<(), Failed> {
    let folder = lab()?;
    let mut run = fotarig(folder.path());
    run.args(["run", "breaks.yaml"]).env("JENKINS_URL", "https://ci.example/").output()?;
    let suites = parsed(&folder.path().join("reports/latest/junit.xml"))?;
    let place = folder.path().canonicalize()?.join(JOURNAL);
    let wanted = format!("[[ATTACHMENT|{}]]", place.display());
    let out = cases(&suites)?[0]["out"].as_str().unwrap_or_default().to_owned();
    demand(out.ends_with(&wanted), &out)
}
