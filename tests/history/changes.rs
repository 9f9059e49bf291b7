//! `fotarig compare`: what has changed, and what that points to.

use crate::program::seen;
use crate::scenarios::Bench;

#[test]
fn a_new_failure_is_told_with_its_cause_and_a_fixed_one_too() {
    let bench = Bench::new();
    bench.fails("two");
    bench.run(&["run", "s"]);
    bench.fails("one");
    bench.passes("two");
    bench.run(&["run", "s"]);
    let said = bench.says(&["compare"]);
    assert!(
        said.contains("new failures (1)\n  virtual  one: `no` did not come within 1 s"),
        "{said}"
    );
    assert!(said.contains("it passed in the run before, with this package"), "{said}");
    assert!(said.contains("fixed (1)\n  virtual  two, it was: `no`"), "{said}");
    assert_eq!(bench.run(&["compare", "--strict"]).status.code(), Some(1));
    let said = bench.says(&["compare", "2", "2", "--strict"]);
    assert!(said.contains("still failing (1)"), "{said}");
}

#[test]
fn rigs_of_one_run_tell_firmware_from_rig() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("rigs")).expect("a folder");
    for rig in ["desk-1", "desk-2"] {
        bench.write(
            &format!("rigs/{rig}.yaml"),
            format!("name: {rig}\nport: {{ virtual: {{}} }}\n"),
        );
    }
    bench.run(&["run", "s", "--rig", "rigs"]);
    bench.fails("one");
    let script = "if rig.name == \"desk-2\" { fail(\"not here\") }";
    bench.write("s/two.yaml", format!("name: it\nsteps:\n  - script: '{script}'\n"));
    bench.run(&["run", "s", "--rig", "rigs"]);
    let said = bench.says(&["compare"]);
    assert!(said.contains("points to the firmware: it fails on desk-2 too"), "{said}");
    assert!(said.contains("points to the rig: it passes on desk-1"), "{said}");
}

#[test]
fn on_a_virtual_rig_with_one_seed_every_difference_is_one() {
    let bench = Bench::new();
    bench.measures("one", 10.0);
    bench.run(&["run", "s"]);
    bench.run(&["run", "s"]);
    let said = bench.says(&["compare", "--strict"]);
    assert!(!said.contains("moved") && said.contains("as usual"), "{said}");
    bench.measures("one", 14.0);
    bench.run(&["run", "s"]);
    let said = bench.says(&["compare"]);
    assert!(said.contains("measurements that moved (1)"), "{said}");
    assert!(said.contains("+40 %  virtual  one: figure  10.0 → 14.0 s"), "{said}");
    assert_eq!(bench.run(&["compare", "--strict"]).status.code(), Some(1));
    let said = bench.says(&["compare", "--least", "50"]);
    assert!(!said.contains("moved"), "{said}");
}

#[test]
fn where_runs_differ_by_chance_it_takes_some_to_tell() {
    let bench = Bench::new();
    for (seed, seconds) in (1_u32..).zip([10.0, 10.1, 9.9, 10.05, 9.95, 10.0]) {
        bench.measures("one", seconds);
        bench.run(&["run", "s/one.yaml", "--seed", &seed.to_string()]);
    }
    let said = bench.says(&["compare"]);
    assert!(said.contains("1 measurement is as usual"), "{said}");
    let said = bench.says(&["compare", "1", "2"]);
    assert!(said.contains("1 cannot be judged: that takes 4 runs"), "{said}");
    bench.measures("one", 14.0);
    bench.run(&["run", "s/one.yaml", "--seed", "70"]);
    let said = bench.says(&["compare"]);
    assert!(said.contains("measurements that moved (1)"), "{said}");
    assert!(said.contains("against 6 runs, p "), "{said}");
    let said = bench.says(&["compare", "1", "7"]);
    assert!(
        said.contains("different, but too few runs to tell whether that is usual (1)"),
        "{said}"
    );
}

#[test]
fn the_last_run_is_compared_with_one_that_did_the_same() {
    let bench = Bench::new();
    bench.run(&["run", "s"]);
    bench.run(&["run", "s/one.yaml"]);
    bench.run(&["run", "s"]);
    let said = bench.says(&["compare"]);
    assert!(said.starts_with("old  1") && said.contains("2 of the 2 tests"), "{said}");
    let output = bench.run(&["compare", "latest"]);
    assert!(seen(&output).contains("`latest` is no run"), "{}", seen(&output));
    let output = bench.run(&["compare", "77"]);
    assert!(seen(&output).contains("there is no run `77`"), "{}", seen(&output));
}

#[test]
fn journals_need_no_history() {
    let bench = Bench::new();
    bench.run(&["run", "s", "--no-history", "--reports", "a"]);
    bench.fails("one");
    bench.run(&["run", "s/one.yaml", "--no-history", "--reports", "b"]);
    let said = bench.says(&["compare", "a/journal.jsonl", "b/journal.jsonl"]);
    assert!(said.contains("new failures (1)") && said.contains("missing tests (1)"), "{said}");
    let json = bench.says(&["compare", "a/journal.jsonl", "b/journal.jsonl", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(value["comparison"]["changes"][0]["kind"], "new_failure");
}
