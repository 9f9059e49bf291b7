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
    /// As the scenario has it, with its variables.
    pub pattern: String,
    /// Since the start of its bounds; negative when it had arrived before.
    pub value_ns: i64,
    /// The bounds that held, counted in the same way.
    pub at_least_ns: Option<i64>,
    pub at_most_ns: Option<i64>,
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
    /// step, the second one gets a `#2`. A line that was there before anybody awaited it is counted
    /// so, but it has no latency.
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
        let all = figures.chain(cuts).chain(latencies).map(number);
        let is_real = |one: &Measurement| one.kind != Kind::Latency || one.figure.value >= 0.0;
        all.filter(is_real).collect()
    }
}

impl Latency {
    pub(super) fn of(met: &Met<'_>, (step, what): &(String, String)) -> Latency {
        Latency {
            step: step.clone(),
            what: what.clone(),
            pattern: met.written.as_ref().unwrap_or(&met.pattern).to_string(),
            value_ns: met.last_ns,
            at_least_ns: met.at_least_ns,
            at_most_ns: met.at_most_ns,
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

    /// In seconds, to the tenth of a millisecond: a byte takes as long at 115200 Bd. The line was
    /// taken, so it lies within.
    fn figure(&self) -> Figure {
        #[expect(clippy::cast_precision_loss, reason = "a figure of a report")]
        let seconds = |ns: i64| (ns as f64 / 1e5).round() / 1e4;
        Figure {
            name: self.name(),
            value: seconds(self.value_ns),
            unit: "s".to_owned(),
            at_least: self.at_least_ns.map(seconds),
            at_most: self.at_most_ns.map(seconds),
            grade: Grade::Within,
        }
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
        let (value_ns, at_least_ns, at_most_ns) = (2_500_000_000, None, Some(10_000_000_000));
        let pattern = pattern.to_owned();
        Latency { step, what, pattern, value_ns, at_least_ns, at_most_ns, lines: 1 }
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
            hear(Event::Met(Met {
                pattern: "^7$".into(),
                line: Wire::brief(b"7"),
                lines: 1,
                first_ns: 1,
                last_ns: if round == 2 { -500_000_000 } else { 24_490_986 },
                at_least_ns: None,
                at_most_ns: Some(1_000_000_000),
                written: Some("^${x}$".into()),
            }));
        }
        let all = test.measurements();
        let names: Vec<&str> = all.iter().map(|one| one.figure.name.as_str()).take(2).collect();
        assert_eq!(names, ["send AT: ${x}", "send AT: ${x} #3"]);
        assert_eq!((all.len(), all[0].kind), (MAX_LATENCIES - 1, Kind::Latency));
        assert_eq!(all[0].figure.shown(), "0.0245 s");
        assert_eq!(all[0].figure.bounds().as_deref(), Some("at most 1 s"));
        assert_eq!(test.latencies[1].step, "1.2.1");
    }
}
