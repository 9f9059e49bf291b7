//! What is refused before anything moves.

use crate::bench::Bench;
use crate::program::seen;

#[test]
fn wrong_rigs_and_options_are_refused_with_a_remedy() {
    let bench = Bench::with_virtual(2, "");
    bench.write("a.yaml", "name: a\nsteps:\n  - send: AT\n");
    bench.write("twin.yaml", "name: desk-1\nport: { virtual: {} }\n");
    bench.write("one.yaml", "name: one\nport: { serial: /dev/ttyX }\n");
    bench.write("two.yaml", "name: two\nport:\n  serial: /dev/../dev/ttyX\n");
    bench.write("three.yaml", "name: three\nport: { serial: /dev/ttyX }\n");
    bench.write("takes.yaml", "name: t\ntakes: a b\nport: { virtual: {} }\n");
    bench.write("empty/readme.md", "nothing");
    bench.write("quarantine.yaml", "- { test: a, reason: '', until: tomorrow }\n- { tset: b }\n");
    let wrong = [
        ("--rig rigs --rig twin.yaml", "the rig `desk-1` of `rigs/desk-1.yaml` has the same name"),
        ("--rig rigs --rig rigs/desk-0.yaml", "the rig file `rigs/desk-0.yaml` was named twice"),
        ("--rig one.yaml --rig three.yaml", "the rig `one` of `one.yaml` has the same port"),
        ("--rig empty", "there are no rig files in `empty`"),
        ("--rig takes.yaml", "`takes`: `b` is not expected there"),
        ("--rig rigs --dry-run", "--dry-run shows the plan of one rig, but here are 2"),
        ("--shard 0/3", "write `2/8` for the second of eight hosts"),
        ("--retries 21", "21 is not in 0..=20"),
        ("--retry-if x", "--retries"),
        ("--retries 1 --retry-if (", "unclosed group"),
        ("--flaky maybe", "possible values: pass, fail"),
        ("--quarantine quarantine.yaml", "this reason says nothing"),
        ("--quarantine quarantine.yaml", "`tomorrow` is not a date"),
        ("--quarantine quarantine.yaml", "did you mean `test`?"),
        ("--quarantine a.yaml", "a quarantine file is a list"),
    ];
    for (arguments, expected) in wrong {
        let output = bench.run(&format!("run a.yaml {arguments}"));
        let text = seen(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {text}");
        assert!(text.contains(expected), "{arguments}: {expected}\n{text}");
        assert!(!bench.path("reports").exists(), "{arguments}: nothing was moved");
    }
    let prove = bench.run("prove a.yaml --rig rigs");
    assert!(seen(&prove).contains("this needs one rig, but here are 2"), "{}", seen(&prove));
}
