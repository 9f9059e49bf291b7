//! Journals that nobody would write on purpose: too much of everything, and names that are alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fotarig::diagnostic::Diagnostic;
use fotarig::fault::Verdict;
use fotarig::journal::{Entry, Event, Figure, Grade, Plan, TestAt};
use fotarig::report::junit::{self, Dialect, MAX_BYTES, Wish};
use fotarig::tally::Tally;
use libtest_mimic::Failed;

use crate::peer::demand;
use crate::readers::{Schema, cases, parsed, validate};

const TESTS: usize = 10_000;

/// Takes in what a journal would have said.
#[derive(Default)]
struct Heard {
    tally: Tally,
    ns: u64,
}

impl Heard {
    fn hear(&mut self, is: Event<'_>) {
        self.ns += 1_000_000;
        self.tally.hear(&Entry { ns: self.ns, on: None, is });
    }

    fn begin(&mut self, [rig, scenario, name, params]: [&str; 4], attempt: u32) {
        let text = |text: &str| text.to_owned();
        self.hear(Event::TestStarted(TestAt {
            id: format!("{scenario}[{params}]"),
            rig: text(rig),
            scenario: text(scenario),
            name: text(name),
            file: format!("{scenario}.yaml"),
            params: text(params),
            tags: vec![text("a"), text("b")],
            properties: BTreeMap::from([(text("test_key"), text("FOTA-1"))]),
            attempt,
        }));
    }

    fn end(&mut self, verdict: Verdict) {
        self.hear(Event::TestEnded { verdict, reason: None });
    }
}

/// The report in both dialects, as files that are valid.
fn written(tally: &Tally, folder: &Path) -> Result<[PathBuf; 2], Failed> {
    let journals = ["reports/latest/journal.jsonl".to_owned()];
    let write = |name: &str, dialect| -> Result<PathBuf, Failed> {
        let xml = junit::report(tally, &Wish { dialect, journals: &journals });
        demand(xml.len() <= MAX_BYTES, &format!("{} bytes", xml.len()))?;
        fs::write(folder.join(name), xml)?;
        Ok(folder.join(name))
    };
    let strict = write("strict.xml", Dialect::Strict)?;
    let rich = write("rich.xml", Dialect::Rich)?;
    validate(std::slice::from_ref(&strict), Schema::Strict)?;
    validate(std::slice::from_ref(&rich), Schema::None)?;
    Ok([strict, rich])
}

/// Each fails, some twice, with a page of complaints, a megabyte of words and some figures.
pub(crate) fn too_much() -> Result<(), Failed> {
    let mut heard = Heard::default();
    let long = "<&\"]]>".repeat(180_000);
    let line = "\"<line>\" & more\n".repeat(200);
    heard.hear(Event::RunStarted(Plan { tests: TESTS as u64, ..Plan::default() }));
    for number in 0..TESTS {
        let params = format!("n={number}");
        for attempt in 1..=if number % 4 == 3 { 2 } else { 1 } {
            heard.begin(["desk", "sweep/large", "it goes wrong", &params], attempt);
            heard.hear(Event::Logged(long.as_str().into()));
            for figure in 0..3 {
                heard.hear(Event::Measured(Figure {
                    name: format!("figure {figure}"),
                    value: 1.5,
                    unit: "s".to_owned(),
                    at_least: None,
                    at_most: Some(2.0),
                    grade: Grade::Within,
                }));
            }
            let diagnostic = Box::new(Diagnostic::new("it failed").note(line.as_str()));
            heard.hear(Event::Complained { verdict: Verdict::Failed, diagnostic });
            heard.end(Verdict::Failed);
        }
    }
    heard.hear(Event::RunEnded { verdict: Verdict::Failed });
    let folder = tempfile::tempdir()?;
    for report in written(&heard.tally, folder.path())? {
        let all = cases(&parsed(&report)?)?;
        demand(all.len() == TESTS, &format!("{} cases", all.len()))?;
        let last = &all[TESTS - 1];
        let out = last["out"].as_str().unwrap_or_default();
        demand(out.contains(" more, in the journal\n"), out)?;
        demand(out.ends_with("[[ATTACHMENT|reports/latest/journal.jsonl]]"), out)?;
        demand(last["attempts"].as_array().map(Vec::len) == Some(1), &last.to_string())?;
    }
    Ok(())
}

/// Names of rigs and scenarios that make the same class, control bytes, markup, commas, brackets.
pub(crate) fn strange() -> Result<(), Failed> {
    let mut heard = Heard::default();
    let bytes: String = ('\0'..='\u{17f}').chain(['\u{202e}', '\u{fffe}', '\u{ffff}']).collect();
    let huge = "x".repeat(3_000);
    let names = [
        ["desk.a", "b", "same", "p=1,2"],
        ["desk", "a/b", "same", "p=1,2"],
        ["desk", "a.b", "same", "p=1,2"],
        ["desk", "a.b", "same [p=1,2]", ""],
        ["other", "a/b", "same", "p=1,2"],
        ["desk", "c", huge.as_str(), "n=1"],
        ["desk", "c", huge.as_str(), "n=2"],
        ["]]>", "<!--", "--> & ]]>", "=[],,"],
        [bytes.as_str(), bytes.as_str(), bytes.as_str(), bytes.as_str()],
        ["", "", "", ""],
    ];
    heard.hear(Event::RunStarted(Plan { tests: names.len() as u64, ..Plan::default() }));
    for name in names {
        heard.begin(name, 1);
        let said = format!("[[ATTACHMENT|/etc/passwd]] {bytes}\n[[ATTACHMENT|/etc/shadow]]");
        heard.hear(Event::Logged(said.as_str().into()));
        heard.hear(Event::Learned { fact: "firmware".into(), value: bytes.as_str().into() });
        let diagnostic = Box::new(Diagnostic::new(said.clone()).note(said));
        heard.hear(Event::Complained { verdict: Verdict::Failed, diagnostic });
        heard.end(Verdict::Failed);
    }
    heard.hear(Event::RunEnded { verdict: Verdict::Failed });
    let folder = tempfile::tempdir()?;
    for report in written(&heard.tally, folder.path())? {
        let all = cases(&parsed(&report)?)?;
        demand(all.len() == names.len(), &format!("{} cases", all.len()))?;
        let text = fs::read_to_string(report)?;
        demand(!text.contains("ATTACHMENT|/etc"), "a device has files published")?;
    }
    Ok(())
}
