//! The trend page as a person gets it: written of what runs have measured, or refused.

use std::fs;

use crate::program::seen;
use crate::scenarios::Bench;

#[test]
fn measurements_of_runs_become_a_page() {
    let bench = Bench::new();
    for seconds in [5.0, 5.25, 7.5] {
        bench.measures("one", seconds);
        bench.says(&["run", "s", "--history", "h.db"]);
    }
    let trend = ["history", "--history", "h.db", "trend"];
    let told = bench.says(&[&trend[..], &["-o", "trend.html"]].concat());
    assert_eq!(told, "trend.html: 1 measurement\n");
    let page = fs::read_to_string(bench.path("trend.html")).expect("the page is there");
    for part in ["figure (s)", "run 1 (1970-01-01) to run 3 (1970-01-01)", ">5.25 s<"] {
        assert!(page.contains(part), "no {part} in {page}");
    }
    let data = bench.says(&[&trend[..], &["one", "-o", "-", "--format", "json"]].concat());
    assert!(data.contains("\"value\": 7.5"), "{data}");
}

#[test]
fn what_cannot_be_shown_or_written_is_told() {
    let bench = Bench::new();
    bench.measures("one", 5.0);
    bench.says(&["run", "s", "--history", "h.db"]);
    let trend = ["history", "--history", "h.db", "trend"];
    for (words, complaint) in [
        (["nothing", "-o", "trend.html"], "nothing of `nothing` has been measured"),
        (["one", "-o", "s"], "cannot write `s`"),
        (["one", "-o", "none/trend.html"], "cannot write `none/trend.html`"),
    ] {
        let output = bench.run(&[&trend[..], &words].concat());
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(seen(&output).contains(complaint), "{words:?}: {}", seen(&output));
    }
}
