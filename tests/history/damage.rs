//! Files that are no history any more, or cannot be written: never a reason to lose a run.

use std::fs;

use rusqlite::Connection;

use crate::program::seen;
use crate::scenarios::Bench;

const HISTORY: &str = "history.db";

/// Runs with this history; the run must pass. What it says.
fn run(bench: &Bench, history: &str) -> String {
    let output = bench.run(&["run", "s", "--history", history]);
    assert_eq!(output.status.code(), Some(0), "{}", seen(&output));
    seen(&output)
}

fn set_aside(bench: &Bench) -> Vec<String> {
    let names = fs::read_dir(bench.folder()).expect("a folder").flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains(".broken-")).collect()
}

#[test]
fn a_damaged_file_is_set_aside_and_a_new_one_begins() {
    let rubbish: Vec<u8> =
        (0..20_000_u32).map(|byte| ((byte * 7919) >> 3).to_le_bytes()[0]).collect();
    let mut half = Vec::new();
    {
        let bench = Bench::new();
        run(&bench, HISTORY);
        half.extend(fs::read(bench.path(HISTORY)).expect("a history"));
    }
    let mut torn = half.clone();
    torn[4_096..].iter_mut().enumerate().for_each(|(at, byte)| *byte = at.to_le_bytes()[0]);
    half.truncate(half.len() / 2 + 100);
    for bytes in [rubbish, half, torn] {
        let bench = Bench::new();
        bench.write(HISTORY, &bytes);
        let said = run(&bench, HISTORY);
        assert!(said.contains("warning: the history `history.db` was damaged"), "{said}");
        let aside = set_aside(&bench);
        assert_eq!(aside.len(), 1, "{aside:?}");
        assert_eq!(fs::read(bench.path(&aside[0])).expect("the damaged file"), bytes);
        let said = run(&bench, HISTORY);
        assert!(!said.contains("warning"), "{said}");
        assert_eq!(bench.lists(HISTORY).len(), 2);
    }
}

#[test]
fn an_empty_file_becomes_a_history() {
    let bench = Bench::new();
    bench.write(HISTORY, "");
    assert!(!run(&bench, HISTORY).contains("warning"));
    assert_eq!(bench.lists(HISTORY).len(), 1);
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let bench = Bench::new();
    let text = fs::read(bench.path("s/one.yaml")).expect("a scenario");
    let said = run(&bench, "s/one.yaml");
    assert!(said.contains("it is a file of another program"), "{said}");
    assert_eq!(fs::read(bench.path("s/one.yaml")).expect("a scenario"), text);
    let other = Connection::open(bench.path("other.db")).expect("a database");
    other.execute_batch("CREATE TABLE theirs (x)").expect("a table");
    drop(other);
    let said = run(&bench, "other.db");
    assert!(said.contains("it is a file of another program"), "{said}");
    assert_eq!(set_aside(&bench), Vec::<String>::new());
}

#[test]
fn a_later_version_is_left_alone() {
    let bench = Bench::new();
    run(&bench, HISTORY);
    let later = Connection::open(bench.path(HISTORY)).expect("a database");
    later.pragma_update(None, "user_version", 99).expect("it is written");
    drop(later);
    let said = run(&bench, HISTORY);
    assert!(said.contains("a later fotarig wrote it, in version 99"), "{said}");
    let output = bench.run(&["history", "--history", HISTORY]);
    assert_eq!(output.status.code(), Some(2));
    assert!(set_aside(&bench).is_empty());
}

#[test]
fn a_folder_and_a_place_that_cannot_be_are_told() {
    let bench = Bench::new();
    fs::create_dir(bench.path("folder.db")).expect("a folder");
    let said = run(&bench, "folder.db");
    assert!(said.contains("warning") && said.contains("it is a folder"), "{said}");
    let said = run(&bench, "s/one.yaml/history.db");
    assert!(said.contains("warning"), "{said}");
    assert_eq!(said.matches("warning").count(), 1, "{said}");
}

#[test]
fn a_file_that_is_locked_for_long_does_not_hold_a_run_up() {
    let bench = Bench::new();
    run(&bench, HISTORY);
    let mut other = Connection::open(bench.path(HISTORY)).expect("a database");
    let lock = other
        .transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)
        .expect("the lock is free");
    let mut child = crate::program::fotarig(bench.folder())
        .args(["run", "s", "--history", HISTORY])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("our own program can be started");
    // It gives its row up after a while and goes on; the end then waits for longer.
    let mut said = String::new();
    let stderr = child.stderr.take().expect("it is piped");
    let mut lines = std::io::BufReader::new(stderr);
    while !said.contains("passed      two") {
        if std::io::BufRead::read_line(&mut lines, &mut said).expect("it is text") == 0 {
            break;
        }
    }
    assert!(said.contains("passed      two"), "{said}");
    drop(lock);
    assert!(child.wait().expect("it ends").success());
    let runs = bench.lists(HISTORY);
    assert_eq!(runs.len(), 2, "{runs:?}");
    assert!(runs[1].contains("2 passed"), "{runs:?}");
}

#[test]
fn what_is_not_there_is_told_with_a_remedy() {
    let bench = Bench::new();
    for words in [&["history"][..], &["compare"], &["run", "s", "--failed=7", "--dry-run"]] {
        let output = bench.run(words);
        let said = seen(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("cannot read the history")
                && said.contains("help: `fotarig run` writes one"),
            "{said}"
        );
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let bench = Bench::new();
    bench.write("s/one.yaml", "name: it\nparams: { n: [\"\\e[31m\"] }\nsteps:\n  - send: AT\n");
    bench.fails("two");
    bench.run(&["run", "s", "--history", HISTORY]);
    for words in [&["of", "*"][..], &["list"], &["show"]] {
        let words = [&["history", "--history", HISTORY], words].concat();
        let said = bench.says(&words);
        assert!(!said.contains('\u{1b}'), "{said:?}");
    }
}
