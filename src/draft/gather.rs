//! Gathers the tests of a journal, or one of them whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::at::Dialect;
use crate::draft::{Deed, Heard, Origin, Part, Record, What};
use crate::fault::Verdict;
use crate::journal::{Entry, Event};
use crate::moment::Moment;
use crate::transcript::{Said, Transcript};

/// Deeds of a draft: a person reads and changes each of them.
pub const MAX_DEEDS: usize = 2_000;
/// Lines of a draft, for the same reason: progress lines become one.
pub const MAX_LINES: usize = 20_000;

/// Takes the entries of a journal in.
pub struct Gather {
    transcript: Transcript,
    package: BTreeMap<String, Value>,
    /// Whose traffic is kept.
    wanted: Option<String>,
    tests: Vec<Record>,
    part: Part,
    /// The step that is going on brings a state about, and its traffic is no step.
    is_given: bool,
    lines: usize,
}

impl Gather {
    /// The traffic of the test `wanted` is kept; without one, that of none.
    pub fn new(dialect: &Arc<Dialect>, wanted: Option<&str>) -> Gather {
        Gather {
            transcript: Transcript::new(dialect),
            package: BTreeMap::new(),
            wanted: wanted.map(str::to_owned),
            tests: Vec::new(),
            part: Part::Steps,
            is_given: false,
            lines: 0,
        }
    }

    /// All tests that the journal has.
    pub fn into_tests(self) -> Vec<Record> {
        self.tests
    }

    pub fn hear(&mut self, entry: &Entry<'_>) {
        let at = Moment::from_nanos(entry.ns);
        match &entry.is {
            Event::RunStarted(plan) => self.package.clone_from(&plan.package),
            Event::TestStarted(test) => {
                let is_console = test.file.is_empty();
                let origin = if is_console { Origin::Console } else { Origin::Run };
                (self.part, self.is_given, self.lines) = (Part::Steps, false, 0);
                self.tests.push(Record {
                    id: test.id.clone(),
                    rig: test.rig.clone(),
                    origin,
                    verdict: None,
                    given: Vec::new(),
                    deeds: vec![deed(at, What::Beginning, Part::Steps)],
                    package: self.package.clone(),
                    is_cut: false,
                });
            }
            Event::TestEnded { verdict, .. } => {
                if let Some(test) = self.tests.last_mut() {
                    test.verdict = Some(*verdict);
                }
            }
            Event::StepStarted(step) => self.step(&step.path, &step.what),
            Event::TeardownStarted => (self.part, self.is_given) = (Part::Teardown, false),
            // What proves a power-off is done by the runner, whoever runs the draft.
            Event::Called { role, method, .. } if role == "power" && method == "state" => {}
            Event::Called { role, method, params, .. } => {
                let (role, method) = (role.to_string(), method.to_string());
                self.deed(at, What::Call { role, method, params: params.clone() });
            }
            Event::Logged(words) => self.deed(at, What::Note(words.to_string())),
            Event::RigReady(_)
            | Event::RigLeft { .. }
            | Event::Waits(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::PortGone { .. }
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::StepEnded { .. }
            | Event::Complained { .. }
            | Event::Unclaimed(_)
            | Event::RunEnded { .. } => {}
        }
        let mut said = Vec::new();
        self.transcript.hear(entry, |at, piece| said.push(Piece::of(at, piece)));
        for piece in said {
            match piece {
                Piece::Done(at, what) => self.deed(at, what),
                Piece::Heard(line) => self.line(line),
            }
        }
    }

    /// The test whose traffic is kept and goes on.
    fn current(&mut self) -> Option<&mut Record> {
        let wanted = self.wanted.as_deref()?;
        self.tests.last_mut().filter(|test| test.id == wanted && test.verdict.is_none())
    }

    fn step(&mut self, path: &str, what: &str) {
        self.is_given = path == "given";
        let is_given = self.is_given;
        let Some(test) = self.current() else { return };
        if is_given {
            let said = what.strip_prefix("given ").and_then(|rest| rest.split_once(' '));
            test.given.extend(said.map(|(key, value)| (key.to_owned(), value.to_owned())));
        } else if (what.starts_with(":wait") || what.starts_with(":skip"))
            && let Some(last) = test.deeds.last_mut()
        {
            last.waits = true;
        }
    }

    fn deed(&mut self, at: Moment, what: What) {
        let (part, is_given) = (self.part, self.is_given);
        let Some(test) = self.current().filter(|_| !is_given) else { return };
        if ends_with_probe(&test.deeds) {
            test.deeds.pop();
        }
        if test.deeds.len() == MAX_DEEDS {
            test.is_cut = true;
            return;
        }
        if let (What::File(more), Some(What::File(length))) =
            (&what, test.deeds.last_mut().map(|last| &mut last.what))
        {
            *length += more;
            return;
        }
        test.deeds.push(deed(at, what, part));
    }

    fn line(&mut self, line: Heard) {
        let (is_given, is_full) = (self.is_given, self.lines == MAX_LINES);
        let Some(test) = self.current().filter(|_| !is_given) else { return };
        if is_full {
            test.is_cut = true;
            return;
        }
        if let Some(last) = test.deeds.last_mut() {
            last.lines.push(line);
        }
        self.lines += 1;
    }
}

/// Whether the last deed is the `AT` that has proven a power-off: nobody answered it.
fn ends_with_probe(deeds: &[Deed]) -> bool {
    let [.., off, probe] = deeds else { return false };
    let is_off = matches!(&off.what, What::Call { role, method, .. }
        if role == "power" && method == "off");
    is_off && matches!(&probe.what, What::Command(sent) if sent == "AT") && probe.lines.is_empty()
}

fn deed(at: Moment, what: What, part: Part) -> Deed {
    Deed { at, what, part, lines: Vec::new(), waits: false }
}

/// A piece of the conversation that has left its journal entry.
enum Piece {
    Done(Moment, What),
    Heard(Heard),
}

impl Piece {
    fn of(at: Moment, said: Said<'_>) -> Piece {
        match said {
            Said::Command(command) => Piece::Done(at, What::Command(command.to_owned())),
            Said::File(bytes) => Piece::Done(at, What::File(payload(bytes))),
            Said::Raw(bytes) => Piece::Done(at, What::Raw(bytes.to_vec())),
            Said::Line(kind, text) => Piece::Heard(Heard { at, kind, text: text.to_vec() }),
        }
    }
}

/// What a block of XMODEM carries: all but its head and its check.
fn payload(block: &[u8]) -> usize {
    match block.first() {
        Some(0x01) => 128,
        Some(0x02) => 1024,
        Some(_) | None => 0,
    }
}

/// The first test that a person wants to look at: one that did not pass, or the only one.
pub fn interesting(tests: &[Record]) -> Option<&Record> {
    let is_unhappy =
        |test: &&Record| !matches!(test.verdict, Some(Verdict::Passed | Verdict::Skipped));
    match tests {
        [only] => Some(only),
        several => several.iter().find(is_unhappy),
    }
}
