//! A run that somebody stops: the teardown runs, and everything is written down.

#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use program::{fotarig, seen};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Far longer than this test: simulated time is quick, so there must be much of it.
const LONG: &str = r#"
name: a long one
params: { part: [1, 2] }
steps:
  - &much
    script: |
      for n in 0..60000 { send("AT") }
  - *much
  - *much
  - *much
teardown:
  - send: AT+CFUN=4
  - log: torn down
"#;

/// The same with a teardown that is as long.
const LONG_TEARDOWN: &str = r#"
name: a long one, also at its end
steps:
  - power: off
  - script: |
      for n in 0..60000 { send("AT", "none"); wait("1ms") }
teardown:
  - script: |
      for n in 0..60000 { send("AT", "none"); wait("1ms") }
  - log: torn down
"#;

/// A run in a folder of its own, whose journal is looked at while it grows.
struct Running {
    child: Child,
    folder: TempDir,
}

impl Running {
    fn start(scenario: &str) -> Running {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("long.yaml"), scenario).unwrap();
        let mut run = fotarig(folder.path());
        run.args(["run", "long.yaml"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running { child: run.spawn().unwrap(), folder }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("reports/latest/journal.jsonl")
    }

    /// Waits until the journal has this text.
    fn until(&mut self, text: &str) {
        loop {
            let journal = fs::read(self.journal()).unwrap_or_default();
            if String::from_utf8_lossy(&journal).contains(text) {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert_eq!(ended, None, "it ended before the journal had {text}");
            std::thread::yield_now();
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn end(self) -> (Output, String, String) {
        let folder = self.folder;
        let output = self.child.wait_with_output().unwrap();
        let read = |name: &str| {
            let path: &Path = &folder.path().join("reports/latest").join(name);
            fs::read_to_string(path).unwrap()
        };
        let (journal, junit) = (read("journal.jsonl"), read("junit.xml"));
        (output, journal, junit)
    }
}

fn tears_down_after(signal: Signal) {
    let mut running = Running::start(LONG);
    running.until(r#""sent":"AT\r""#);
    running.signal(signal);
    let (output, journal, junit) = running.end();
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("1 skipped, 1 interrupted"), "{text}");
    let teardown = journal.split_once("teardown_started").expect("the teardown is recorded").1;
    assert!(teardown.contains(r#""sent":"AT+CFUN=4\r""#) && teardown.contains("torn down"));
    assert!(teardown.contains("run_ended"), "the journal is complete");
    assert!(junit.contains(r#"type="interrupted""#), "{junit}");
    assert!(junit.contains("the run was interrupted"), "{junit}");
}

#[test]
fn ctrl_c_tears_down() {
    tears_down_after(Signal::INT);
}

#[test]
fn sigterm_tears_down() {
    tears_down_after(Signal::TERM);
}

#[test]
fn sighup_tears_down() {
    tears_down_after(Signal::HUP);
}

#[test]
fn a_second_ctrl_c_cuts_the_teardown_short_but_leaves_power_on() {
    let mut running = Running::start(LONG_TEARDOWN);
    running.until(r#""sent":"AT\r""#);
    running.signal(Signal::INT);
    running.until("teardown_started");
    running.signal(Signal::INT);
    let (output, journal, _) = running.end();
    assert_eq!(output.status.code(), Some(130), "{}", seen(&output));
    let teardown = journal.split_once("teardown_started").unwrap().1;
    assert!(!teardown.contains("torn down"), "the rest of the teardown is left out");
    assert!(teardown.contains(r#""method":"on""#), "power is back: {teardown}");
    assert!(teardown.contains("run_ended"), "the journal is complete");
}

#[test]
fn a_killed_run_has_its_report() {
    let mut running = Running::start(LONG);
    running.until(r#""sent":"AT\r""#);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let folder = running.folder.path();
    let arguments = ["report", "reports/latest/journal.jsonl", "--report", "junit=again.xml"];
    let output = fotarig(folder).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", seen(&output));
    let junit = fs::read_to_string(folder.join("again.xml")).unwrap();
    assert!(junit.contains("the journal ends in the middle of this test"), "{junit}");
}

#[test]
fn a_killed_run_leaves_no_report_of_an_earlier_one() {
    let mut running = Running::start(LONG);
    running.until(r#""sent":"AT\r""#);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let folder = running.folder.path();
    let names = || {
        let entries = fs::read_dir(folder.join("reports/latest")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    assert!(names()[0].starts_with(".fotarig-"), "its own report waits: {:?}", names());
    assert!(fotarig(folder).args(["run", "connect/identity"]).output().unwrap().status.success());
    let whole = ["journal.jsonl", "junit.xml", "report.html"];
    assert_eq!(names(), whole, "remains are removed");
    let mut again = fotarig(folder);
    let mut again = again.args(["run", "long.yaml"]).stderr(Stdio::null()).spawn().unwrap();
    let journal = folder.join("reports/latest/journal.jsonl");
    while !fs::read_to_string(&journal).unwrap().contains("a long one") {
        std::thread::yield_now();
    }
    again.kill().unwrap();
    again.wait().unwrap();
    assert!(
        names().iter().all(|name| !name.starts_with('j') || name == "journal.jsonl"),
        "{:?}",
        names()
    );
    assert!(!names().contains(&"report.html".to_owned()), "{:?}", names());
}

#[test]
fn a_folder_of_reports_belongs_to_one_run() {
    let mut running = Running::start(LONG);
    running.until(r#""sent":"AT\r""#);
    let folder = running.folder.path();
    let second = fotarig(folder).args(["run", "connect/identity"]).output().unwrap();
    assert_eq!(second.status.code(), Some(2), "{}", seen(&second));
    let text = seen(&second);
    assert!(text.contains("another run is writing `reports/latest/journal.jsonl`"), "{text}");
    assert!(text.contains("--reports DIR"), "{text}");
    let elsewhere = ["run", "connect/identity", "--reports", "reports/other"];
    assert!(fotarig(folder).args(elsewhere).output().unwrap().status.success());
    running.signal(Signal::INT);
    let (output, journal, _) = running.end();
    assert_eq!(output.status.code(), Some(130), "{}", seen(&output));
    assert!(!journal.contains("connect/identity"), "the first run keeps its journal");
}

/// Steps that do not wait, transfers and boots, one after the other for a long time.
const LONG_ROUNDS: [(&str, &str); 3] = [
    ("rounds without a wait", "  - repeat: 100000\n    steps: [{ log: again }, { log: again }]\n"),
    (
        "transfers, one of which is stopped in its middle",
        "  - repeat: 100000
    steps:
      - { send: AT+WDSD=1000, answer: prompt }
      - { transfer: package, answer: '^ERROR$' }
",
    ),
    (
        "boots",
        "  - repeat: 100000
    steps: [{ power: off }, { power: on }, { reboot: 1min }]
",
    ),
];

#[test]
fn rounds_transfers_and_boots_are_interrupted_and_leave_a_line_that_is_free() {
    for (name, steps) in LONG_ROUNDS {
        let teardown = "teardown:\n  - { power: on }\n  - { reboot: 1min }\n  - log: torn down\n";
        let mut running = Running::start(&format!("name: {name}\nsteps:\n{steps}{teardown}"));
        running.until(r#""path":"1.9."#);
        running.signal(Signal::INT);
        let (output, journal, _) = running.end();
        assert_eq!(output.status.code(), Some(130), "{name}: {}", seen(&output));
        let teardown = journal.split_once("teardown_started").expect("it was torn down").1;
        assert!(teardown.contains("torn down"), "{name}: {teardown}");
        assert!(!teardown.contains("complained"), "{name}: {teardown}");
    }
}
