//! What the head of a scenario does to a run, as the command line shows it: draws and days.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::{fotarig, seen};
use tempfile::TempDir;

const DRAWN: &str = "name: drawn\nparams: { cut: { random: 5, from: 0, to: 1000000 } }\n\
                     steps: [ log: '${cut}' ]\n";
const SKIPPED: &str = "name: skipped\nskip: { reason: LAB-17, until: 1970-01-01 }\n\
                       steps: [ send: AT ]\n";
const EXPECTED: &str = "name: expected\nexpected_failure: { reason: FW-1, until: 1970-01-02 }\n\
                        steps: [ send: AT+NO ]\n";
const OVER: &str = "name: over\nskip: { reason: LAB-17, until: 1969-12-31 }\n\
                    steps: [ send: AT ]\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Runs on 1970-01-01 and checks the exit code; returns what a person sees.
fn see(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = fotarig(folder).args(arguments).output().unwrap();
    let seen = seen(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{seen}");
    seen
}

#[test]
fn a_draw_depends_on_the_seed_of_the_run_and_the_scenario() {
    let folder = folder(&[("a.yaml", DRAWN), ("b.yaml", DRAWN)]);
    let ids = |scenario: &str, seed: &str| {
        let text = see(folder.path(), &["run", scenario, "--dry-run", "--seed", seed], 0);
        let cuts = text.lines().filter_map(|line| line.split_once('[')?.1.split_once(']'));
        cuts.map(|(cut, _)| cut.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("a.yaml", "1").len(), 5);
    assert_eq!(ids("a.yaml", "1"), ids("a.yaml", "1"));
    assert_ne!(ids("a.yaml", "1"), ids("a.yaml", "2"));
    assert_ne!(ids("a.yaml", "1"), ids("b.yaml", "1"));
    // One of them alone does the same.
    let one = &ids("a.yaml", "2")[3];
    let text = see(folder.path(), &["run", "a.yaml", "--seed", "2", "--filter", one], 0);
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn check_and_list_show_what_sets_a_verdict_aside() {
    let files = [("a.yaml", SKIPPED), ("b.yaml", EXPECTED), ("c.yaml", OVER)];
    let folder = folder(&files);
    let paths = files.map(|(name, _)| name);
    let checked = see(folder.path(), &[&["check"], &paths[..]].concat(), 0);
    let lines = [
        "note: a.yaml:2: `skip` until 1970-01-01: LAB-17",
        "note: b.yaml:2: `expected_failure` until 1970-01-02: FW-1",
        "warning: c.yaml:2: `skip` ended on 1969-12-31: remove it, or prolong it",
        "3 scenarios with 3 tests: no mistakes",
    ];
    assert_eq!(checked.lines().collect::<Vec<_>>(), lines);
    let listed = see(folder.path(), &[&["list"], &paths[..]].concat(), 0);
    let lines = [
        "a  skipped  []  skipped until 1970-01-01",
        "b  expected  []  failure expected until 1970-01-02",
        "c  over  []",
    ];
    assert_eq!(listed.lines().collect::<Vec<_>>(), lines);
}

#[test]
fn an_expected_failure_does_not_end_a_run_that_fails_fast() {
    let folder = folder(&[("a.yaml", EXPECTED), ("b.yaml", OVER)]);
    let text = see(folder.path(), &["run", "a.yaml", "b.yaml", "--fail-fast"], 0);
    assert!(text.contains("1 passed, 1 skipped"), "{text}");
    // The journal alone says the same.
    let again = see(folder.path(), &["report", "reports/latest/journal.jsonl"], 0);
    assert!(again.contains("1 passed, 1 skipped"), "{again}");
}

#[test]
fn the_next_day_the_failure_counts() {
    let folder = folder(&[("a.yaml", EXPECTED)]);
    for (day, code) in [("172799", 0), ("172800", 1)] {
        let mut run = fotarig(folder.path());
        let output = run.env("SOURCE_DATE_EPOCH", day).args(["run", "a.yaml"]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", seen(&output));
    }
}

#[test]
fn other_values_of_a_parameter_are_typed_for_one_run() {
    let folder = folder(&[("drawn.yaml", DRAWN)]);
    let typed = |param: &str, code| {
        see(folder.path(), &["run", "drawn.yaml", "--dry-run", "--param", param], code)
    };
    let seen = typed("cut=[7, 9]", 0);
    assert!(seen.contains("drawn[cut=7]") && seen.contains("drawn[cut=9]"), "{seen}");
    let seen = typed("cut={ from: 0, to: 100, step: 50 }", 0);
    assert!(seen.contains("drawn[cut=50]") && seen.contains("drawn[cut=100]"), "{seen}");
    let seen = typed("cat=[7]", 2);
    assert!(seen.contains("no scenario of this run has a parameter `cat`"), "{seen}");
    assert!(seen.contains("did you mean `cut`?"), "{seen}");
    assert!(typed("cut=", 2).contains("needs a list of values"));
    assert!(typed("cut={ from: 0, to: 1000000 }", 2).contains("multiply to 1000001 tests"));
}

#[test]
fn an_own_fragment_does_not_take_the_place_of_a_built_in_one() {
    let folder = folder(&[("mine.yaml", "name: mine\nsteps: [ use: fragments/prepare.yaml ]\n")]);
    fs::create_dir_all(folder.path().join("fragments")).unwrap();
    let own = "steps: [ log: my own fragment ]\n";
    fs::write(folder.path().join("fragments/prepare.yaml"), own).unwrap();
    for scenarios in [["mine.yaml", "connect/identity"], ["connect/identity", "mine.yaml"]] {
        let arguments = ["run", scenarios[0], scenarios[1], "--reports", "r"];
        see(folder.path(), &arguments, 0);
        let journal = fs::read_to_string(folder.path().join("r/journal.jsonl")).unwrap();
        assert_eq!(journal.matches("\"logged\":\"my own fragment\"").count(), 1);
        assert!(journal.contains("AT+CMEE=1"), "the shipped one was used as well");
    }
}
