//! What a test has measured: figures of its scenario, its power cuts, and how long lines took.

use std::collections::BTreeMap;

use crate::journal::{Figure, Grade, Met};
use crate::tally::Outcome;

/// Latencies that are kept per test: the longest shipped one has a hundred, and ten thousand tests
/// must fit into memory.
pub(super) const MAX_LATENCIES: usize = 200;

/// Of one text in a measurement's name; a person reads no more, and a pattern can be long.
const MAX_NAME: usize = 120;

/// How long an expected line took, or the last of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The path of the step that awaited it, as in [`crate::journal::StepAt`].
    pub step: String,
    /// What the step does: its name, `send AT…`, or how it begins in the file.
    pub what: String,
    pub pattern: String,
    /// Since the start of its bounds; negative when it had arrived before.
    pub value_ns: i64,
    /// How many lines it took.
    pub lines: u64,
}

/// A value that tests of other runs can be compared by.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    pub kind: Kind,
    /// With a name that is unique in its test and the same in the next run.
    pub figure: Figure,
}

/// Where a measurement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The scenario measures it.
    Figure,
    /// From the line that a power cut followed to the answer of the switch.
    Cut,
    /// From the start of an expectation's bounds to its line.
    Latency,
}

impl Kind {
    /// What names of its kind begin with where kinds stand beside each other.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Figure => "measure",
            Kind::Cut => "cut",
            Kind::Latency => "latency",
        }
    }
}

impl Outcome {
    /// All that was measured, in order, kind by kind. Of a name that comes again, as in a repeated
    /// step, the second one gets a `#2`.
    pub fn measurements(&self) -> Vec<Measurement> {
        let figures = self.figures.iter().cloned().map(|figure| (Kind::Figure, figure));
        let cuts = self.cuts.iter().cloned().map(|figure| (Kind::Cut, figure));
        let latencies = self.latencies.iter().map(|latency| (Kind::Latency, latency.figure()));
        let mut seen: BTreeMap<(Kind, String), u64> = BTreeMap::new();
        let number = |(kind, mut figure): (Kind, Figure)| {
            let times = seen.entry((kind, figure.name.clone())).or_default();
            *times += 1;
            if *times > 1 {
                figure.name = format!("{} #{times}", figure.name);
            }
            Measurement { kind, figure }
        };
        figures.chain(cuts).chain(latencies).map(number).collect()
    }
}

impl Latency {
    pub(super) fn of(met: &Met<'_>, (step, what): &(String, String)) -> Latency {
        Latency {
            step: step.clone(),
            what: what.clone(),
            pattern: met.pattern.clone().into_owned(),
            value_ns: met.last_ns,
            lines: met.lines,
        }
    }

    /// `send AT+WDSS=1,1: +WDSI: 23,1`; a step that has no name and only awaits is named after its
    /// line alone. The step's number is no part of it: it changes with each step that is put in.
    pub fn name(&self) -> String {
        let line = shortened(&plain(&self.pattern));
        let word = self.what.trim_start_matches("- ");
        if word.is_empty() || word.starts_with("expect:") {
            return line;
        }
        format!("{}: {line}", shortened(word))
    }

    /// In seconds, without bounds: those of an expectation are judged where it stands.
    fn figure(&self) -> Figure {
        #[expect(clippy::cast_precision_loss, reason = "a figure of a report")]
        let value = self.value_ns as f64 / 1e9;
        let (name, unit) = (self.name(), "s".to_owned());
        Figure { name, value, unit, at_least: None, at_most: None, grade: Grade::Within }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A pattern as a person would say it: without the anchors that most have, and with signs instead
/// of their escapes.
fn plain(pattern: &str) -> String {
    let inner = pattern.strip_prefix('^').unwrap_or(pattern);
    let inner = inner.strip_suffix('$').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some(sign)) if sign.is_ascii_punctuation() => {
                text.push(sign);
                rest.next();
            }
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Entry, Event, StepAt, TestAt, Wire};

    fn latency(what: &str, pattern: &str) -> Latency {
        let (step, what) = ("1".to_owned(), what.to_owned());
        Latency { step, what, pattern: pattern.to_owned(), value_ns: 2_500_000_000, lines: 1 }
    }

    #[test]
    fn a_latency_is_named_after_its_step_and_line() {
        let name = |what, pattern| latency(what, pattern).name();
        assert_eq!(name("send AT+WDSS=1,1", r"^\+WDSI: 23,1$"), "send AT+WDSS=1,1: +WDSI: 23,1");
        assert_eq!(name(r"expect: '^\+WDSI: 16$'", r"^\+WDSI: 16$"), "+WDSI: 16");
        assert_eq!(name("it boots", r"^\+WDSI: 18,\d+\\$"), r"it boots: +WDSI: 18,\d+\");
        assert_eq!(name("", &"x".repeat(5_000)).chars().count(), MAX_NAME + 1);
    }

    #[test]
    fn a_name_that_comes_again_gets_a_number() {
        let word = |word: &str| word.to_owned();
        let at = TestAt {
            id: word("x"),
            rig: word("desk"),
            scenario: word("x"),
            name: word("x"),
            file: word(""),
            params: word(""),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            attempt: 1,
        };
        let mut test = Outcome::begun(at, 0, 0);
        let mut hear = |is| test.hear(&Entry { ns: 5, on: None, is });
        for round in 1..=MAX_LATENCIES + 3 {
            let (path, what, file) = (format!("1.{round}.1"), word("send AT"), word("x.yaml"));
            hear(Event::StepStarted(StepAt { path, what, file, line: 1 }));
            let (line, pattern) = (Wire::brief(b"X"), "^X$".into());
            hear(Event::Met(Met { pattern, line, lines: 1, first_ns: 1, last_ns: -500_000_000 }));
        }
        let all = test.measurements();
        let names: Vec<&str> = all.iter().map(|one| one.figure.name.as_str()).take(2).collect();
        assert_eq!(names, ["send AT: X", "send AT: X #2"]);
        assert_eq!((all.len(), all[0].kind), (MAX_LATENCIES, Kind::Latency));
        assert_eq!((all[0].figure.value, all[0].figure.unit.as_str()), (-0.5, "s"));
        assert_eq!(test.latencies[1].step, "1.2.1");
    }
}
