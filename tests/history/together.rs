//! Many processes with one file, and processes that end in the middle.

use std::process::{Child, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use crate::program::fotarig;
use crate::scenarios::Bench;

const HISTORY: &str = "history.db";

fn begin(bench: &Bench, number: usize) -> Child {
    let reports = format!("reports-{number}");
    fotarig(bench.folder())
        .args(["run", "s", "--history", HISTORY, "--reports", &reports])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("our own program can be started")
}

#[expect(clippy::disallowed_methods, reason = "a kill comes at some moment of real time")]
fn pause(length: Duration) {
    std::thread::sleep(length);
}

fn is_whole(bench: &Bench) -> bool {
    let connection = Connection::open(bench.path(HISTORY)).expect("a database");
    let said: String = connection
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .expect("an answer");
    said == "ok"
}

#[test]
fn twenty_runs_at_once_are_all_there() {
    let bench = Bench::new();
    let runs: Vec<Child> = (0..20).map(|number| begin(&bench, number)).collect();
    for run in runs {
        let output = run.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("warning"), "{said}");
    }
    let runs = bench.lists(HISTORY);
    assert_eq!(runs.len(), 20, "{runs:#?}");
    assert!(runs.iter().all(|run| run.contains("passed  2 passed")), "{runs:#?}");
    assert!(is_whole(&bench));
}

#[test]
fn a_run_that_is_killed_is_in_the_history_all_the_same() {
    let bench = Bench::new();
    // A module that says nothing in real time, so that the run is still there when it is killed.
    bench.write("s/slow.yaml", "name: slow\nsteps:\n  - { expect: '^never$', within: 10min }\n");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    bench.write("rig.yaml", format!("name: desk\nport: {{ tcp: \"127.0.0.1:{port}\" }}\n"));
    let mut run = fotarig(bench.folder())
        .args(["run", "s/slow.yaml", "s/one.yaml", "--rig", "rig.yaml", "--reports", "reports"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("our own program can be started");
    let (connection, _) = listener.accept().expect("the run opens its port");
    let history = "reports/history.db";
    let underway = bench.lists(history);
    assert!(underway[0].contains("underway") && underway[0].contains("2 planned"), "{underway:?}");
    run.kill().expect("it is killed");
    run.wait().expect("it ends");
    drop(connection);
    let killed = bench.lists(history);
    assert!(killed[0].contains("killed"), "{killed:?}");
    assert!(killed[0].contains("1 interrupted, 1 never begun"), "{killed:?}");
    let shown = bench.says(&["history", "--history", history, "show"]);
    assert!(shown.contains("interrupted  desk  slow"), "{shown}");
    assert!(shown.contains("never begun  desk  one"), "{shown}");
    // What it did not do can be done on another rig of that name.
    bench.write("rig.yaml", "name: desk\nport: { virtual: {} }\n");
    let words = ["run", "s", "--failed", "--history", history, "--rig", "rig.yaml"];
    let again = bench.run(&words);
    let said = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(said.contains("1 passed, 1 failed"), "{said}");
}

#[test]
fn a_kill_at_any_moment_leaves_the_file_whole() {
    let bench = Bench::new();
    for round in 0..15_u64 {
        let mut run = begin(&bench, 0);
        let mut output = run.stderr.take().expect("it is piped");
        pause(Duration::from_millis(5 + round * 7));
        let _ = run.kill();
        run.wait().expect("it ends");
        let _ = std::io::copy(&mut output, &mut std::io::sink());
    }
    assert!(bench.run(&["run", "s", "--history", HISTORY]).status.success());
    assert!(is_whole(&bench));
    let runs = bench.lists(HISTORY);
    assert!(runs.last().expect("the last run").contains("2 passed"), "{runs:#?}");
    assert!(!runs.iter().any(|run| run.contains("underway")), "{runs:#?}");
}

#[test]
fn the_oldest_runs_are_forgotten_and_numbers_do_not_return() {
    let bench = Bench::new();
    for _ in 0..5 {
        bench.says(&["run", "s", "--history", HISTORY, "--retain", "3"]);
    }
    let runs = bench.lists(HISTORY);
    let numbers: Vec<&str> = runs.iter().filter_map(|run| run.split_whitespace().next()).collect();
    assert_eq!(numbers, ["3", "4", "5"]);
    let connection = Connection::open(bench.path(HISTORY)).expect("a database");
    let count = "SELECT count(DISTINCT run) FROM test";
    let left: i64 = connection.query_row(count, [], |row| row.get(0)).expect("a count");
    assert_eq!(left, 3);
}

#[test]
fn a_journal_is_added_once() {
    let bench = Bench::new();
    bench.fails("two");
    bench.run(&["run", "s", "--no-history", "--reports", "far"]);
    assert!(!bench.path("far/history.db").exists());
    let add = || bench.says(&["history", "--history", HISTORY, "add", "far/journal.jsonl"]);
    assert_eq!(add(), "far/journal.jsonl is run 1\n");
    assert_eq!(add(), "far/journal.jsonl is there already, as run 1\n");
    assert!(bench.lists(HISTORY)[0].contains("1 passed, 1 failed"));
}
