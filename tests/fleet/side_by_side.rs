//! Rigs side by side: none depends on another, neither in what it does nor in how it ends.

use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::bench::{Bench, count};
use crate::program::seen;

/// Six seconds on the module's clock: a quarter, served.
const SHORT: &str = "name: short\nparams: { n: [1, 2, 3, 4, 5, 6] }\nsteps:\n  - send: AT\n  \
                     - wait: 6s\n  - send: AT+CGMM\n";
/// Far longer than its test: simulated time is quick.
const LONG: &str = "name: long\nsteps:\n  - script: |\n      \
                    for n in 0..60000 { send(\"AT\") }\n  - script: |\n      \
                    for n in 0..60000 { send(\"AT\") }\nteardown:\n  - log: torn down\n";
/// The strict schema of the Jenkins xUnit plugin; not part of this repository.
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/junit-10.xsd");

/// What one rig has written.
fn part(journal: &[Value], rig: &str) -> Vec<Value> {
    journal.iter().filter(|entry| entry["on"] == rig).cloned().collect()
}

#[test]
fn what_a_rig_writes_does_not_depend_on_the_others() {
    let bench = Bench::with_virtual(2, "");
    bench.write("short.yaml", SHORT);
    let mut runs = Vec::new();
    for _ in 0..3 {
        let output = bench.run("run short.yaml connect/identity --rig rigs");
        assert!(output.status.success(), "{}", seen(&output));
        runs.push((bench.journal(), bench.junit(), output.stdout));
    }
    let (first, junit, console) = &runs[0];
    assert!(part(first, "desk-0").len() > 50);
    for (journal, other, said) in &runs[1..] {
        for rig in ["desk-0", "desk-1"] {
            assert_eq!(part(journal, rig), part(first, rig));
        }
        assert_eq!((other, said), (junit, console), "reports do not depend on threads");
    }
    assert!(junit.contains(r#"classname="desk-0.short""#), "{junit}");
    assert!(junit.contains(r#"classname="desk-1.short""#), "{junit}");
}

#[test]
fn a_single_rig_is_not_named_in_each_entry() {
    let bench = Bench::with_virtual(1, "");
    bench.write("short.yaml", SHORT);
    let output = bench.run("run short.yaml --rig rigs");
    assert!(output.status.success(), "{}", seen(&output));
    assert!(bench.journal().iter().all(|entry| entry.get("on").is_none()));
    assert!(!seen(&output).contains("desk-0  "), "{}", seen(&output));
}

#[test]
fn a_rig_that_dies_stops_no_other() {
    let mut bench = Bench::with_served(8);
    bench.write("short.yaml", SHORT);
    let run = bench.fotarig("run short.yaml --rig rigs").spawn().expect("our own program");
    bench.until("a test of desk-3", |journal| count(journal, "desk-3", "test_started") == 2);
    bench.kill(3);
    let output = run.wait_with_output().expect("it ends");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    for rig in (0..8).filter(|rig| *rig != 3) {
        assert!(text.contains(&format!("  desk-{rig}  6 passed\n")), "{text}");
    }
    assert!(text.contains("taken out   desk-3: 2 of its tests in a row were broken"), "{text}");
    assert!(text.contains("  desk-3  1 passed, 2 broken, 3 skipped; taken out\n"), "{text}");
    let reason = "the rig `desk-3` was taken out: 2 of its tests in a row were broken";
    assert!(text.contains(reason), "{text}");
    is_valid(&bench);
}

#[test]
fn ctrl_c_reaches_all_rigs() {
    let bench = Bench::with_virtual(4, "");
    bench.write("long.yaml", LONG);
    let run = bench.fotarig("run long.yaml --rig rigs").spawn().expect("our own program");
    let rigs = ["desk-0", "desk-1", "desk-2", "desk-3"];
    bench.until("all rigs at work", |journal| {
        rigs.iter().all(|rig| count(journal, rig, "sent") > 0)
    });
    kill_process(Pid::from_child(&run), Signal::INT).expect("it still runs");
    let output = run.wait_with_output().expect("it ends");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(130), "{text}");
    let journal = bench.journal();
    for rig in rigs {
        assert_eq!(count(&journal, rig, "teardown_started"), 1, "{text}");
        assert_eq!(count(&journal, rig, "logged"), 1, "{rig} was torn down: {text}");
    }
    assert!(text.contains("0 passed, 4 interrupted"), "{text}");
    assert_eq!(text.matches("interrupted: tearing down").count(), 1, "{text}");
}

/// Holds a report against the schema, where there are both.
pub(crate) fn is_valid(bench: &Bench) {
    let path = bench.path("reports/latest/junit.xml");
    let mut check = Command::new("xmllint");
    check.args(["--noout", "--schema", SCHEMA]).arg(path);
    match check.output() {
        Ok(output) if std::path::Path::new(SCHEMA).exists() => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(_) | Err(_) => println!("SKIPPED: it needs xmllint and the schema"),
    }
}
