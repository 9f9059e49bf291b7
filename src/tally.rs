//! What a run came to, computed from its journal and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::fault::Verdict;
use crate::journal::{
    Cue, Entry, Event, Figure, Flaky, Grade, Header, Journal, Plan, Rig, TestAt, Unclaimed, Wire,
    readable,
};
use crate::moment::Moment;

/// Words of a scenario that are kept for the reports, per test.
const MAX_LOGS: usize = 1_000;

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
    /// Where in `tests` each rig's last one is; a single rig has no name here.
    current: BTreeMap<String, usize>,
}

/// What one test came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub at: TestAt,
    pub verdict: Verdict,
    /// Why it was skipped, or that it has no end.
    pub reason: Option<String>,
    /// On the world's clock.
    pub took: Duration,
    pub complaints: Vec<(Verdict, Diagnostic)>,
    /// What the device said about itself: `firmware`, `imei`; the first and the last value.
    pub facts: BTreeMap<String, (String, String)>,
    pub logs: Vec<String>,
    pub figures: Vec<Figure>,
    /// Power cuts upon a line: the times from its arrival to the answer of the switch.
    pub cuts: Vec<Figure>,
    pub unclaimed: Vec<String>,
    pub unclaimed_more: u64,
    /// Earlier attempts at it, in order.
    pub earlier: Vec<Outcome>,
    started_ns: u64,
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
                let place = self.begin(Outcome::begun(at.clone(), entry.ns));
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

impl Outcome {
    /// A test that has no end is interrupted, until its end is heard.
    fn begun(at: TestAt, started_ns: u64) -> Outcome {
        Outcome {
            at,
            verdict: Verdict::Interrupted,
            reason: Some("the journal ends in the middle of this test".to_owned()),
            took: Duration::ZERO,
            complaints: Vec::new(),
            facts: BTreeMap::new(),
            logs: Vec::new(),
            figures: Vec::new(),
            cuts: Vec::new(),
            unclaimed: Vec::new(),
            unclaimed_more: 0,
            earlier: Vec::new(),
            started_ns,
        }
    }

    fn hear(&mut self, entry: &Entry<'_>) {
        self.took = Duration::from_nanos(entry.ns.saturating_sub(self.started_ns)).max(self.took);
        match &entry.is {
            Event::Learned { fact, value } => {
                let known = self.facts.entry(fact.to_string());
                let first = known.or_insert_with(|| (value.to_string(), value.to_string()));
                first.1 = value.to_string();
            }
            Event::Logged(text) if self.logs.len() < MAX_LOGS => self.logs.push(text.to_string()),
            Event::Complained { verdict, diagnostic } => {
                self.complaints.push((*verdict, (**diagnostic).clone()));
            }
            Event::Measured(figure) if self.figures.len() < MAX_LOGS => {
                self.figures.push(figure.clone());
            }
            Event::Called { role, method, after: Some(cue), refused: None, .. }
                if self.cuts.len() < MAX_LOGS =>
            {
                let what = format!("{role}.{method}");
                self.cuts.push(cut(&what, cue, entry.ns));
            }
            Event::Unclaimed(unclaimed) => self.leave(unclaimed),
            Event::TestEnded { verdict, reason } => {
                self.verdict = *verdict;
                self.reason = reason.as_ref().map(ToString::to_string);
            }
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::TestStarted(_)
            | Event::StepStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::PortGone { .. }
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Called { .. }
            | Event::Logged(_)
            | Event::Measured(_)
            | Event::StepEnded { .. }
            | Event::TeardownStarted
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {}
        }
    }

    /// What a pass counts after a failure of the same test.
    fn count_as(&mut self, flaky: Flaky) {
        if flaky == Flaky::Fail && self.is_flaky() {
            self.verdict = Verdict::Failed;
            let attempt = self.at.attempt;
            self.reason =
                Some(format!("flaky: passed in attempt {attempt} only, and --flaky is `fail`"));
        }
    }

    /// Whether it has passed only after it did not, on the same rig.
    pub fn is_flaky(&self) -> bool {
        let on_this_rig = |before: &Outcome| before.at.rig == self.at.rig;
        self.verdict == Verdict::Passed && self.earlier.iter().any(on_this_rig)
    }

    fn leave(&mut self, unclaimed: &Unclaimed) {
        let shown = |(ns, line): &(u64, Wire<'_>)| {
            let at = Moment::from_nanos(*ns);
            format!("{at}  {}", readable(&Wire::brief(&line.0).0))
        };
        self.unclaimed = unclaimed.lines.iter().map(shown).collect();
        self.unclaimed_more = unclaimed.more;
    }

    /// The worst of the test and its teardown.
    fn worst(&self) -> Verdict {
        let complaints = self.complaints.iter().map(|(verdict, _)| *verdict);
        // Of a failure the test's verdict tells, which knows whether it was expected.
        let told = complaints.filter(|verdict| *verdict != Verdict::Failed);
        told.fold(self.verdict, Verdict::or_worse)
    }

    /// How it was come to when not at once: the last attempt before, and on which other rig.
    pub fn before(&self) -> Option<String> {
        let last = self.earlier.last()?;
        let on = if last.at.rig == self.at.rig { "" } else { &format!(" on {}", last.at.rig) };
        let cause = last.cause().unwrap_or("no reason is known");
        Some(format!("attempt {}{on} {}: {cause}", last.at.attempt, last.verdict))
    }

    fn is_skipped(&self) -> bool {
        self.verdict == Verdict::Skipped
    }

    /// Whether nothing of it needs to be looked at: it was skipped, or has failed as expected.
    pub fn is_excused(&self) -> bool {
        self.is_skipped() && self.worst() == Verdict::Skipped
    }

    /// What is wrong, in one line.
    pub fn cause(&self) -> Option<&str> {
        let first = self.complaints.first().map(|(_, diagnostic)| diagnostic.message.as_str());
        let reason = self.reason.as_deref();
        if self.is_skipped() { reason.or(first) } else { first.or(reason) }
    }
}

/// How long a cut took, counted from the line that it followed.
fn cut(what: &str, cue: &Cue<'_>, answered_ns: u64) -> Figure {
    #[expect(clippy::cast_precision_loss, reason = "a figure of a report")]
    let value = answered_ns.saturating_sub(cue.ns) as f64 / 1e6;
    Figure {
        name: format!("{what} after `{}`", readable(&cue.line.0)),
        value,
        unit: "ms".to_owned(),
        at_least: None,
        at_most: None,
        grade: Grade::Within,
    }
}
