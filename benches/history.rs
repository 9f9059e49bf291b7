//! A history of 1,000 runs with 314 tests each: its size, and how long people wait for it.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fotarig::comparison::Comparison;
use fotarig::fault::Verdict;
use fotarig::history::{Bench, Counts, Done, Head, History, Record, Sample, State};

const RUNS: u32 = 1_000;
const TESTS: u32 = 314;
const SAMPLES: u32 = 20;

/// A night: its values differ from night to night by a tenth.
fn night(run: u32) -> Record {
    let value = |test: u32, sample: u32| {
        let noise = (run * 7919 + test * 104_729 + sample * 1_299_709) % 1_000;
        f64::from(10 + sample) * (1.0 + f64::from(noise) / 10_000.0)
    };
    let sample = |test, number| Sample {
        kind: "latency".to_owned(),
        name: format!("send AT+WDSS=1,{number}: +WDSI: {number}"),
        unit: "s".to_owned(),
        value: value(test, number),
        at_least: None,
        at_most: Some(60.0),
    };
    let test = |test: u32| Done {
        rig: "desk".to_owned(),
        id: format!("update/scenario-{}[cut={test}]", test / 5),
        scenario: format!("update/scenario-{}", test / 5),
        verdict: Some(if (run + test).is_multiple_of(97) {
            Verdict::Failed
        } else {
            Verdict::Passed
        }),
        cause: None,
        took: Duration::from_secs(60),
        attempts: 1,
        flaky: false,
        firmware: Some(("HL7800.4.5.4.0".to_owned(), "HL7800.4.6.9.4".to_owned())),
        samples: (0..SAMPLES).map(|number| sample(test, number)).collect(),
    };
    let port = "/dev/ttyUSB2".to_owned();
    let rig = Bench { name: "desk".to_owned(), profile: "hl78xx".to_owned(), port, gone: None };
    let head = Head {
        state: State::Told,
        started: format!("2030-01-01T00:00:00.{run:03}Z"),
        verdict: Some(Verdict::Failed),
        counts: Counts { passed: u64::from(TESTS), ..Counts::default() },
        rigs: vec![rig],
        ..Head::default()
    };
    Record { head, tests: (0..TESTS).map(test).collect() }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn timed<T>(what: &str, deed: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let value = deed();
    println!("{what:<40} {:>9.1} ms", begun.elapsed().as_secs_f64() * 1e3);
    value
}

fn size(path: &Path) {
    let bytes = fs::metadata(path).expect("a file").len();
    println!("{:<40} {:>9} kB", "size", bytes / 1_000);
}

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("history.db");
    let keep = || History::keep(&path, Duration::from_secs(5)).expect("a history");
    timed("1,000 runs put in", || {
        let mut history = keep();
        for run in 0..RUNS {
            history.complete(None, &night(run)).expect("it is written");
        }
    });
    size(&path);
    let record = night(RUNS);
    timed("one more run: begun, completed, retained", || {
        let mut history = keep();
        let number = history.begin(&record.head, &[]).expect("it is written");
        history.complete(Some(number), &record).expect("it is written");
        history.retain(RUNS).expect("it is written");
    });
    let history = History::look(&path).expect("a history");
    timed("list of 20", || history.heads(Some(20)).expect("runs"));
    timed("list of all", || history.heads(None).expect("runs"));
    timed("one run", || history.record(i64::from(RUNS)).expect("a run"));
    timed("one scenario through 40 runs", || {
        history.courses("update/scenario-7", 40).expect("runs")
    });
    timed("flaky, 100 runs", || history.courses("*", 100).expect("runs").unrest());
    timed("expected durations", || history.durations().expect("durations"));
    timed("the run to compare with", || history.nearest_before(i64::from(RUNS)).expect("a run"));
    let load = |number| history.record(number).expect("a run").expect("it is there");
    let (old, new) = (load(i64::from(RUNS) - 1), load(i64::from(RUNS)));
    timed("compare, with 30 earlier runs", || {
        Comparison::of(Some(&history), (&old, &new), 0.05).expect("a comparison")
    });
    drop(history);
    timed("retain 10", || keep().retain(10).expect("it is written"));
    size(&path);
}
