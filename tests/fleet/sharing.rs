//! Tests that are shared out: over rigs by what fits them, over hosts by number.

use std::collections::BTreeSet;

use crate::bench::Bench;
use crate::program::seen;

const MANY: &str = "name: many\ntags: [quick]\nparams: { n: { from: 1, to: 20 } }\nsteps:\n  \
                    - send: AT\n";
const SLOW: &str = "name: slow\ntags: [slow]\nsteps:\n  - send: AT\n";
const OTHER: &str = "name: other\nprofile: [hl7800, hl7802]\nsteps:\n  - send: AT\n";
const POWER: &str = "name: power\nsteps:\n  - power: off\n  - power: on\n  - reboot: 60s\n";

#[test]
fn each_test_is_done_once() {
    let bench = Bench::with_virtual(3, "");
    bench.write("many.yaml", MANY);
    let output = bench.run("run many.yaml --rig rigs --spread");
    assert!(output.status.success(), "{}", seen(&output));
    let begun = bench.begun();
    let ids: BTreeSet<_> = begun.iter().map(|(_, id, _)| id).collect();
    assert_eq!((begun.len(), ids.len()), (20, 20), "{}", seen(&output));
}

#[test]
fn what_does_not_fit_goes_elsewhere_or_says_why() {
    let bench = Bench::with_virtual(1, "takes: not slow");
    bench.write("rigs/desk-1.yaml", "name: desk-1\ntakes: slow\nport: { tcp: 'localhost:1' }\n");
    for (name, text) in [("slow", SLOW), ("other", OTHER), ("power", POWER)] {
        bench.write(&format!("{name}.yaml"), text);
    }
    let output = bench.run("run slow.yaml other.yaml power.yaml --rig rigs --spread");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    let rig = |id: &str| bench.begun().into_iter().find(|(_, it, _)| it == id).expect("begun").0;
    assert_eq!((rig("slow").as_str(), rig("power").as_str()), ("desk-1", "desk-0"));
    assert_eq!(rig("other"), "no rig");
    let whys = "no rig can do it: it is for `hl7800` or `hl7802`, and the rig `desk-0` is a \
                `hl78xx`; it is for `hl7800` or `hl7802`, and the rig `desk-1` is a `hl78xx`";
    assert!(text.contains(whys), "{text}");
    // Without --spread each says it for itself.
    let text =
        seen(&bench.run("run slow.yaml power.yaml --rig rigs/desk-0.yaml --rig rigs/desk-1.yaml"));
    assert!(text.contains("desk-0  slow: the rig `desk-0` takes only `not slow`"), "{text}");
    assert!(text.contains("desk-1  power: the rig `desk-1` takes only `slow`"), "{text}");
}

#[test]
fn the_tests_of_a_rig_that_is_taken_out_go_to_another() {
    let mut bench = Bench::with_served(2);
    bench.write("many.yaml", &MANY.replace("- send: AT\n", "- send: AT\n  - wait: 3s\n"));
    bench.kill(0);
    let output = bench.run("run many.yaml --rig rigs --spread");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("20 passed;"), "{text}");
    assert_eq!(text.matches("passed in attempt 2; attempt 1 on desk-0 broken: ").count(), 2);
    assert!(text.contains("taken out   desk-0: 2 of its tests in a row were broken"), "{text}");
    assert!(bench.junit().contains("<flakyError"), "{}", bench.junit());
    crate::side_by_side::is_valid(&bench);
}

#[test]
fn a_test_that_breaks_everywhere_takes_out_one_rig_at_most() {
    let bench = Bench::with_virtual(3, "");
    let broken = "name: broken\nparams: { n: [1, 2, 3] }\nsteps:\n  - expect: '^never$'\n    \
                  within: 1s\n    means: broken\n";
    bench.write("broken.yaml", broken);
    bench.write("many.yaml", MANY);
    let output = bench.run("run broken.yaml many.yaml --rig rigs --spread");
    let text = seen(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("20 passed, 3 broken;"), "{text}");
    assert!(text.matches(": 2 of its tests in a row were broken").count() <= 1, "{text}");
}

#[test]
fn shards_are_disjoint_and_together_whole() {
    let bench = Bench::with_virtual(1, "");
    bench.write("many.yaml", MANY);
    let mut all = Vec::new();
    for shard in 1..=3 {
        let output = bench.run(&format!("run many.yaml --rig rigs --shard {shard}/3"));
        assert!(output.status.success(), "{}", seen(&output));
        assert!(seen(&output).contains(&format!("; shard {shard}/3\n")), "{}", seen(&output));
        all.extend(bench.begun().into_iter().map(|(_, id, _)| id));
    }
    let ids: BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), ids.len()), (20, 20));
    // A host for which nothing is left has not failed.
    let output = bench.run("run many.yaml --rig rigs --shard 30/30");
    assert!(output.status.success(), "{}", seen(&output));
}
