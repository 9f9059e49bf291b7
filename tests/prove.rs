//! `fotarig prove` as a person uses it: what one scenario is worth, what many are, how it ends.

#[path = "support/program.rs"]
mod program;

use std::fs;

use program::{fotarig, seen};
use serde_json::Value;

/// Sees that the level cannot be set, and looks at nothing else.
const BLIND: &str = "name: blind\nsteps:\n  - send: AT+WDSI=4479\n    answer: .\n";
/// Catches that.
const SHARP: &str =
    "name: sharp\nparams: { round: [1, 2] }\nsteps: [ { send: AT }, { send: AT+WDSI=4479 } ]\n";
/// Sees it, and blames the rig.
const UNFAIR: &str = r#"
name: unfair
steps:
  - send: AT+WDSI=4479
    answer: '(?<result>.+)'
  - script: if result != "OK" { throw "not my day" }
"#;
const FAILS: &str = "name: fails\nsteps: [ send: AT+NONSENSE ]\n";
const REAL: &str = "name: desk\nprofile: hl78xx\nport: { serial: /dev/null }\n";

/// What is said about these files, with the exit code.
fn prove(files: &[(&str, &str)], options: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fotarig(folder.path());
    command.arg("prove");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
        if *name != "rig.yaml" {
            command.arg(name);
        }
    }
    let output = command.args(options).output().unwrap();
    (output.status.code(), seen(&output))
}

#[test]
fn one_scenario_is_told_what_it_sees() {
    let (code, text) = prove(&[("blind.yaml", BLIND)], &[]);
    assert_eq!(code, Some(1), "{text}");
    let passes = "  refuses-full-level      7.2      AT+WDSI=4479 is an error\n";
    let hint = " came, not `OK`\n";
    let (caught, missed) = text.split_once("SEES AND LETS PASS: ").expect("something is missed");
    assert!(missed.contains(passes) && missed.contains(hint), "{text}");
    assert!(caught.contains("  data-mode-left          ref 8    the first command is lost\n"));
    assert!(text.contains("\nblind, 1 test; "), "{text}");
}

#[test]
fn many_scenarios_are_told_what_nobody_catches() {
    let (code, text) = prove(&[("blind.yaml", BLIND), ("sharp.yaml", SHARP)], &[]);
    assert_eq!(code, Some(1), "{text}");
    let caught = "  refuses-full-level      7.2        1  sharp\n";
    assert!(text.contains(caught), "{text}");
    assert!(text.starts_with("NOT CAUGHT, although a scenario sees it: "), "{text}");
    assert!(text.contains("\n2 scenarios, 3 tests; "), "{text}");
    assert_eq!(prove(&[("blind.yaml", BLIND), ("sharp.yaml", SHARP)], &[]).1, text);
}

#[test]
fn what_is_blamed_on_the_rig_is_not_caught() {
    let (code, text) = prove(&[("unfair.yaml", UNFAIR)], &[]);
    assert_eq!(code, Some(1), "{text}");
    let blamed = "BLAMES THE RIG (broken, not failed) for: 1 defect\n  refuses-full-level ";
    assert!(text.contains(blamed) && text.contains("→ script error: not my day\n"), "{text}");
    let (_, text) = prove(&[("unfair.yaml", UNFAIR), ("fails.yaml", FAILS)], &[]);
    assert!(text.contains("NOT CAUGHT: blamed on the rig (broken, not failed): 1 defect\n"));
}

#[test]
fn a_scenario_that_fails_anyway_comes_first_and_proves_nothing() {
    let (code, text) = prove(&[("fails.yaml", FAILS)], &["--noise-seeds", "3"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.starts_with("FAILS WITHOUT ANY DEFECT, so it proves nothing: 1\n  failed fails: ")
    );
    assert!(text.contains("\n0 of 132 defects caught, 0 not caught, 132 not applicable\n"));
}

#[test]
fn what_catches_all_that_it_sees_ends_well() {
    let sees_one = "name: model\nsteps:\n  - log: nothing is asked\n";
    let (code, text) = prove(&[("model.yaml", sees_one)], &["--noise-seeds", "2"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.ends_with("seed 1; noise on 2 seeds\n"), "{text}");
}

#[test]
fn tables_have_each_defect_with_each_scenario() {
    let files = [("blind.yaml", BLIND), ("sharp.yaml", SHARP)];
    let (_, csv) = prove(&files, &["--format", "csv"]);
    assert!(csv.starts_with("defect,section,about,verdict,blind,sharp\r\n"), "{csv}");
    let row = "refuses-full-level,7.2,AT+WDSI=4479 is an error,caught,not caught,caught\r\n";
    assert!(csv.contains(row) && csv.lines().count() == 133, "{csv}");
    let (_, page) = prove(&files, &["--format", "markdown"]);
    assert!(page.contains("| refuses-full-level | 7.2 | caught | not caught | caught |\n"));
    let (code, json) = prove(&files, &["--format", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((code, &json["holds"]), (Some(1), &Value::Bool(false)));
    let mark = &json["defects"][2]["scenarios"]["sharp"];
    assert_eq!((&mark["mark"], &mark["test"]), (&"caught".into(), &"sharp[round=1]".into()));
}

#[test]
fn a_real_rig_has_no_known_defects() {
    let (code, text) = prove(&[("x.yaml", BLIND), ("rig.yaml", REAL)], &["--rig", "rig.yaml"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("the rig `desk` is a real one, without known defects"), "{text}");
}

#[test]
fn a_rig_with_defects_is_no_measure() {
    let rig = "name: bad\nport: { virtual: { defects: no-ind-4 } }\n";
    let (code, text) = prove(&[("x.yaml", BLIND), ("rig.yaml", rig)], &["--rig", "rig.yaml"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("the rig `bad` has defects already: no-ind-4"), "{text}");
}
