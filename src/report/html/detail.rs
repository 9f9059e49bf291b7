//! One test as its entries tell it: gathered while they come, and rendered when it has ended.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;

use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Entry, Event, Figure, Grade, readable};
use crate::moment::Moment;
use crate::profile::Profile;
use crate::report::html::drawn::Drawn;
use crate::report::html::meanings::Meanings;
use crate::report::html::talk::{self, Row, Sort, Talk, value};
use crate::report::html::waterfall::{Bar, Tick, Waterfall, Way};
use crate::report::html::words::Word;
use crate::report::plot::{self, Track};
use crate::tally::{Kind, Outcome, Tally};
use crate::transcript::{Said, Transcript};

/// Complaints of a test that are drawn: the first tells most, the rest is a teardown's.
const MAX_COMPLAINTS: usize = 20;
/// Measurements of a test that are drawn against their bounds; the others are figures in a table.
const MAX_PLOTS: usize = 40;
/// With more steps only the outer ones are shown at first.
const MAX_OPEN_STEPS: usize = 14;

/// A test that is going on, or has ended.
pub(super) struct Detail {
    began: u64,
    last: u64,
    waterfall: Waterfall,
    talk: Talk,
    track: Track,
    /// Of this test alone: what it came to.
    tally: Tally,
    has_ended: bool,
}

/// What hearing needs beside the test itself.
pub(super) struct Ear<'e> {
    pub(super) transcript: &'e mut Transcript,
    pub(super) profile: Option<&'e Arc<Profile>>,
    pub(super) meanings: &'e mut Meanings,
}

#[derive(Template)]
#[template(path = "detail.html")]
struct Page<'p> {
    test: &'p Outcome,
    took: String,
    complaints: Vec<Drawn>,
    measured: Vec<Measured>,
    curve: Option<String>,
    bars: Vec<Bar<'p>>,
    is_long: bool,
    steps_left_out: usize,
    ticks: Vec<Tick>,
    sent: String,
    received: String,
    lines: Vec<Line<'p>>,
}

/// A measurement with its bounds.
struct Measured {
    name: String,
    value: String,
    bounds: String,
    grade: &'static str,
    plot: Option<String>,
}

/// A row of the conversation, and the step that begins with it.
struct Line<'p> {
    step: Option<(usize, &'p str, &'p str)>,
    row: &'p Row,
    at: String,
    meaning: Option<(usize, &'p str)>,
    /// Rows that are left out before it.
    gap: usize,
}

impl Detail {
    pub(super) fn begun(ns: u64) -> Detail {
        Detail {
            began: ns,
            last: ns,
            waterfall: Waterfall::new(),
            talk: Talk::new(),
            track: Track::default(),
            tally: Tally::default(),
            has_ended: false,
        }
    }

    pub(super) fn has_passed(&self) -> bool {
        let outcome = self.tally.tests.first();
        outcome.is_some_and(|test| test.verdict == Verdict::Passed && test.complaints.is_empty())
    }

    /// Takes one entry in.
    pub(super) fn hear(&mut self, entry: &Entry<'_>, ear: &mut Ear<'_>) {
        self.last = self.last.max(entry.ns);
        self.tally.hear(entry);
        self.track.hear(entry);
        self.converse(entry, ear);
        let ns = entry.ns;
        match &entry.is {
            Event::StepStarted(at) => {
                self.waterfall.begin(at, ns);
            }
            Event::StepEnded { path, verdict } => self.waterfall.end(path, ns, *verdict),
            Event::Sent(_) => self.waterfall.mark(Way::Sent, ns),
            Event::Received(_) => self.waterfall.mark(Way::Received, ns),
            Event::PortGone { why } => {
                self.push(Row::new(ns, Sort::Port, "the port is gone".to_owned()).with(&**why));
            }
            Event::PortBack { port } => {
                self.push(Row::new(ns, Sort::Port, "the port is back".to_owned()).with(&**port));
            }
            Event::Met(met) => self.talk.meet(met),
            Event::Called { .. } => self.call(entry),
            Event::TransferStarted { bytes } => {
                self.push(Row::new(ns, Sort::File, format!("a file of {bytes} bytes begins")));
            }
            Event::Measured(figure) => self.measure(ns, figure),
            Event::Logged(text) => self.push(Row::new(ns, Sort::Log, text.to_string())),
            Event::Complained { diagnostic, .. } => {
                self.push(Row::new(ns, Sort::Complaint, diagnostic.message.clone()));
            }
            Event::Unclaimed(unclaimed) => self.talk.leave(unclaimed),
            Event::TestEnded { .. } => self.has_ended = true,
            Event::RunStarted(_)
            | Event::Learned { .. }
            | Event::RigReady(_)
            | Event::TestStarted(_)
            | Event::TeardownStarted
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {}
        }
    }

    /// What the entry completes of the conversation.
    fn converse(&mut self, entry: &Entry<'_>, ear: &mut Ear<'_>) {
        let step = self.waterfall.current();
        let talk = &mut self.talk;
        ear.transcript.hear(entry, |at, said| {
            let mut row = Row::of(at, said);
            row.step = step;
            let has_meaning = matches!(said, Said::Command(_) | Said::Line(..));
            if let Some(profile) = ear.profile.filter(|_| has_meaning && row.sort.can_be_known()) {
                row.meaning = ear.meanings.of(profile, &row.text);
            }
            talk.push(row);
        });
    }

    fn push(&mut self, mut row: Row) {
        row.step = self.waterfall.current();
        self.talk.push(row);
    }

    fn measure(&mut self, ns: u64, figure: &Figure) {
        let row = Row::new(ns, Sort::Measured, format!("{} is {}", figure.name, figure.shown()));
        self.push(row.with(figure.bounds().unwrap_or_default()));
    }

    fn call(&mut self, entry: &Entry<'_>) {
        let Event::Called { role, method, params, took_ns, after, answer, refused } = &entry.is
        else {
            return;
        };
        let mut text = format!("{role}.{method}");
        if let Some(params) = params {
            let _ = write!(text, " {}", talk::params(params));
        }
        let mut remarks: Vec<String> = Vec::new();
        remarks.extend(refused.as_ref().map(|why| format!("refused: {why}")));
        remarks.extend(answer.as_ref().map(|answer| format!("answered {}", value(answer))));
        remarks.extend(took_ns.map(|ns| format!("took {}", show(Duration::from_nanos(ns)))));
        remarks.extend(after.as_ref().map(|cue| {
            let late = show(Duration::from_nanos(entry.ns.saturating_sub(cue.ns)));
            format!("{late} after `{}`", readable(&cue.line.0))
        }));
        self.push(Row::new(entry.ns, Sort::Call, text).with(remarks.join("; ")));
    }

    /// The whole of it as HTML; nothing when no test has begun.
    pub(super) fn rendered(&self, meanings: &Meanings) -> Option<String> {
        let test = self.tally.tests.first()?;
        let (began, ended) = (self.began, self.last);
        let complaints = test.complaints.iter().take(MAX_COMPLAINTS);
        let bars = self.waterfall.bars(began, ended);
        let page = Page {
            test,
            took: show(Duration::from_nanos(ended.saturating_sub(began))),
            complaints: complaints.map(|(verdict, wrong)| Drawn::of(*verdict, wrong)).collect(),
            measured: measured(test),
            curve: plot::curve(&self.track),
            is_long: bars.len() > MAX_OPEN_STEPS,
            bars,
            steps_left_out: self.waterfall.left_out(),
            ticks: Waterfall::ticks(began, ended),
            sent: self.waterfall.marks(Way::Sent, (began, ended)),
            received: self.waterfall.marks(Way::Received, (began, ended)),
            lines: self.lines(meanings),
        };
        Some(page.render().expect("a template writes to memory"))
    }

    fn lines<'p>(&'p self, meanings: &'p Meanings) -> Vec<Line<'p>> {
        let mut lines: Vec<Line<'p>> = Vec::new();
        let (mut step, mut next) = (None, 0);
        for (number, row) in self.talk.iter() {
            let begins = row.step.filter(|_| row.step != step);
            step = row.step;
            let named = begins.and_then(|number| {
                let step = self.waterfall.step(number)?;
                Some((number, step.path.as_str(), step.what.as_str()))
            });
            let since = Duration::from_nanos(row.ns.saturating_sub(self.began));
            lines.push(Line {
                step: named,
                row,
                at: (Moment::START + since).to_string(),
                meaning: row.meaning.map(|number| (number, meanings.brief(number))),
                gap: number - next,
            });
            next = number + 1;
        }
        lines
    }
}

/// What the scenario has measured, and its power cuts; how long lines took stands beside them.
fn measured(test: &Outcome) -> Vec<Measured> {
    let all = test.measurements().into_iter().filter(|one| one.kind != Kind::Latency);
    let each = all.enumerate().map(|(number, one)| Measured {
        plot: (number < MAX_PLOTS).then(|| plot::against_limits(&one.figure)).flatten(),
        grade: match one.figure.grade {
            Grade::Within => "within",
            Grade::Marginal => "marginal",
            Grade::Outside => "outside",
        },
        value: one.figure.shown(),
        bounds: one.figure.bounds().unwrap_or_default(),
        name: one.figure.name,
    });
    each.collect()
}
