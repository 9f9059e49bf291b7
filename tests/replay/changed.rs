//! Scenarios that were changed since a journal was written, and journals of others.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::program::{fotarig, seen};

/// Opens a session and closes it; the module says `+WDSI: 8` in time.
const RECORDED: &str = "name: open and close
setup:
  - use: fragments/prepare.yaml
steps:
  - send: AT+WDSS=1,1
    expect: '^\\+WDSI: 23,1$'
    within: 60s
  - wait: 5s
  - send: AT+WDSS=1,0
    expect: '^\\+WDSI: 8$'
    within: 10s
  - send: AT+CGMR
teardown:
  - send: AT+WDSI=0
";

/// A folder with a journal of a scenario and with the scenario as it is now.
struct Desk {
    folder: TempDir,
}

impl Desk {
    /// Records `scenario` on the built-in rig, or on one of a file.
    fn recorded(scenario: &str, rig: &str) -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("session.yaml"), scenario).unwrap();
        fs::write(folder.path().join("rig.yaml"), rig).unwrap();
        let run = ["run", "session.yaml", "--rig", "rig.yaml"];
        let output = fotarig(folder.path()).args(run).output().expect("the binary");
        assert_ne!(output.status.code(), Some(2), "{}", seen(&output));
        fs::copy(folder.path().join("reports/latest/journal.jsonl"), folder.path().join("journal"))
            .expect("a journal");
        Desk { folder }
    }

    fn usual() -> Desk {
        Desk::recorded(RECORDED, "name: bench-7\nport: { virtual: {} }\n")
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Replays the journal with what replaces a part of the recorded scenario.
    fn with(&self, from: &str, to: &str) -> (i32, String) {
        assert!(RECORDED.contains(from), "`{from}` is in the scenario");
        fs::write(self.path().join("session.yaml"), RECORDED.replacen(from, to, 1)).unwrap();
        self.replay(&[])
    }

    fn replay(&self, more: &[&str]) -> (i32, String) {
        let replay = [&["replay", "journal"], more].concat();
        told(&fotarig(self.path()).args(replay).output().expect("the binary"))
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.path().join("journal")).unwrap()
    }

    fn write(&self, journal: &str) {
        fs::write(self.path().join("journal"), journal).unwrap();
    }
}

fn told(output: &Output) -> (i32, String) {
    (output.status.code().unwrap_or(-1), seen(output))
}

#[track_caller]
fn has((code, text): (i32, String), expected: i32, words: &[&str]) {
    assert_eq!(code, expected, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in\n{text}");
    }
}

#[test]
fn what_has_not_changed_comes_to_the_same() {
    has(Desk::usual().replay(&[]), 0, &["1 passed", "rig bench-7", "1 of 1 recorded verdicts"]);
}

#[test]
fn a_shorter_bound_is_judged_by_the_recorded_stamps() {
    let told = Desk::usual().with("within: 60s", "within: 2s");
    has(
        told,
        1,
        &[
            "`+WDSI: 23,1` did not come within 2 s",
            "session.yaml:6",
            "now failed  session; recorded: passed",
            "0 of 1 recorded verdicts are the same today",
        ],
    );
}

#[test]
fn a_longer_bound_is_judged_too_where_the_line_came() {
    has(Desk::usual().with("within: 10s", "within: 10min"), 0, &["1 passed"]);
}

#[test]
fn a_bound_that_was_missed_cannot_be_judged_by_more_than_was_recorded() {
    let strict = RECORDED.replace("within: 60s", "within: 2s");
    let desk = Desk::recorded(&strict, "name: desk\nport: { virtual: {} }\n");
    has(desk.replay(&[]), 1, &["did not come within 2 s", "1 of 1 recorded verdicts"]);
    fs::write(desk.path().join("session.yaml"), RECORDED).unwrap();
    let words = [
        "the scenario waits on, until",
        "where the journal has `AT+WDSI=0`, at",
        "recorded here as failed: `+WDSI: 23,1` did not come within 2 s",
        "session.yaml:5",
        "now broken  session; recorded: failed, `+WDSI: 23,1` did not come",
    ];
    has(desk.replay(&[]), 3, &words);
}

#[test]
fn another_command_parts_at_its_step() {
    let told = Desk::usual().with("- send: AT+CGMR", "- send: AT+CGMM");
    let words = ["the scenario sends `AT+CGMM` where the journal has `AT+CGMR`, at", "yaml:12"];
    has(told, 3, &words);
}

#[test]
fn a_new_step_parts_where_it_does_something() {
    let desk = Desk::usual();
    let told = desk.with("  - wait: 5s\n", "  - log: nothing is done\n  - wait: 5s\n");
    has(told, 0, &["1 passed"]);
    let told = desk.with("  - wait: 5s\n", "  - send: AT+CSQ\n  - wait: 5s\n");
    has(told, 3, &["the scenario sends `AT+CSQ` where the journal has `AT+WDSS=1,0`, at"]);
    let told = desk.with("  - wait: 5s\n", "  - wait: 60s\n");
    has(told, 3, &["the scenario waits on, until", "where the journal has `AT+WDSS=1,0`"]);
}

#[test]
fn a_missing_step_parts_where_the_journal_did_something() {
    let desk = Desk::usual();
    let told = desk.with("  - wait: 5s\n", "");
    has(told, 0, &["1 passed"]);
    let told = desk.with("  - send: AT+CGMR\n", "");
    has(told, 3, &["the scenario sends `AT+WDSI=0` where the journal has `AT+CGMR`, at"]);
}

#[test]
fn an_end_before_the_journals_is_no_trouble() {
    let told = Desk::usual().with("teardown:\n  - send: AT+WDSI=0\n", "");
    has(told, 0, &["1 passed"]);
}

#[test]
fn an_expectation_in_another_order_is_judged() {
    let both = "expect: ['^\\+WDSI: 23,1$', '^\\+WDSI: 6$']";
    let told = Desk::usual().with("expect: '^\\+WDSI: 23,1$'", both);
    has(told, 1, &["which is later in the list, came before"]);
}

#[test]
fn another_role_parts() {
    let told = Desk::usual().with("  - wait: 5s\n", "  - power: off\n  - power: on\n");
    has(told, 3, &["the scenario calls `power.off` where the journal has `AT+WDSS=1,0`, at"]);
}

#[test]
fn one_test_can_be_judged_by_any_scenario() {
    let desk = Desk::usual();
    fs::write(desk.path().join("other.yaml"), RECORDED.replace("10s", "1ms")).unwrap();
    has(desk.replay(&["other.yaml"]), 2, &["has no test of `other`", "--test ID: session"]);
    let told = desk.replay(&["other.yaml", "--test", "session"]);
    has(told, 1, &["`AT+WDSS=1,0` got no final result code within 1 ms", "other.yaml:9"]);
    has(desk.replay(&["--test", "sesion"]), 2, &["has no test `sesion`", "did you mean `session`"]);
}

#[test]
fn a_shipped_scenario_judges_a_customers_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let rig = "name: customer-3\nport: { virtual: { imei: '001010000000007' } }\n";
    fs::write(folder.path().join("rig.yaml"), rig).unwrap();
    let run = ["run", "update/automatic", "connect/identity", "--rig", "rig.yaml", "--seed", "9"];
    told(&fotarig(folder.path()).args(run).output().unwrap());
    fs::remove_file(folder.path().join("rig.yaml")).unwrap();
    let replay =
        ["replay", "reports/latest/journal.jsonl", "update/automatic", "--report", "junit=r.xml"];
    let output = fotarig(folder.path()).args(replay).output().unwrap();
    has(told(&output), 0, &["1 passed", "rig customer-3; seed 9", "1 of 1 recorded verdicts"]);
    let junit = fs::read_to_string(folder.path().join("r.xml")).unwrap();
    assert!(junit.contains("customer-3.update.automatic"), "{junit}");
}

#[test]
fn a_journal_that_breaks_off_is_judged_as_far_as_it_goes() {
    let desk = Desk::usual();
    let journal = desk.journal();
    let cut = journal.find("\"AT+WDSS=1,0").expect("it is closed");
    desk.write(&journal[..cut]);
    let words = [
        "the scenario sends `AT+WDSS=1,0` where the journal breaks off, at",
        "now broken  session; recorded: interrupted",
    ];
    has(desk.replay(&[]), 3, &words);
}

#[test]
fn journals_of_earlier_versions_say_less() {
    let desk = Desk::usual();
    let journal: Vec<String> = desk.journal().lines().map(older).collect();
    desk.write(&(journal.join("\n") + "\n"));
    has(desk.replay(&[]), 0, &["of an earlier version", "--rig", "1 passed"]);
}

/// An entry without what earlier versions did not write.
fn older(line: &str) -> String {
    let mut entry: serde_json::Value = serde_json::from_str(line).expect("an entry");
    for (event, key) in [("rig_ready", "roles"), ("rig_ready", "apn"), ("called", "answer")] {
        let event = entry.get_mut("is").and_then(|is| is.get_mut(event));
        if let Some(event) = event.and_then(|event| event.as_object_mut()) {
            event.remove(key);
        }
    }
    entry.to_string()
}

#[test]
fn attempts_and_rigs_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["north", "south"] {
        let rig = format!("name: {name}\nport: {{ virtual: {{ defects: [no-ind-8] }} }}\n");
        fs::write(folder.path().join(format!("{name}.yaml")), rig).unwrap();
    }
    let scenario = RECORDED.replace("name: open", "tags: [x]\nname: open");
    fs::write(folder.path().join("session.yaml"), scenario).unwrap();
    let run = ["run", "session.yaml", "--rig", "north.yaml", "--rig", "south.yaml"];
    let run = fotarig(folder.path()).args(run).args(["--retries", "1"]).output().unwrap();
    has(told(&run), 1, &["2 failed", "(attempt 2)"]);
    let replay = ["replay", "reports/latest/journal.jsonl"];
    let replay = fotarig(folder.path()).args(replay).output().unwrap();
    has(told(&replay), 1, &["2 failed", "(attempt 2)", "4 of 4 recorded verdicts"]);
}
