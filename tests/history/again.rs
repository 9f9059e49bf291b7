//! `fotarig run --failed`: what did not pass last time, and nothing else.

use crate::program::seen;
use crate::scenarios::Bench;

#[test]
fn only_what_did_not_pass_is_run_again() {
    let bench = Bench::new();
    bench.fails("two");
    assert_eq!(bench.run(&["run", "s"]).status.code(), Some(1));
    let plan = bench.says(&["run", "s", "--failed", "--dry-run"]);
    assert!(plan.contains("two") && !plan.contains("one"), "{plan}");
    bench.passes("two");
    let said = bench.says(&["run", "s", "--failed"]);
    assert!(said.contains("1 passed;"), "{said}");
    let said = bench.says(&["run", "s", "--failed"]);
    assert!(said.contains("everything passed, so there is nothing to do"), "{said}");
    assert_eq!(bench.lists("reports/history.db").len(), 2, "nothing was moved, so it is no run");
    let said = bench.says(&["run", "s", "--failed=1"]);
    assert!(said.contains("1 passed;"), "{said}");
}

#[test]
fn what_is_no_longer_there_is_told() {
    let bench = Bench::new();
    bench.fails("one");
    bench.fails("two");
    bench.run(&["run", "s"]);
    let output = bench.run(&["run", "s/two.yaml", "--failed"]);
    let said = seen(&output);
    assert!(
        said.contains("warning: run 1 of") && said.contains("not here any more: `one`"),
        "{said}"
    );
    assert!(said.contains("0 passed, 1 failed"), "{said}");
    let output = bench.run(&["run", "connect/identity", "--failed"]);
    let said = seen(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("of the 1 that did not pass none is here"), "{said}");
    assert!(said.contains("it was `run s/two.yaml --failed`"), "{said}");
}

#[test]
fn a_test_is_run_again_on_its_rig() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("rigs")).expect("a folder");
    for rig in ["desk-1", "desk-2"] {
        bench.write(
            &format!("rigs/{rig}.yaml"),
            format!("name: {rig}\nport: {{ virtual: {{}} }}\n"),
        );
    }
    let script = "if rig.name == \"desk-2\" { fail(\"not here\") }";
    bench.write("s/one.yaml", format!("name: it\nsteps:\n  - script: '{script}'\n"));
    bench.run(&["run", "s", "--rig", "rigs"]);
    let again = bench.run(&["run", "s", "--rig", "rigs", "--failed"]);
    let said = seen(&again);
    assert!(said.contains("desk-2  one") && said.contains("0 passed, 1 failed"), "{said}");
}
