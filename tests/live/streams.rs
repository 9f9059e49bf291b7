//! `--report jsonl=…`: the journal for other programs, whatever they do with it; and `-`.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};

use crate::program::{fotarig, seen};

/// Looks of [`until`], a hundredth of a second apart.
const LOOKS: usize = 6_000;

/// Simulated time is quick, so there must be much of it.
const LONG: &str = "name: long\nsteps:\n  - script: |\n      for n in 0..60000 { send(\"AT\") }\n";

fn run(folder: &Path, arguments: &[&str]) -> Command {
    let mut run = fotarig(folder);
    run.arg("run").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    run
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..LOOKS {
        if is_so() {
            return;
        }
        thread::park_timeout(Duration::from_millis(10));
    }
    panic!("{what} was never so");
}

fn journal(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("reports/latest/journal.jsonl")).expect("a journal")
}

fn end(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    let err = child.stderr.take().expect("a pipe was asked for");
    { err }.read_to_string(&mut said).expect("text");
    (child.wait().expect("it ends").code(), said)
}

#[test]
fn a_reader_that_begins_when_the_run_is_over_gets_everything() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut child = run(folder.path(), &["connect", "--report", "jsonl=-"]).spawn().expect("ours");
    let report = folder.path().join("reports/latest/junit.xml");
    until("the run is over", || report.exists());
    let mut lines = Vec::new();
    child.stdout.take().expect("a pipe").read_to_end(&mut lines).expect("lines");
    let (code, said) = end(child);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("31 passed; "), "the person's report is beside it: {said}");
    assert!(lines.len() > 1 << 17, "more than a pipe holds: {}", lines.len());
    assert!(lines == journal(folder.path()), "all lines, and no other");
}

#[test]
fn a_reader_that_goes_away_is_told_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut child = run(folder.path(), &["connect", "--report", "jsonl=-"]).spawn().expect("ours");
    drop(child.stdout.take());
    let (code, said) = end(child);
    assert_eq!(code, Some(0), "{said}");
    let warning = "warning: the reader of `-` is gone; the run goes on\n";
    assert_eq!(said.matches(warning).count(), 1, "{said}");
    assert!(said.contains("31 passed; "), "{said}");
}

#[test]
fn a_pipe_in_the_file_system_may_have_its_reader_late() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipe = folder.path().join("pipe");
    mknodat(CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
    let child = run(folder.path(), &["connect/identity", "--report", "jsonl=pipe"]).spawn();
    let report = folder.path().join("reports/latest/junit.xml");
    until("the run is over", || report.exists());
    let lines = fs::read(&pipe).expect("lines");
    let (code, said) = end(child.expect("ours"));
    assert_eq!(code, Some(0), "{said}");
    assert!(lines == journal(folder.path()));
}

#[test]
fn a_file_grows_while_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stream = folder.path().join("deep/stream.jsonl");
    fs::write(folder.path().join("long.yaml"), LONG).expect("a scenario");
    let child = run(folder.path(), &["long.yaml", "--report", "jsonl=deep/stream.jsonl"]).spawn();
    let child = child.expect("ours");
    let has = |text: &str| fs::read_to_string(&stream).is_ok_and(|lines| lines.contains(text));
    until("the command is in the stream", || has(r#""sent":"AT\r""#));
    assert!(!has("run_ended"), "the run goes on");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let (code, said) = end(child);
    assert_eq!(code, Some(130), "{said}");
    assert!(fs::read(&stream).expect("lines") == journal(folder.path()));
}

#[test]
fn one_report_stands_alone_on_standard_output() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(folder.path(), &["connect/identity", "--report", "junit=-"]).output();
    let output = output.expect("ours");
    let file = fs::read(folder.path().join("reports/latest/junit.xml")).expect("a report");
    assert!(output.stdout == file, "{}", seen(&output));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = "reports/latest/junit.xml\nreports/latest/journal.jsonl\n";
    assert!(said.starts_with("passed  ") && said.ends_with(last), "{said}");
    let mut again = fotarig(folder.path());
    let again = again.args(["report", "reports/latest/journal.jsonl", "--report", "junit=-"]);
    let again = again.output().expect("ours");
    assert!(again.stdout == file && !again.stderr.is_empty(), "{}", seen(&again));
}

#[test]
fn what_cannot_be_streamed_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stopped = |arguments: &[&str], words: &str| {
        let output = run(folder.path(), arguments).output().expect("ours");
        let said = seen(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words) && said.contains("help: "), "{said}");
    };
    let two = ["--report", "jsonl=-", "--report", "junit=/dev/stdout"];
    stopped(&two, "a report goes to standard output already");
    stopped(&["--report", "jsonl=reports/latest/journal.jsonl"], "it is the journal of this run");
    stopped(&["--report", "jsonl=x", "--report", "junit=x"], "another report of this command");
    stopped(&["--report", "jsonl=x", "--report", "jsonl=./x"], "another report of this command");
    stopped(&["--report", "jsonl=."], "cannot write `.`");
    assert!(!folder.path().join("x").exists(), "nothing stays behind");
}
