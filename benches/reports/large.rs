//! A large journal made of real tests: what the shipped suite records, again and again.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// What a large night of a large lab comes to.
pub(crate) const TESTS: usize = 10_000;
pub(crate) const LINES: usize = 2_000_000;
/// Of so many tests one fails, so that reports have something to tell.
const ONE_FAILS_OF: usize = 50;

/// A recorded test, its lines from `test_started` to `test_ended`.
struct Recorded {
    lines: Vec<Value>,
}

/// Writes the journal; returns how many tests and lines it has.
pub(crate) fn write(folder: &Path, path: &Path) -> (usize, usize) {
    let mut run = Command::new(env!("CARGO_BIN_EXE_fotarig"));
    run.arg("run").current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    run.status().expect("our own program");
    let text = fs::read_to_string(folder.join("reports/latest/journal.jsonl"));
    let text = text.expect("the journal of the suite");
    let mut lines = text.lines().map(|line| serde_json::from_str(line).expect("an entry"));
    let header: Value = lines.next().expect("a header");
    let mut plan: Value = lines.next().expect("a plan");
    plan["is"]["run_started"]["tests"] = json!(TESTS);
    let rest: Vec<Value> = lines.collect();
    let tests = recorded(&rest);
    let file = BufWriter::new(File::create(path).expect("a file"));
    let mut pen = Pen { file, written: 0 };
    pen.put(&header);
    pen.put(&plan);
    for entry in rest.iter().filter(|entry| !entry["is"]["rig_ready"].is_null()).take(1) {
        pen.put(entry);
    }
    for (number, test) in tests.iter().cycle().take(TESTS).enumerate() {
        test.again(number, &mut pen);
    }
    pen.put(&json!({ "ns": 0, "is": { "run_ended": { "verdict": "failed" } } }));
    (TESTS, pen.written)
}

/// Writes entries, and counts them.
struct Pen {
    file: BufWriter<File>,
    written: usize,
}

impl Pen {
    fn put(&mut self, entry: &Value) {
        serde_json::to_writer(&mut self.file, entry).expect("it is written");
        self.file.write_all(b"\n").expect("it is written");
        self.written += 1;
    }
}

fn recorded(entries: &[Value]) -> Vec<Recorded> {
    let mut tests: Vec<Recorded> = Vec::new();
    for entry in entries {
        let is = &entry["is"];
        if !is["test_started"].is_null() {
            tests.push(Recorded { lines: Vec::new() });
        }
        if is["rig_ready"].is_null() && is["run_ended"].is_null() {
            tests.last_mut().expect("a test has begun").lines.push(entry.clone());
        }
    }
    tests
}

impl Recorded {
    /// The test under a name of its own, its middle until the journal has the lines that it should
    /// have by now.
    fn again(&self, number: usize, pen: &mut Pen) {
        let [first, middle @ .., last] = self.lines.as_slice() else { return };
        let mut first = first.clone();
        let at = &mut first["is"]["test_started"];
        let id = format!("{}[again={number}]", at["id"].as_str().expect("an id"));
        at["id"] = json!(id);
        pen.put(&first);
        loop {
            for entry in middle {
                pen.put(entry);
            }
            if middle.is_empty() || pen.written >= LINES / TESTS * (number + 1) {
                break;
            }
        }
        let mut last = last.clone();
        if number.is_multiple_of(ONE_FAILS_OF) {
            let diagnostic = json!({
                "message": format!("`^\\+WDSI: 16$` did not come within {} s", number % 7),
                "excerpt": null, "notes": ["what came instead: +WDSI: 15"], "help": null,
            });
            let complaint = json!({ "verdict": "failed", "diagnostic": diagnostic });
            pen.put(&json!({ "ns": last["ns"], "is": { "complained": complaint } }));
            last["is"]["test_ended"]["verdict"] = json!("failed");
        }
        pen.put(&last);
    }
}
