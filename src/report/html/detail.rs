//! One test as its entries tell it: gathered while they come, and rendered when it has ended.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Entry, Event, Figure, Grade, TestAt, readable};
use crate::moment::Moment;
use crate::profile::Profile;
use crate::report::html::drawn::Drawn;
use crate::report::html::meanings::Meanings;
use crate::report::html::talk::{Row, Sort, Talk, value};
use crate::report::html::waterfall::{Bar, Tick, Waterfall, Way};
use crate::report::html::words::Word;
use crate::transcript::{Said, Transcript};

/// Complaints of a test that are drawn: the first tells most, the rest is a teardown's.
const MAX_COMPLAINTS: usize = 20;
/// Figures of a test that are listed.
const MAX_FIGURES: usize = 400;

/// A test that is going on, or has ended.
pub(super) struct Detail {
    at: TestAt,
    began: u64,
    last: u64,
    waterfall: Waterfall,
    talk: Talk,
    complaints: Vec<(Verdict, Diagnostic)>,
    figures: Vec<Figure>,
    facts: BTreeMap<String, (String, String)>,
    verdict: Option<Verdict>,
    reason: Option<String>,
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
    detail: &'p Detail,
    verdict: Verdict,
    took: String,
    complaints: Vec<Drawn>,
    bars: Vec<Bar<'p>>,
    ticks: Vec<Tick>,
    sent: String,
    received: String,
    lines: Vec<Line<'p>>,
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
    pub(super) fn begun(at: TestAt, ns: u64) -> Detail {
        Detail {
            at,
            began: ns,
            last: ns,
            waterfall: Waterfall::new(),
            talk: Talk::new(),
            complaints: Vec::new(),
            figures: Vec::new(),
            facts: BTreeMap::new(),
            verdict: None,
            reason: None,
        }
    }

    pub(super) fn has_passed(&self) -> bool {
        self.verdict == Some(Verdict::Passed) && self.complaints.is_empty()
    }

    /// Takes one entry in.
    pub(super) fn hear(&mut self, entry: &Entry<'_>, ear: &mut Ear<'_>) {
        self.last = self.last.max(entry.ns);
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
            Event::Learned { fact, value } => {
                let known = self.facts.entry(fact.to_string());
                let pair = known.or_insert_with(|| (value.to_string(), value.to_string()));
                pair.1 = value.to_string();
            }
            Event::Logged(text) => self.push(Row::new(ns, Sort::Log, text.to_string())),
            Event::Complained { verdict, diagnostic } => {
                self.push(Row::new(ns, Sort::Complaint, diagnostic.message.clone()));
                if self.complaints.len() < MAX_COMPLAINTS {
                    self.complaints.push((*verdict, (**diagnostic).clone()));
                }
            }
            Event::Unclaimed(unclaimed) => self.talk.leave(unclaimed),
            Event::TestEnded { verdict, reason } => {
                self.verdict = Some(*verdict);
                self.reason = reason.as_ref().map(ToString::to_string);
            }
            Event::RunStarted(_)
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
        if self.figures.len() < MAX_FIGURES {
            self.figures.push(figure.clone());
        }
    }

    fn call(&mut self, entry: &Entry<'_>) {
        let Event::Called { role, method, params, took_ns, after, answer, refused } = &entry.is
        else {
            return;
        };
        let mut text = format!("{role}.{method}");
        if let Some(params) = params {
            let _ = write!(text, " {}", value(params));
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

    /// The whole of it as HTML.
    pub(super) fn rendered(&self, meanings: &Meanings) -> String {
        let (began, ended) = (self.began, self.last);
        let complaints = self.complaints.iter();
        let page = Page {
            detail: self,
            verdict: self.verdict.unwrap_or(Verdict::Interrupted),
            took: show(Duration::from_nanos(ended.saturating_sub(began))),
            complaints: complaints.map(|(verdict, wrong)| Drawn::of(*verdict, wrong)).collect(),
            bars: self.waterfall.bars(began, ended),
            ticks: Waterfall::ticks(began, ended),
            sent: self.waterfall.marks(Way::Sent, (began, ended)),
            received: self.waterfall.marks(Way::Received, (began, ended)),
            lines: self.lines(meanings),
        };
        page.render().expect("a template writes to memory")
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

    fn figure_class(figure: &Figure) -> &'static str {
        match figure.grade {
            Grade::Within => "within",
            Grade::Marginal => "marginal",
            Grade::Outside => "outside",
        }
    }
}
