//! What a run came to, computed from its journal and nothing else.

mod measurement;
mod merge;
mod outcome;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::fault::Verdict;
use crate::journal::{Entry, Event, Header, Journal, Plan, Rig};

pub use measurement::{Kind, Latency, Measurement};
pub use outcome::Outcome;

/// Everything that reports need, gathered entry by entry.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub header: Option<Header>,
    /// What the run was going to do; nothing when the journal ends before that.
    pub plan: Option<Plan>,
    pub rigs: Vec<Rig>,
    /// As they began; once the run has ended, by rig.
    pub tests: Vec<Outcome>,
    /// The rigs that were taken out, each with why.
    pub left: Vec<(String, String)>,
    /// Set when the run came to its end.
    pub ended: Option<Verdict>,
    /// Of several runs that are told together each one's own; empty when it is one.
    pub runs: Vec<Run>,
    /// How many tests began, each attempt for itself.
    begun: usize,
    /// Where in `tests` each rig's last one is; a single rig has no name here.
    current: BTreeMap<String, usize>,
}

/// What a run says of itself.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub header: Option<Header>,
    pub plan: Option<Plan>,
    /// Set when it came to its end.
    pub ended: Option<Verdict>,
    /// What tells it from the others that it is told with, its host or its number; empty when it
    /// is alone.
    pub mark: String,
}

/// The process's exit code for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Passed,
    /// A device failed.
    Failed,
    /// A rig broke: says nothing about the device, so it comes before failed.
    Broken,
    Interrupted,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Broken => 3,
            Exit::Interrupted => 130,
        }
    }
}

impl Tally {
    /// Follows a run by its journal. Whoever reads it reads the run as far as it has come.
    pub fn follow(journal: &mut Journal) -> Arc<Mutex<Tally>> {
        let tally = Arc::new(Mutex::new(Tally::default()));
        let hears = Arc::clone(&tally);
        journal.listen(Box::new(move |entry| {
            hears.lock().unwrap_or_else(PoisonError::into_inner).hear(entry);
        }));
        tally
    }

    /// Takes one entry in.
    pub fn hear(&mut self, entry: &Entry<'_>) {
        match &entry.is {
            Event::RunStarted(plan) => self.plan = Some(plan.clone()),
            Event::RigReady(rig) => {
                if !self.rigs.contains(rig) {
                    self.rigs.push(rig.clone());
                }
            }
            Event::TestStarted(at) => {
                let place = self.begin(Outcome::begun(at.clone(), self.begun, entry.ns));
                self.begun += 1;
                let on = entry.on.as_deref().unwrap_or_default();
                self.current.insert(on.to_owned(), place);
            }
            Event::RigLeft { why } => {
                let rig = entry.on.as_deref().unwrap_or_default();
                self.left.push((rig.to_owned(), why.clone().into_owned()));
            }
            Event::RunEnded { verdict } => self.end(*verdict),
            Event::Waits(_) => {}
            Event::StepStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::PortGone { .. }
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Called { .. }
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::StepEnded { .. }
            | Event::Complained { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::TestEnded { .. } => {
                let flaky = self.plan.as_ref().map(|plan| plan.flaky).unwrap_or_default();
                let on = entry.on.as_deref().unwrap_or_default();
                let place = self.current.get(on);
                if let Some(test) = place.and_then(|place| self.tests.get_mut(*place)) {
                    test.hear(entry);
                    test.count_as(flaky);
                }
            }
        }
    }

    /// Whether tests must be told with their rigs.
    pub fn has_several_rigs(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| !plan.rigs.is_empty())
    }

    /// Puts a test that begins into its place: a later attempt takes that of the one before, which
    /// was on the same rig, or on one that was taken out.
    fn begin(&mut self, mut test: Outcome) -> usize {
        let is_same = |other: &Outcome| other.at.id == test.at.id;
        let on_this_rig = |other: &Outcome| is_same(other) && other.at.rig == test.at.rig;
        let before = if test.at.attempt > 1 {
            let known = self.tests.iter().rposition(on_this_rig);
            known.or_else(|| self.tests.iter().rposition(is_same))
        } else {
            None
        };
        let Some(place) = before else {
            self.tests.push(test);
            return self.tests.len() - 1;
        };
        let mut last = self.tests[place].clone();
        test.earlier = std::mem::take(&mut last.earlier);
        test.earlier.push(last);
        self.tests[place] = test;
        place
    }

    /// Rigs run side by side, but are told one after the other, however their tests met.
    fn end(&mut self, verdict: Verdict) {
        self.ended = Some(verdict);
        let Some(plan) = &self.plan else { return };
        let place = |rig: &str| {
            // What no rig could do comes last.
            plan.rigs.iter().position(|known| known == rig).unwrap_or(usize::MAX)
        };
        self.tests.sort_by_key(|test| place(&test.at.rig));
        self.rigs.sort_by_key(|rig| place(&rig.name));
        self.left.sort_by_key(|(rig, _)| place(rig));
    }

    /// How many tests came to this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.tests.iter().filter(|test| test.verdict == verdict).count()
    }

    /// Time on the world's clock, of all tests together.
    pub fn took(&self) -> Duration {
        self.tests.iter().map(|test| test.took).sum()
    }

    pub fn exit(&self) -> Exit {
        // A journal that was cut is that of a run that was stopped.
        let ended = self.ended.unwrap_or(Verdict::Interrupted);
        let left = if self.left.is_empty() { ended } else { ended.or_worse(Verdict::Broken) };
        match self.tests.iter().map(Outcome::worst).fold(left, Verdict::or_worse) {
            Verdict::Passed | Verdict::Skipped => Exit::Passed,
            Verdict::Failed => Exit::Failed,
            Verdict::Broken => Exit::Broken,
            Verdict::Interrupted => Exit::Interrupted,
        }
    }
}
