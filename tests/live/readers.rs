//! Standard error that takes nothing: the run ends in its usual time, and loses no line.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Stdio;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::program::fotarig;
use crate::terminal::Terminal;

/// Ctrl-S and Ctrl-Q, with which a person stops a terminal and lets it go on.
const STOP: &[u8] = b"\x13";
const GO_ON: &[u8] = b"\x11";
/// The tests of `connect/reboot`, and more.
const TESTS: usize = 31;

fn has_reports(folder: &Path) -> bool {
    folder.join("reports/latest/junit.xml").exists()
}

/// The lines of tests that have passed.
fn passed(lines: &[String]) -> usize {
    lines.iter().filter(|line| line.starts_with("passed  ") && !line.contains(" more ")).count()
}

#[test]
fn a_terminal_that_is_stopped_keeps_no_run_waiting_and_shows_all_later() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut run = fotarig(folder.path());
    run.args(["run", "connect"]);
    let mut terminal = Terminal::after(STOP, run, (60, 100));
    while !has_reports(folder.path()) {
        assert!(terminal.runs(), "it ends when its last words are read");
    }
    assert_eq!(passed(&terminal.lines()), 0, "nothing was shown so far");
    terminal.type_in(GO_ON);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with(&format!("{TESTS} passed; "))), "{lines:#?}");
    let folded = lines.iter().filter(|line| line.contains(" more test")).count();
    assert!(passed(&lines) + folded >= TESTS - 1, "no line is lost: {lines:#?}");
}

#[test]
fn a_pipe_that_nobody_reads_is_given_up_in_the_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut reader, mut writer) = io::pipe().expect("a pipe");
    let usual = fcntl_getfl(&writer).expect("its flags");
    fcntl_setfl(&writer, usual | OFlags::NONBLOCK).expect("it blocks no more");
    let mut filled = 0;
    while let Ok(count) = writer.write(&[b'.'; 4096]) {
        filled += count;
    }
    fcntl_setfl(&writer, usual).expect("it blocks again");
    let mut run = fotarig(folder.path());
    run.args(["run", "connect/identity"]).stdout(Stdio::piped()).stderr(writer);
    let child = run.spawn().expect("our own program");
    // It has the other end of the pipe.
    drop(run);
    let output = child.wait_with_output().expect("it ends");
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}");
    assert!(out.starts_with("1 passed; "), "{out}");
    let mut pipe = Vec::new();
    reader.read_to_end(&mut pipe).expect("what was in the pipe");
    assert_eq!(pipe.len(), filled, "nothing was written");
}

#[test]
fn somebody_who_reads_only_the_first_line_gets_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut reader, writer) = io::pipe().expect("a pipe");
    let mut run = fotarig(folder.path());
    run.args(["run", "connect"]);
    run.stdout(writer.try_clone().expect("the same pipe")).stderr(writer);
    let mut child = run.spawn().expect("our own program");
    drop(run);
    let mut first = [0; 12];
    reader.read_exact(&mut first).expect("the start of a line");
    drop(reader);
    assert_eq!(&first, b"passed      ");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let junit = fs::read_to_string(folder.path().join("reports/latest/junit.xml"));
    assert!(junit.expect("a report").contains(&format!("tests=\"{TESTS}\"")));
}
