//! Instruments that rigs share, in one process and in several, also after one was killed.

use std::fs;
use std::io::{BufRead, BufReader};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::bench::{Bench, count, pause};
use crate::program::seen;

const QUICK: &str = "name: quick\nparams: { n: { from: 1, to: 10 } }\nsteps:\n  - send: AT\n";
/// Holds what it has for a while of real time.
const LONG: &str = "name: long\nsteps:\n  - script: |\n      \
                    for n in 0..60000 { send(\"AT\") }\n  - script: |\n      \
                    for n in 0..60000 { send(\"AT\") }\n";

/// The rig of each test, as they began and ended.
fn begun_and_ended(journal: &[Value]) -> Vec<(&str, &str)> {
    let events = ["test_started", "test_ended"];
    let of = |entry: &'_ Value| events.into_iter().find(|it| entry["is"].get(it).is_some());
    let each = journal.iter().filter_map(|entry| Some((entry["on"].as_str()?, of(entry)?)));
    each.collect()
}

#[test]
fn rigs_take_turns() {
    let bench = Bench::with_virtual(4, "shared: [climate-chamber]");
    bench.write("quick.yaml", QUICK);
    let output = bench.run("run quick.yaml --rig rigs");
    assert!(output.status.success(), "{}", seen(&output));
    let journal = bench.journal();
    let turns = begun_and_ended(&journal);
    assert_eq!(turns.len(), 80);
    for turn in turns.chunks(2) {
        assert_eq!([turn[0].1, turn[1].1], ["test_started", "test_ended"]);
        assert_eq!(turn[0].0, turn[1].0, "nobody else had begun meanwhile");
    }
}

#[test]
fn another_process_is_waited_for_and_told() {
    let bench = Bench::with_virtual(1, "shared: [chamber]");
    bench.write("rigs-b/other.yaml", "name: other\nshared: [chamber]\nport: { virtual: {} }\n");
    bench.write("quick.yaml", QUICK);
    bench.write("long.yaml", LONG);
    let mut first = bench.fotarig("run long.yaml --rig rigs --reports first").spawn().unwrap();
    let lock = bench.path("locks/chamber.1.lock");
    let holder = format!("the rig `desk-0` of process {}\n", first.id());
    while fs::read_to_string(&lock).unwrap_or_default() != holder {
        pause();
    }
    // A process that is stopped holds what it has.
    kill_process(Pid::from_child(&first), Signal::STOP).unwrap();
    let second = bench.fotarig("run quick.yaml --rig rigs-b").spawn().unwrap();
    bench.until("the wait is told", |journal| {
        journal.iter().any(|entry| entry["is"].get("waits").is_some())
    });
    assert_eq!(bench.begun().len(), 0);
    // What a killed process has held is free.
    first.kill().unwrap();
    first.wait().unwrap();
    let output = second.wait_with_output().unwrap();
    let text = seen(&output);
    assert!(output.status.success(), "{text}");
    let told = format!("waits       for `chamber`, which {} has", holder.trim());
    assert!(text.contains(&told), "{text}");
    assert_eq!(bench.begun().len(), 10);
}

#[test]
fn a_wait_ends_with_ctrl_c() {
    let bench = Bench::with_virtual(1, "shared: { chamber: 1 }");
    bench.write("quick.yaml", QUICK);
    fs::create_dir_all(bench.path("locks")).unwrap();
    let lock = fs::File::create(bench.path("locks/chamber.1.lock")).unwrap();
    lock.lock().unwrap();
    let run = bench.fotarig("run quick.yaml --rig rigs").spawn().unwrap();
    bench.until("it waits", |journal| {
        count(journal, "", "waits") + journal.len() > 0
            || bench.path("reports/latest/journal.jsonl").exists()
    });
    for _ in 0..20 {
        pause();
    }
    kill_process(Pid::from_child(&run), Signal::INT).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", seen(&output));
    assert!(seen(&output).contains("10 skipped"), "{}", seen(&output));
}

#[test]
fn a_port_in_the_network_is_one_runs_alone() {
    let bench = Bench::new();
    let mut simulate = bench.fotarig("simulate --tcp 127.0.0.1:0").spawn().unwrap();
    let mut ready = String::new();
    BufReader::new(simulate.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let port = ready.split("tcp 127.0.0.1:").nth(1).unwrap().split(',').next().unwrap().to_owned();
    bench.write("a.yaml", &format!("name: a\nport: {{ tcp: '127.0.0.1:{port}' }}\n"));
    bench.write("b.yaml", &format!("name: b\nport: {{ tcp: 'localhost:{port}' }}\n"));
    bench.write("long.yaml", "name: long\nsteps:\n  - send: AT\n  - wait: 1h\n");
    bench.write("quick.yaml", "name: quick\nsteps:\n  - send: AT\n");
    let mut first = bench.fotarig("run long.yaml --rig a.yaml --reports first").spawn().unwrap();
    while !fs::exists(bench.path(&format!("locks/port-127.0.0.1_{port}.1.lock"))).unwrap() {
        pause();
    }
    pause();
    let text = seen(&bench.run("run quick.yaml --rig b.yaml"));
    let holder = format!("is in use by the rig `a` of process {}", first.id());
    assert!(text.contains(&holder), "{text}");
    first.kill().unwrap();
    first.wait().unwrap();
    let output = bench.run("run quick.yaml --rig b.yaml");
    assert!(output.status.success(), "{}", seen(&output));
    simulate.kill().unwrap();
    simulate.wait().unwrap();
}
