//! What becomes of results when a run is killed, its disk is full or its folder goes away.

#![cfg(unix)]

#[path = "../support/program.rs"]
mod program;

mod disk;
mod killed;
mod removed;

use std::fs;
use std::path::Path;
use std::process::Output;

use fotarig::journal::{self, Event};

use program::{fotarig, seen};

const JOURNAL: &str = "reports/latest/journal.jsonl";

/// Forty tests with some traffic, of which each tenth fails.
const MANY: &str = r"
name: many
params: { part: { from: 1, to: 40 } }
steps:
  - repeat: 12
    steps: [ { send: AT+CGMR, expect: 'HL7800' } ]
  - script: |
      if part % 10 == 0 { fail(`part ${part} is one of those that fail`) }
teardown:
  - send: AT+CFUN=4
";

/// What the person's report of a whole run of [`MANY`] ends with.
const MANY_CAME_TO: &str = "36 passed, 4 failed";

/// What a journal holds, up to its last whole line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Held {
    begun: usize,
    ended: usize,
    is_at_end: bool,
}

/// Reads a journal that may end anywhere; nothing when not even its header is whole.
fn held(journal: &Path) -> Option<Held> {
    let bytes = fs::read(journal).ok()?;
    let lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    if lines.clone().count() == 0 {
        return None;
    }
    let (mut held, mut entries) = (Held::default(), 0);
    let read = journal::read(bytes.as_slice(), |entry| {
        entries += 1;
        match entry.is {
            Event::TestStarted(_) => held.begun += 1,
            Event::TestEnded { .. } => held.ended += 1,
            Event::RunEnded { .. } => held.is_at_end = true,
            _ => {}
        }
    });
    read.expect("a journal is readable up to its last whole line");
    assert_eq!(entries, lines.count() - 1, "each whole line is an entry");
    Some(held)
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file of the test");
}

/// Runs the program to its end.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, Output) {
    let output = fotarig(folder).args(arguments).output().expect("our own program");
    (output.status.code(), output)
}
