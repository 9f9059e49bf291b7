//! Retries and quarantine: everything that is forgiven is told.

use std::fs;

use crate::bench::Bench;
use crate::program::seen;
use crate::side_by_side::is_valid;

/// Passes on some seeds only: the module's noise differs with each attempt.
const OFTEN_WRONG: &str = "name: often wrong\nparams: { n: { from: 1, to: 12 } }\nsteps:\n  \
                           - script: |\n      for n in 0..30 { send(\"AT+CGMM\") }\n";
const WRONG: &str = "name: wrong\nsteps:\n  - send: AT+NONSENSE\n";
const RIGHT: &str = "name: right\nsteps:\n  - send: AT\n";
const BROKEN: &str =
    "name: broken\nsteps:\n  - expect: '^never$'\n    within: 1s\n    means: broken\n";

fn rough() -> Bench {
    let bench = Bench::new();
    bench.write("rig.yaml", "name: rough\nport: { virtual: { noise: rough } }\n");
    bench.write("often.yaml", OFTEN_WRONG);
    bench
}

#[test]
fn what_passes_later_is_flaky() {
    let bench = rough();
    let output = bench.run("run often.yaml --rig rig.yaml --retries 9");
    let text = seen(&output);
    assert!(output.status.success(), "{text}");
    let attempts = bench.begun();
    let retried = attempts.iter().filter(|(_, _, attempt)| *attempt == 2).count();
    assert!(retried > 0 && attempts.len() > 12, "{text}");
    assert!(text.contains(&format!("12 passed, {retried} flaky; ")), "{text}");
    assert_eq!(text.matches("flaky       often[n=").count(), retried, "{text}");
    let junit = bench.junit();
    assert!(junit.contains("<flakyFailure") && junit.contains(r#"tests="12""#), "{junit}");
    is_valid(&bench);
    // The journal says it all.
    let report = bench.run("report reports/latest/journal.jsonl --report junit=again.xml");
    assert!(seen(&report).contains(&format!("12 passed, {retried} flaky; ")), "{}", seen(&report));
    assert_eq!(fs::read_to_string(bench.path("again.xml")).expect("a report"), junit);

    let strict = bench.run("run often.yaml --rig rig.yaml --retries 9 --flaky fail");
    let text = seen(&strict);
    assert_eq!(strict.status.code(), Some(1), "{text}");
    assert!(text.contains(&format!("{} passed, {retried} failed; ", 12 - retried)), "{text}");
    let why = "flaky: passed in attempt 2 only, and --flaky is `fail`";
    assert!(text.contains(why), "{text}");
    assert!(bench.junit().contains("<rerunFailure"), "{}", bench.junit());
    is_valid(&bench);
}

#[test]
fn only_what_is_asked_for_is_tried_again() {
    let bench = Bench::with_virtual(1, "");
    bench.write("wrong.yaml", WRONG);
    bench.write("broken.yaml", BROKEN);
    let attempts = |arguments: &str| {
        let output = bench.run(&format!("run wrong.yaml broken.yaml --rig rigs {arguments}"));
        assert_eq!(output.status.code(), Some(3), "{}", seen(&output));
        let of = |id: &str| bench.begun().iter().filter(|(_, it, _)| it == id).count();
        (of("wrong"), of("broken"))
    };
    assert_eq!(attempts(""), (1, 1));
    assert_eq!(attempts("--retries 2"), (3, 1));
    assert_eq!(attempts("--retries 2 --retry-if within.1.s"), (1, 3));
    assert_eq!(attempts("--retries 2 --retry-if (?i)elsewhere"), (1, 1));
}

#[test]
fn a_failure_in_quarantine_is_skipped_and_a_pass_is_told() {
    let bench = Bench::with_virtual(2, "");
    bench.write("wrong.yaml", WRONG);
    bench.write("right.yaml", RIGHT);
    let quarantine = "- { test: wr*, reason: ticket 7, until: 2030-01-01 }\n\
                      - { test: right, rig: desk-1, reason: ticket 8, until: 2030-01-01 }\n\
                      - { test: right, reason: ticket 9, until: 1960-01-01 }\n\
                      - { test: gone/away, reason: ticket 1, until: 2030-01-01 }\n";
    bench.write("quarantine.yaml", quarantine);
    let output = bench.run("run right.yaml wrong.yaml --rig rigs --quarantine quarantine.yaml");
    let text = seen(&output);
    assert!(output.status.success(), "{text}");
    let expected = [
        "2 passed, 2 skipped; ",
        "skipped     desk-0  wrong: in quarantine: ticket 7 (until 2030-01-01)",
        "passed      desk-1  right: it passed, so it could leave the quarantine: ticket 8",
        "warning: quarantine.yaml:3: the quarantine of `right` ended on 1960-01-01",
        "warning: quarantine.yaml:4: `gone/away` is in quarantine, but no test of this run fits",
    ];
    for words in expected {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("passed      desk-0  right: it"), "{text}");
    is_valid(&bench);
}
