//! `docs/journal.md` is true: each event with its keys, its lines, and its program.

#[path = "support/page.rs"]
#[expect(dead_code, reason = "shared with tests of pages whose commands show something")]
mod page;
#[path = "support/program.rs"]
#[expect(dead_code, reason = "shared with tests that look at what is said")]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

use fotarig::diagnostic::Diagnostic;
use fotarig::fault::Verdict;
use fotarig::journal::{
    self, Cue, Entry, Event, Figure, Flaky, Grade, Header, Met, Plan, Rig, StepAt, TestAt,
    Unclaimed, Waits, Wire,
};
use page::blocks;
use program::fotarig;
use serde_json::{Value, json};

const PAGE: &str = "docs/journal.md";

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}

/// The event that usually follows in a journal, with everything set that it can have. Nothing
/// after the last one; so an event that is new must be given its place here.
fn next(event: Option<&Event<'_>>) -> Option<Event<'static>> {
    let verdict = Verdict::Passed;
    Some(match event {
        None => Event::RunStarted(plan()),
        Some(Event::RunStarted(_)) => Event::RigReady(Rig {
            name: "desk".to_owned(),
            profile: "hl78xx".to_owned(),
            port: "virtual".to_owned(),
            roles: words(["power"]),
            apn: "internet".to_owned(),
        }),
        Some(Event::RigReady(_)) => {
            Event::Waits(Waits { instrument: "x".to_owned(), holder: "desk-2".to_owned() })
        }
        Some(Event::Waits(_)) => Event::TestStarted(test()),
        Some(Event::TestStarted(_)) => Event::StepStarted(StepAt {
            path: "1".to_owned(),
            what: "send AT".to_owned(),
            file: "x.yaml".to_owned(),
            line: 1,
        }),
        Some(Event::StepStarted(_)) => Event::Sent(Wire::from(b"AT\r".as_slice())),
        Some(Event::Sent(_)) => Event::Received(Wire::from(b"OK\xff".as_slice())),
        Some(Event::Received(_)) => {
            let (first_ns, last_ns, at_least_ns, at_most_ns) = (-1, 1, Some(0), Some(2));
            Event::Met(Met {
                pattern: "OK".into(),
                line: Wire::from(b"OK".as_slice()),
                lines: 1,
                first_ns,
                last_ns,
                at_least_ns,
                at_most_ns,
                written: Some("${answer}".into()),
            })
        }
        Some(Event::Met(_)) => Event::Called {
            role: "power".into(),
            method: "off".into(),
            params: Some(json!({})),
            took_ns: Some(1),
            after: Some(Cue { line: Wire::from(b"OK".as_slice()), ns: 1 }),
            answer: Some(json!(true)),
            refused: Some("no".into()),
        },
        Some(Event::Called { .. }) => Event::TransferStarted { bytes: 1 },
        Some(Event::TransferStarted { .. }) => Event::Measured(Figure {
            name: "x".to_owned(),
            value: 1.0,
            unit: "s".to_owned(),
            at_least: Some(0.0),
            at_most: Some(2.0),
            grade: Grade::Within,
        }),
        Some(Event::Measured(_)) => Event::Learned { fact: "imei".into(), value: "1".into() },
        Some(Event::Learned { .. }) => Event::Logged("words".into()),
        Some(Event::Logged(_)) => Event::PortGone { why: "it is gone".into() },
        Some(Event::PortGone { .. }) => Event::PortBack { port: "/dev/ttyUSB0".into() },
        Some(Event::PortBack { .. }) => Event::StepEnded { path: "1".into(), verdict },
        Some(Event::StepEnded { .. }) => {
            Event::Complained { verdict, diagnostic: Box::new(Diagnostic::new("x")) }
        }
        Some(Event::Complained { .. }) => Event::TeardownStarted,
        Some(Event::TeardownStarted) => Event::Unclaimed(Unclaimed { lines: Vec::new(), more: 0 }),
        Some(Event::Unclaimed(_)) => Event::TestEnded { verdict, reason: Some("x".into()) },
        Some(Event::TestEnded { .. }) => Event::RigLeft { why: "broken twice".into() },
        Some(Event::RigLeft { .. }) => Event::RunEnded { verdict },
        Some(Event::RunEnded { .. }) => return None,
    })
}

fn plan() -> Plan {
    let one = || BTreeMap::from([("desk".to_owned(), "desk.yaml".to_owned())]);
    Plan {
        seed: 1,
        tests: 1,
        rig: "desk".to_owned(),
        rigs: words(["desk"]),
        rig_files: one(),
        shard: Some("1/2".to_owned()),
        flaky: Flaky::Fail,
        package: BTreeMap::from([("name".to_owned(), json!("demo"))]),
    }
}

fn test() -> TestAt {
    TestAt {
        id: "x".to_owned(),
        rig: "desk".to_owned(),
        scenario: "x".to_owned(),
        name: "x".to_owned(),
        file: "x.yaml".to_owned(),
        params: "n=1".to_owned(),
        tags: words(["quick"]),
        properties: BTreeMap::from([("test_key".to_owned(), "FOTA-12".to_owned())]),
        attempt: 2,
    }
}

/// The first cells of the page's tables, with the names in their second ones.
fn rows() -> Vec<(String, BTreeSet<String>)> {
    let page = fs::read_to_string(PAGE).expect("the page is there");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').collect();
        Some((cells[0].trim().trim_end_matches('`').to_owned(), names(cells[1])))
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn each_event_stands_there_with_its_keys_and_in_its_order() {
    let rows = rows();
    let start = rows.iter().position(|(name, _)| name == "run_started").expect("its first row");
    let mut rows = rows[start..].iter();
    let mut event = next(None);
    while let Some(now) = event {
        let value = serde_json::to_value(&now).expect("events are plain data");
        let (name, keys) = match &value {
            Value::String(name) => (name, BTreeSet::new()),
            Value::Object(event) => {
                let (name, content) = event.iter().next().expect("an event has a name");
                let keys = content.as_object().map(|content| content.keys().cloned().collect());
                (name, keys.unwrap_or_default())
            }
            _ => panic!("an event is its name, or an object: {value}"),
        };
        let row = rows.next().unwrap_or_else(|| panic!("`{name}` has no row"));
        assert_eq!((&row.0, &row.1), (name, &keys));
        event = next(Some(&now));
    }
    assert_eq!(rows.next(), None, "no event is called so");
}

#[test]
fn the_keys_of_header_and_entry_stand_there() {
    let header = Header {
        journal: journal::VERSION,
        host: Some("bench".to_owned()),
        command: words(["run"]),
        ..Header::default()
    };
    let entry = Entry { ns: 1, on: Some("desk".into()), is: Event::TeardownStarted };
    let rows: BTreeSet<String> = rows().into_iter().map(|(name, _)| name).collect();
    for value in [serde_json::to_value(header), serde_json::to_value(entry)] {
        for key in value.expect("plain data").as_object().expect("an object").keys() {
            assert!(rows.contains(key), "`{key}` has no row");
        }
    }
}

#[test]
fn the_lines_are_those_of_a_journal() {
    let lines = blocks(PAGE).into_iter().find(|block| block.kind == "jsonl").expect("a block");
    let text = lines.lines.join("\n") + "\n";
    let mut heard = Vec::new();
    let header = journal::read(text.as_bytes(), |entry| heard.push(entry.ns));
    assert_eq!(header.expect("a header").journal, journal::VERSION);
    assert_eq!(heard, [1_205_000_000, 1_226_000_000]);
}

#[test]
fn the_program_reads_a_run() {
    let program = blocks(PAGE).into_iter().find(|block| block.kind == "python").expect("a block");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut run = fotarig(folder.path());
    run.args(["run", "connect/identity", "connect/apn", "--report", "jsonl=-"]);
    let mut run = run.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("our program");
    let mut python = Command::new("python3");
    python.arg("-c").arg(program.lines.join("\n")).stdin(run.stdout.take().expect("a pipe"));
    let output = python.output().expect("python3, which plugins need as well");
    assert!(run.wait().expect("it ends").success());
    assert_eq!(output.stdout, b"connect/identity passed\nconnect/apn passed\n");
}
