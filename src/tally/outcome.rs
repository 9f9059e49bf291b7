//! What one test came to, gathered entry by entry.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, floor};
use crate::fault::Verdict;
use crate::journal::{Cue, Entry, Event, Figure, Flaky, Grade, TestAt, Unclaimed, Wire, readable};
use crate::moment::Moment;
use crate::tally::measurement::{Latency, MAX_LATENCIES};

/// Words of a scenario that are kept for the reports, per test.
const MAX_LOGS: usize = 1_000;
/// Why a test is interrupted whose end is not in the journal.
const UNFINISHED: &str = "the journal ends in the middle of this test";

/// Bytes of them: ten thousand tests must fit into memory, and each is in the journal.
const MAX_LOG_BYTES: usize = 64 * 1024;

/// What one test came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub at: TestAt,
    /// Which of the tests that its journal begins it is, from 0: attempts count one by one.
    pub number: usize,
    /// Of several runs that are told together, which one it belongs to, from 0.
    pub run: usize,
    pub verdict: Verdict,
    /// Why it was skipped, or that it has no end.
    pub reason: Option<String>,
    /// On the world's clock.
    pub took: Duration,
    pub complaints: Vec<(Verdict, Diagnostic)>,
    /// What the device said about itself: `firmware`, `imei`; the first and the last value.
    pub facts: BTreeMap<String, (String, String)>,
    pub logs: Vec<String>,
    /// Words, or parts of them, that were too many to be kept.
    pub logs_more: u64,
    pub figures: Vec<Figure>,
    /// Power cuts upon a line: the times from its arrival to the answer of the switch.
    pub cuts: Vec<Figure>,
    /// How long expected lines took, of the first of them.
    pub latencies: Vec<Latency>,
    pub unclaimed: Vec<String>,
    pub unclaimed_more: u64,
    /// Earlier attempts at it, in order.
    pub earlier: Vec<Outcome>,
    started_ns: u64,
    log_bytes: usize,
    /// The step that began last: its path, and what it does.
    step: (String, String),
}

impl Outcome {
    /// A test that has no end is interrupted, until its end is heard.
    pub(super) fn begun(at: TestAt, number: usize, started_ns: u64) -> Outcome {
        Outcome {
            at,
            number,
            run: 0,
            verdict: Verdict::Interrupted,
            reason: Some(UNFINISHED.to_owned()),
            took: Duration::ZERO,
            complaints: Vec::new(),
            facts: BTreeMap::new(),
            logs: Vec::new(),
            logs_more: 0,
            figures: Vec::new(),
            cuts: Vec::new(),
            latencies: Vec::new(),
            unclaimed: Vec::new(),
            unclaimed_more: 0,
            earlier: Vec::new(),
            started_ns,
            log_bytes: 0,
            step: Default::default(),
        }
    }

    /// Of several runs that are told together it belongs to this one, with its attempts.
    pub(super) fn belong_to(&mut self, run: usize) {
        self.run = run;
        self.earlier.iter_mut().for_each(|before| before.run = run);
    }

    pub(super) fn hear(&mut self, entry: &Entry<'_>) {
        self.took = Duration::from_nanos(entry.ns.saturating_sub(self.started_ns)).max(self.took);
        match &entry.is {
            Event::Learned { fact, value } => {
                let known = self.facts.entry(fact.to_string());
                let first = known.or_insert_with(|| (value.to_string(), value.to_string()));
                first.1 = value.to_string();
            }
            Event::Logged(text) => self.log(text),
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
            // Whatever is met belongs to it: a step awaits lines, or consists of steps.
            Event::StepStarted(step) => self.step = (step.path.clone(), step.what.clone()),
            Event::Met(met) if self.latencies.len() < MAX_LATENCIES => {
                self.latencies.push(Latency::of(met, &self.step));
            }
            Event::Unclaimed(unclaimed) => self.leave(unclaimed),
            Event::TestEnded { verdict, reason } => {
                self.verdict = *verdict;
                self.reason = reason.as_ref().map(ToString::to_string);
            }
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::TestStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::PortGone { .. }
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Called { .. }
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::StepEnded { .. }
            | Event::TeardownStarted
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {}
        }
    }

    /// What a pass counts after a failure of the same test. Attempts that only the rig spoiled say
    /// nothing about the device, so they make it no failure.
    pub(super) fn count_as(&mut self, flaky: Flaky) {
        if flaky == Flaky::Fail && self.is_flaky() {
            let has_failed = self.before_here().any(|before| before.verdict == Verdict::Failed);
            self.verdict = if has_failed { Verdict::Failed } else { Verdict::Broken };
            let attempt = self.at.attempt;
            self.reason =
                Some(format!("flaky: passed in attempt {attempt} only, and --flaky is `fail`"));
        }
    }

    /// Whether it has passed only after it did not, on the same rig.
    pub fn is_flaky(&self) -> bool {
        self.verdict == Verdict::Passed && self.before_here().next().is_some()
    }

    /// Earlier attempts on the same rig.
    fn before_here(&self) -> impl Iterator<Item = &Outcome> {
        self.earlier.iter().filter(|before| before.at.rig == self.at.rig)
    }

    /// On the world's clock: on a real port since the run began.
    pub fn began(&self) -> Moment {
        Moment::from_nanos(self.started_ns)
    }

    fn log(&mut self, text: &str) {
        let room = MAX_LOG_BYTES - self.log_bytes;
        let kept = &text[..floor(text, room)];
        if kept.len() < text.len() || self.logs.len() >= MAX_LOGS {
            self.logs_more += 1;
        }
        if (!kept.is_empty() || text.is_empty()) && self.logs.len() < MAX_LOGS {
            self.log_bytes += kept.len();
            self.logs.push(kept.to_owned());
        }
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
    pub(super) fn worst(&self) -> Verdict {
        let complaints = self.complaints.iter().map(|(verdict, _)| *verdict);
        // Of a failure the test's verdict tells, which knows whether it was expected.
        let told = complaints.filter(|verdict| *verdict != Verdict::Failed);
        told.fold(self.verdict, Verdict::or_worse)
    }

    /// What reports call it. A teardown that broke the rig makes it broken, also where the failure
    /// before it was expected.
    pub fn told(&self) -> Verdict {
        match self.verdict {
            Verdict::Passed | Verdict::Skipped => self.verdict.or_worse(self.worst()),
            Verdict::Failed | Verdict::Broken | Verdict::Interrupted => self.verdict,
        }
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
        // Whatever is complained of in a test without an end, its verdict is not known.
        let is_unfinished = reason == Some(UNFINISHED);
        if self.is_skipped() || is_unfinished { reason.or(first) } else { first.or(reason) }
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
