//! Runs that are killed at any moment: the journal is whole up to there, and reports come of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fotarig::world::real::Clock;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::program::{fotarig, seen};
use crate::{JOURNAL, MANY, held, run, write};

/// The strict schema of the Jenkins xUnit plugin; not part of this repository.
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/junit-10.xsd");
/// Runs that are killed with each `cargo test`.
const FEW: u64 = 25;
const MANY_TIMES: u64 = 500;
/// Room for the last event of a run.
const LAST_EVENT_BYTES: u64 = 200;
const UNFINISHED: &str = "the journal ends in the middle of this test";

/// The moment at which a run is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// So long after it was started, maybe before it has a journal: that of an earlier run is
    /// there.
    After(Duration),
    /// When its journal has so many bytes.
    Written(u64),
    /// So long after its last event: while it writes its reports.
    Reporting(Duration),
}

/// How runs of this kind go when nobody kills them.
struct Usual {
    took: Duration,
    /// From the last event to the end of the process.
    reporting: Duration,
    journal_bytes: u64,
}

#[test]
fn runs_on_one_rig_and_on_several_are_killed_at_any_moment() {
    kill(FEW);
}

#[test]
#[ignore = "takes minutes; the gate does it"]
fn five_hundred_runs_are_killed_at_any_moment() {
    kill(MANY_TIMES);
}

/// Kills so many runs in one folder, where each finds what those before have left.
fn kill(times: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(folder, "many.yaml", MANY);
    fs::create_dir(folder.join("rigs")).expect("a folder");
    for rig in ["east", "north", "west"] {
        let text = format!("name: {rig}\nport: {{ virtual: {{}} }}\n");
        write(folder, &format!("rigs/{rig}.yaml"), &text);
    }
    let alone = &["run", "many.yaml"][..];
    let together = &["run", "many.yaml", "--rig", "rigs", "--spread"][..];
    let kinds = [alone, together].map(|arguments| (arguments, usual(folder, arguments)));
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(times);
    let mut reports = Vec::new();
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for number in 0..times {
        let (arguments, usual) = &kinds[usize::from(chance.next_u32() % 3 == 0)];
        let moment = usual.moment(number, &mut chance);
        if !matches!(moment, Moment::After(_)) {
            // Nothing is there when the last one was killed too soon.
            let _ = fs::remove_dir_all(folder.join("reports"));
        }
        killed_at(folder, arguments, moment);
        let (found, report) = examine(folder, number);
        *seen.entry(found).or_default() += 1;
        reports.extend(report);
    }
    println!("{times} runs were killed: {seen:?}");
    validate(folder, &reports);
    // Whoever comes after is not disturbed by what they left.
    let (code, output) = run(folder, alone);
    assert_eq!(code, Some(1), "{}", crate::seen(&output));
    let left = fs::read_dir(folder.join("reports/latest")).expect("a folder").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.starts_with('.')), "{left:?}");
}

impl Usual {
    fn moment(&self, number: u64, chance: &mut impl Rng) -> Moment {
        let mut below = |limit: u64| chance.next_u64() % limit.max(1);
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        match number % 3 {
            0 => Moment::After(Duration::from_micros(below(micros(self.took)))),
            1 => Moment::Written(below(self.journal_bytes)),
            _ => Moment::Reporting(Duration::from_micros(below(micros(self.reporting)))),
        }
    }
}

fn started(folder: &Path, arguments: &[&str]) -> Child {
    let mut run = fotarig(folder);
    run.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    run.spawn().expect("our own program")
}

fn usual(folder: &Path, arguments: &[&str]) -> Usual {
    let clock = Clock::start();
    let mut run = started(folder, arguments);
    until(&mut run, || is_at_its_last_event(folder));
    let wrote = clock.now();
    run.wait().expect("it ends");
    let (began, reporting) = (fotarig::moment::Moment::START, clock.now().since(wrote));
    let journal_bytes = fs::metadata(folder.join(JOURNAL)).expect("a journal").len();
    fs::remove_dir_all(folder.join("reports")).expect("its reports");
    Usual { took: clock.now().since(began), reporting, journal_bytes }
}

fn is_at_its_last_event(folder: &Path) -> bool {
    let mut last = Vec::new();
    let read = File::open(folder.join(JOURNAL)).and_then(|mut journal| {
        let behind = journal.metadata()?.len().saturating_sub(LAST_EVENT_BYTES);
        journal.seek(SeekFrom::Start(behind))?;
        journal.read_to_end(&mut last)
    });
    read.is_ok() && last.windows(9).any(|word| word == b"run_ended")
}

/// Waits for something that a run does, or for its end.
fn until(run: &mut Child, is_so: impl Fn() -> bool) {
    while !is_so() && run.try_wait().expect("it is ours").is_none() {
        std::thread::yield_now();
    }
}

fn killed_at(folder: &Path, arguments: &[&str], moment: Moment) {
    let clock = Clock::start();
    let mut run = started(folder, arguments);
    match moment {
        Moment::After(time) => pause(time),
        Moment::Written(bytes) => until(&mut run, || {
            fs::metadata(folder.join(JOURNAL)).is_ok_and(|file| file.len() >= bytes)
        }),
        Moment::Reporting(time) => {
            until(&mut run, || is_at_its_last_event(folder));
            let last = clock.now();
            // A pause would be too coarse.
            until(&mut run, || clock.now().since(last) >= time);
        }
    }
    run.kill().expect("SIGKILL");
    run.wait().expect("it is gone");
}

#[expect(clippy::disallowed_methods, reason = "the moment is by chance")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Holds that everything which was written down is told: what was found, and the report of it.
fn examine(folder: &Path, number: u64) -> (&'static str, Option<String>) {
    let name = format!("again-{number}.xml");
    let junit = format!("junit={name}");
    let arguments = ["report", JOURNAL, "--report", &junit, "--report", "html=again.html"];
    let (code, output) = run(folder, &arguments);
    let text = seen(&output);
    let Some(held) = held(&folder.join(JOURNAL)) else {
        assert_eq!(code, Some(2), "nothing was begun: {text}");
        return ("without a header", None);
    };
    // Four tests fail; what is not at its end was interrupted.
    assert_eq!(code, Some(if held.is_at_end { 1 } else { 130 }), "{held:?}\n{text}");
    let report = fs::read_to_string(folder.join(&name)).expect("a report");
    let page = fs::read_to_string(folder.join("again.html")).expect("a page");
    assert!(page.trim_end().ends_with("</html>"), "it is whole");
    let unfinished = held.begun - held.ended;
    assert!(report.matches(UNFINISHED).count() >= unfinished, "{held:?}\n{report}");
    assert!(report.matches("<testcase ").count() >= held.begun, "{held:?}\n{report}");
    if unfinished > 0 {
        // Of many tests of one scenario the terminal shows some, and counts all.
        assert!(text.contains(&format!("{unfinished} interrupted")), "{text}");
    }
    let own = fs::read_to_string(folder.join("reports/latest/junit.xml"));
    if let Ok(own) = &own {
        assert!(held.is_at_end, "a report is written at the end: {held:?}");
        assert!(own.trim_end().ends_with("</testsuites>"), "a report is there whole or not at all");
    }
    let found = match (held.is_at_end, own, unfinished) {
        (true, Ok(_), _) => "at its end, with its report",
        (true, Err(_), _) => "at its end, without its report",
        (false, _, 0) => "between tests",
        (false, _, _) => "in a test",
    };
    (found, Some(name))
}

fn validate(folder: &Path, reports: &[String]) {
    let mut lint = Command::new("xmllint");
    lint.arg("--noout").current_dir(folder);
    if Path::new(SCHEMA).is_file() {
        lint.args(["--schema", SCHEMA]);
    }
    match lint.args(reports).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        Err(_) => eprintln!("SKIPPED the reading of the reports: apt-get install libxml2-utils"),
    }
}
