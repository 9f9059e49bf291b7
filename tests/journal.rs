//! A journal is complete, repeatable and readable up to where it ends, wherever it was cut.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use fotarig::fault::Verdict;
use fotarig::journal::{self, Entry, Event, Header, Journal, TestAt, Unreadable, VERSION, Wire};
use fotarig::moment::Moment;
use fotarig::report::console;
use fotarig::report::junit::{self, Wish};
use fotarig::scenario;
use fotarig::source::Source;
use fotarig::suite::{self, Conduct, Desk, Occasion, Patience, Selection};
use fotarig::tally::{Exit, Tally};
use fotarig::world::Interrupts;
use fotarig::world::real::Clock;

const PASSES: &str = "name: passes\nsteps:\n  - send: AT+CGMM\n  - log: well\n";
const FAILS: &str = "name: fails\nsteps:\n  - send: AT+NONSENSE\nteardown:\n  - send: ATE0\n";
/// The strict schema of the Jenkins xUnit plugin; not part of this repository.
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/junit-10.xsd");

/// What is written to it can be looked at by others.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn header() -> Header {
    let (tool, started) = ("test".to_owned(), "2025-01-31T12:00:00.000Z".to_owned());
    Header { journal: VERSION, tool, started, ..Header::default() }
}

/// The journal of these scenarios on the virtual rig.
fn run(scenarios: &[(&str, &str)], seed: u64) -> Vec<u8> {
    let desk = Desk::load(None, None).expect("the built-in desk is right");
    let source = |(id, text): &(&str, &str)| ((*id).to_owned(), Source::new(*id, *text));
    let files: Vec<_> = scenarios.iter().map(source).collect();
    let scenarios = scenario::load(&files).expect("the scenarios are right");
    let occasion = Occasion { seed, day: jiff::civil::date(2026, 1, 1) };
    let tests = suite::tests(&scenarios, &desk, &Selection::default(), occasion);
    let tests = tests.expect("the scenarios become tests");
    let (patience, clock, interrupts) = (Patience::GoOn, Clock::start(), Interrupts::default());
    let conduct = Conduct { desk: &desk, seed, patience, clock, interrupts };
    let paper = Paper::default();
    drop(conduct.run(&tests, Journal::new(Box::new(paper.clone()), &header())));
    std::mem::take(&mut *paper.0.lock().unwrap())
}

/// What a journal comes to, and how many entries it has.
fn read(journal: &[u8]) -> Result<(Tally, usize), Unreadable> {
    let (mut tally, mut entries) = (Tally::default(), 0);
    let header = journal::read(journal, |entry| {
        tally.hear(&entry);
        entries += 1;
    })?;
    tally.header = Some(header);
    Ok((tally, entries))
}

/// The report, which is not green unless the run was.
fn junit(tally: &Tally) -> String {
    let xml = junit::report(tally, &Wish::default());
    let is_red = xml.contains("<error ") || xml.contains("<failure ");
    assert_eq!(is_red, tally.exit() != Exit::Passed, "{xml}");
    xml
}

/// Validates reports, if this machine can.
fn validate(reports: &[String]) {
    if !Path::new(SCHEMA).is_file() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut xmllint = Command::new("xmllint");
    xmllint.args(["--noout", "--schema", SCHEMA]);
    for (number, report) in reports.iter().enumerate() {
        let path = folder.path().join(format!("{number}.xml"));
        fs::write(&path, report).unwrap();
        xmllint.arg(path);
    }
    let Ok(output) = xmllint.output() else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_journal_cut_at_any_byte_is_readable_up_to_its_last_whole_event() {
    let whole = run(&[("passes", PASSES), ("fails", FAILS)], 1);
    let mut reports = Vec::new();
    for cut in 0..=whole.len() {
        let journal = &whole[..cut];
        let lines = journal.split(|byte| *byte == b'\n').count() - 1;
        let Ok((tally, entries)) = read(journal) else {
            assert_eq!(lines, 0, "only a journal without its header is unreadable");
            continue;
        };
        assert_eq!(entries, lines - 1, "cut at byte {cut}");
        // The last line is the run's end: without it somebody stopped the run.
        let exit = if tally.ended.is_some() { Exit::Failed } else { Exit::Interrupted };
        assert_eq!(tally.exit(), exit, "cut at byte {cut}");
        let report = junit(&tally);
        if journal.ends_with(b"\n") || cut % 101 == 0 {
            reports.push(report);
        }
    }
    assert!(reports.len() > 30, "{}", reports.len());
    validate(&reports);
}

#[test]
fn an_unfinished_test_is_marked() {
    let whole = String::from_utf8(run(&[("passes", PASSES), ("fails", FAILS)], 1)).unwrap();
    // In its steps, and when its failure is written down but not its end.
    for word in ["AT+NONSENSE", "test_ended"] {
        let cut = whole.rfind(word).unwrap();
        let (tally, _) = read(&whole.as_bytes()[..cut]).unwrap();
        let verdicts: Vec<_> = tally.tests.iter().map(|test| test.verdict).collect();
        assert_eq!(verdicts, [Verdict::Passed, Verdict::Interrupted]);
        let report = console::report(&tally, fotarig::diagnostic::Paint::Plain);
        assert!(report.contains("the journal ends in the middle of this test"), "{report}");
        assert!(junit(&tally).contains("the journal ends in the middle of this test"));
    }
}

#[test]
fn the_same_seed_gives_the_same_journal() {
    let shipped = fs::read_to_string("scenarios/connect/identity.yaml").unwrap();
    let scenarios = [("scenarios/connect/identity.yaml", shipped.as_str()), ("fails", FAILS)];
    let first = run(&scenarios, 7);
    assert_eq!(first, run(&scenarios, 7));
    assert_ne!(first, run(&scenarios, 8));
    assert_ne!(first, run(&scenarios, 9));
}

#[test]
fn a_test_does_the_same_alone_and_among_others() {
    let events = |journal: &[u8]| {
        let mut events = Vec::new();
        let mut wanted = false;
        let heard = journal::read(journal, |entry: Entry<'_>| {
            if let Event::TestStarted(at) = &entry.is {
                wanted = at.id == "fails";
            }
            if wanted && !matches!(entry.is, Event::RunEnded { .. }) {
                events.push(serde_json::to_string(&entry).unwrap());
            }
        });
        heard.unwrap();
        events
    };
    let alone = events(&run(&[("fails", FAILS)], 1));
    assert!(alone.len() > 5);
    assert_eq!(alone, events(&run(&[("passes", PASSES), ("fails", FAILS)], 1)));
}

#[test]
fn every_byte_value_survives_and_is_no_trouble_for_a_report() {
    let all: Vec<u8> = (0..=255).collect();
    let paper = Paper::default();
    let mut journal = Journal::new(Box::new(paper.clone()), &header());
    let text = |of: &str| format!("{of} {}", String::from_utf8_lossy(&all));
    let at = TestAt {
        id: text("id"),
        rig: text("rig"),
        scenario: text("folder/scenario"),
        name: text("name"),
        file: text("file"),
        params: text("params"),
        tags: vec![text("tag")],
        properties: BTreeMap::new(),
        attempt: 1,
    };
    journal.record(Moment::START, Event::TestStarted(at));
    journal.record(Moment::START, Event::Sent(Wire::from(all.as_slice())));
    journal.record(Moment::START, Event::Received(Wire::from(all.as_slice())));
    journal.record(Moment::START, Event::Logged(text("log").into()));
    let unclaimed = journal::Unclaimed { lines: vec![(0, Wire::from(all.clone()))], more: 0 };
    journal.record(Moment::START, Event::Unclaimed(unclaimed));
    let diagnostic = Box::new(fotarig::diagnostic::Diagnostic::new(text("message")));
    journal.record(Moment::START, Event::Complained { verdict: Verdict::Failed, diagnostic });
    journal.record(Moment::START, Event::TestEnded { verdict: Verdict::Failed, reason: None });
    drop(journal);
    let written = std::mem::take(&mut *paper.0.lock().unwrap());
    let mut survived = 0;
    let heard = journal::read(written.as_slice(), |entry| {
        if let Event::Sent(wire) | Event::Received(wire) = &entry.is {
            assert_eq!(wire.0.as_ref(), all.as_slice());
            survived += 1;
        }
    });
    heard.unwrap();
    assert_eq!(survived, 2);
    validate(&[junit(&read(&written).unwrap().0)]);
}

#[test]
fn a_damaged_line_is_reported_with_its_number() {
    let whole = String::from_utf8(run(&[("passes", PASSES)], 1)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for damage in ["garbage", "{}", "", r#"{"ns":1,"is":{"unheard_of":{}}}"#, r#"{"ns":-1}"#] {
        let mut damaged = lines.clone();
        damaged[4] = damage;
        let error = read((damaged.join("\n") + "\n").as_bytes()).unwrap_err();
        assert!(matches!(error, Unreadable::Damaged { line: 5, .. }), "{damage}: {error}");
    }
    let later = whole.replacen(&format!("\"journal\":{VERSION}"), "\"journal\":99", 1);
    assert!(matches!(read(later.as_bytes()), Err(Unreadable::TooNew { version: 99, .. })));
    let headless = lines[1..].join("\n") + "\n";
    assert!(matches!(read(headless.as_bytes()), Err(Unreadable::NoHeader)));
    assert!(matches!(read(&[0xff; 1000]), Err(Unreadable::NoHeader)));
}

#[test]
fn a_line_beyond_all_measure_is_damage_and_not_the_end() {
    let whole = run(&[("passes", PASSES)], 1);
    let end = whole.iter().rposition(|byte| *byte == b'{').unwrap();
    let start = whole[..end].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let mut damaged = whole[..start].to_vec();
    damaged.resize(damaged.len() + (17 << 20), b'x');
    damaged.push(b'\n');
    damaged.extend_from_slice(&whole[start..]);
    let error = read(&damaged).unwrap_err();
    assert!(matches!(error, Unreadable::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("longer than 16 MiB"), "{error}");
}

#[test]
fn numbers_and_bytes_of_a_strange_journal_do_no_harm() {
    let paper = Paper::default();
    let mut journal = Journal::new(Box::new(paper.clone()), &header());
    let word = || "test\x1b[2J".to_owned();
    let (id, rig, scenario, name, file) = (word(), word(), word(), word(), word());
    let at = TestAt {
        id,
        rig,
        scenario,
        name,
        file,
        params: String::new(),
        tags: Vec::new(),
        properties: BTreeMap::new(),
        attempt: 1,
    };
    journal.record(Moment::START, Event::TestStarted(at));
    let lines = vec![(0, Wire::from(vec![b'x'; 1 << 20]))];
    let unclaimed = journal::Unclaimed { lines, more: u64::MAX };
    journal.record(Moment::START, Event::Unclaimed(unclaimed));
    let diagnostic = Box::new(fotarig::diagnostic::Diagnostic::new("it said \x1b[31m"));
    journal.record(Moment::START, Event::Complained { verdict: Verdict::Failed, diagnostic });
    drop(journal);
    let (tally, _) = read(&std::mem::take(&mut *paper.0.lock().unwrap())).unwrap();
    let text = console::report(&tally, fotarig::diagnostic::Paint::Plain);
    assert!(!text.contains('\x1b'), "{text}");
    assert!(text.len() < 2_000, "{text}");
    let xml = junit(&tally);
    assert!(xml.contains("xxx... (1048576 bytes)") && xml.len() < 4_000, "{xml}");
}

#[test]
fn a_journal_that_ends_before_the_run_says_so() {
    let whole = run(&[("passes", PASSES)], 1);
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap();
    let (tally, _) = read(&whole[..=first]).unwrap();
    let text = console::report(&tally, fotarig::diagnostic::Paint::Plain);
    assert_eq!(text, "the journal ends before the run began\n");
    validate(&[junit(&tally)]);
}

#[test]
fn a_journal_with_any_line_missing_still_makes_reports() {
    let whole = String::from_utf8(run(&[("passes", PASSES), ("fails", FAILS)], 1)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let mut reports = Vec::new();
    for missing in 1..lines.len() {
        let mut damaged = lines.clone();
        damaged.remove(missing);
        let (tally, _) = read((damaged.join("\n") + "\n").as_bytes()).unwrap();
        reports.push(junit(&tally));
    }
    validate(&reports);
}
