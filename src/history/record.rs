//! What a history keeps of a run: the same whether it comes from a tally or out of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Verdict;
use crate::history::Phases;
use crate::journal::{Header, Plan};
use crate::tally::{Exit, Outcome, Tally};
use crate::variables;

/// Characters of a cause that are kept: it is one line of a table.
const MAX_CAUSE: usize = 400;
/// Figures of one test that are kept: a history is for trends, the journal has all.
const MAX_SAMPLES: usize = 500;

/// A run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Record {
    pub head: Head,
    /// In the order of the run's report.
    pub tests: Vec<Done>,
}

/// What is said of a run as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Head {
    /// Its number in the history; nothing while it has none.
    pub number: Option<i64>,
    pub state: State,
    /// RFC 3339, UTC.
    pub started: String,
    pub host: Option<String>,
    pub command: Vec<String>,
    pub tool: String,
    /// An absolute path; a later run may have written its own journal there.
    pub journal: String,
    pub seed: u64,
    pub shard: Option<String>,
    pub package: BTreeMap<String, Value>,
    /// Nothing when the run has no end.
    pub verdict: Option<Verdict>,
    pub counts: Counts,
    /// On the modules' clocks, all tests together.
    #[serde(rename = "took_ns", serialize_with = "nanoseconds")]
    pub took: Duration,
    pub rigs: Vec<Bench>,
}

fn nanoseconds<S: serde::Serializer>(took: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(took.as_nanos().try_into().unwrap_or(u64::MAX))
}

/// How much of a run a history knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// That it has begun: it goes on, or was killed and nobody has looked yet.
    #[default]
    Begun,
    /// All that its journal says.
    Told,
    /// That it has begun, and no more: its journal is gone.
    Lost,
}

/// How many tests came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub broken: u64,
    pub skipped: u64,
    pub interrupted: u64,
    pub never_begun: u64,
    /// Of those that passed.
    pub flaky: u64,
}

/// A rig of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bench {
    pub name: String,
    pub profile: String,
    pub port: String,
    /// Why it was taken out.
    pub gone: Option<String>,
}

/// A test of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    pub rig: String,
    pub id: String,
    pub scenario: String,
    /// Nothing when it never began.
    pub verdict: Option<Verdict>,
    pub cause: Option<String>,
    #[serde(rename = "took_ns", serialize_with = "nanoseconds")]
    pub took: Duration,
    pub attempts: u32,
    pub flaky: bool,
    /// What the module said it runs, first and last.
    pub firmware: Option<(String, String)>,
    pub samples: Vec<Sample>,
}

/// A measurement of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// Where it comes from: `measure`, `cut`, `latency` or `phase`.
    pub kind: String,
    pub name: String,
    pub unit: String,
    pub value: f64,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

/// A test that a run is going to do; without a rig, whichever it fits does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub rig: String,
    pub id: String,
    pub scenario: String,
}

impl Head {
    /// What its end is called: a run that was killed has none.
    pub fn ended(&self) -> String {
        match (self.verdict, self.state) {
            (Some(verdict), _) => verdict.to_string(),
            (None, State::Begun) => "underway".to_owned(),
            (None, State::Told) => "killed".to_owned(),
            (None, State::Lost) => "lost".to_owned(),
        }
    }

    /// A run that begins.
    pub fn begun(header: &Header, plan: &Plan, journal: &str) -> Head {
        Head {
            started: header.started.clone(),
            host: header.host.clone(),
            command: header.command.clone(),
            tool: header.tool.clone(),
            journal: journal.to_owned(),
            seed: plan.seed,
            shard: plan.shard.clone(),
            package: plan.package.clone(),
            ..Head::default()
        }
    }

    /// Whether both speak of the same run. Runs that were told what time it is look alike.
    pub fn is_same_run(&self, other: &Head) -> bool {
        let key = |head: &Head| (head.started.clone(), head.host.clone(), head.command.clone());
        key(self) == key(other)
    }

    /// What a package is, wherever its file lies: the same text for the same package.
    pub fn subject(&self) -> String {
        let known = self.package.iter().filter(|(key, _)| *key != "file");
        known
            .map(|(key, value)| format!("{key}={}", variables::show(value)))
            .collect::<Vec<_>>()
            .join(";")
    }

    fn word(&self, key: &str) -> Option<String> {
        self.package.get(key).map(variables::show).filter(|word| !word.is_empty())
    }

    /// `4.5 to 4.6: HL7800.4.5.4.0 → HL7800.4.6.9.4`, or how many packages they were.
    pub fn package_shown(&self) -> String {
        let name = self.word("name").unwrap_or_else(|| "no package".to_owned());
        match (self.word("from"), self.word("to")) {
            (Some(from), Some(to)) => format!("{name}: {from} → {to}"),
            (None, _) | (_, None) => name,
        }
    }

    /// The version that the run brought about.
    pub fn target(&self) -> Option<String> {
        self.word("to")
    }

    /// The rigs by name.
    pub fn rig_names(&self) -> BTreeSet<&str> {
        self.rigs.iter().map(|rig| rig.name.as_str()).collect()
    }
}

impl Record {
    /// What is kept of a run. `planned` are the tests it was going to do, as far as that is known.
    pub fn of(tally: &Tally, phases: &Phases, journal: &str, planned: &[Planned]) -> Record {
        let (header, plan) = (tally.header.clone(), tally.plan.clone());
        let mut head = Head::begun(&header.unwrap_or_default(), &plan.unwrap_or_default(), journal);
        head.verdict = tally.ended.map(|_| match tally.exit() {
            Exit::Passed => Verdict::Passed,
            Exit::Failed => Verdict::Failed,
            Exit::Broken => Verdict::Broken,
            Exit::Interrupted => Verdict::Interrupted,
        });
        head.state = State::Told;
        head.took = tally.took();
        head.rigs = benches(tally);
        let mut tests: Vec<Done> = tally.tests.iter().map(|test| Done::of(test, phases)).collect();
        let begun: BTreeSet<(String, String)> =
            tests.iter().map(|test| (test.rig.clone(), test.id.clone())).collect();
        let somewhere: BTreeSet<String> = tests.iter().map(|test| test.id.clone()).collect();
        let has_begun = |test: &&Planned| match test.rig.as_str() {
            "" => somewhere.contains(&test.id),
            rig => begun.contains(&(rig.to_owned(), test.id.clone())),
        };
        tests.extend(planned.iter().filter(|test| !has_begun(test)).map(Done::never_begun));
        head.counts = Counts::of(&tests);
        if planned.is_empty() {
            let planned = tally.plan.as_ref().map_or(0, |plan| plan.tests);
            head.counts.never_begun = planned.saturating_sub(tests.len() as u64);
        }
        Record { head, tests }
    }
}

fn benches(tally: &Tally) -> Vec<Bench> {
    let gone = |name: &str| {
        let left = tally.left.iter().find(|(rig, _)| rig == name);
        left.map(|(_, why)| why.clone())
    };
    let ready = tally.rigs.iter().map(|rig| Bench {
        name: rig.name.clone(),
        profile: rig.profile.clone(),
        port: rig.port.clone(),
        gone: gone(&rig.name),
    });
    let mut all: Vec<Bench> = ready.collect();
    // A rig whose port never opened is a rig of the run all the same.
    for name in tally.plan.iter().flat_map(|plan| plan.rigs.iter().chain([&plan.rig])) {
        if !name.is_empty() && !all.iter().any(|rig| rig.name == *name) {
            let (name, gone) = (name.clone(), gone(name));
            all.push(Bench { name, profile: String::new(), port: String::new(), gone });
        }
    }
    all
}

impl Counts {
    fn of(tests: &[Done]) -> Counts {
        let mut counts = Counts::default();
        for test in tests {
            *match test.verdict {
                Some(Verdict::Passed) => &mut counts.passed,
                Some(Verdict::Failed) => &mut counts.failed,
                Some(Verdict::Broken) => &mut counts.broken,
                Some(Verdict::Skipped) => &mut counts.skipped,
                Some(Verdict::Interrupted) => &mut counts.interrupted,
                None => &mut counts.never_begun,
            } += 1;
            counts.flaky += u64::from(test.flaky);
        }
        counts
    }

    /// How many there are in all.
    pub fn all(&self) -> u64 {
        let ran = self.passed + self.failed + self.broken + self.interrupted;
        ran + self.skipped + self.never_begun
    }
}

impl Done {
    fn of(test: &Outcome, phases: &Phases) -> Done {
        Done {
            rig: test.at.rig.clone(),
            id: test.at.id.clone(),
            scenario: test.at.scenario.clone(),
            verdict: Some(test.verdict),
            cause: test.cause().map(|cause| cause.chars().take(MAX_CAUSE).collect()),
            took: test.took,
            attempts: test.at.attempt,
            flaky: test.is_flaky(),
            firmware: test.facts.get("firmware").cloned(),
            samples: samples(test, phases),
        }
    }

    pub(super) fn never_begun(test: &Planned) -> Done {
        Done {
            rig: test.rig.clone(),
            id: test.id.clone(),
            scenario: test.scenario.clone(),
            verdict: None,
            cause: None,
            took: Duration::ZERO,
            attempts: 0,
            flaky: false,
            firmware: None,
            samples: Vec::new(),
        }
    }

    /// Whether it says something good about the module: nothing to do again.
    pub fn is_content(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Passed | Verdict::Skipped))
    }
}

/// The measurements of a test; a database has no place for what is no number.
fn samples(test: &Outcome, phases: &Phases) -> Vec<Sample> {
    let measured = test.measurements().into_iter().map(|measurement| {
        let (kind, figure) = (measurement.kind.word().to_owned(), measurement.figure);
        let (name, unit, value) = (figure.name, figure.unit, figure.value);
        Sample { kind, name, unit, value, at_least: figure.at_least, at_most: figure.at_most }
    });
    // Phases come first: they are few, and what most people ask for.
    let all = phases.of(&test.at.rig, &test.at.id).into_iter().chain(measured);
    let finite = |bound: Option<f64>| bound.filter(|bound| bound.is_finite());
    let kept = all.filter(|sample| sample.value.is_finite()).take(MAX_SAMPLES);
    kept.map(|sample| Sample {
        at_least: finite(sample.at_least),
        at_most: finite(sample.at_most),
        ..sample
    })
    .collect()
}
