//! What a person sees while a run goes on: a line for each test, and one that moves on a terminal.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::diagnostic::printable;
use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Entry, Event, Plan, StepAt, TestAt, Waits};
use crate::moment::Moment;
use crate::report::fold::{Fold, Over};

/// How the run is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A line for each test, once it is over.
    Lines,
    /// Also a moving line for each rig with the current step, for a terminal.
    Moving,
}

/// Room for the verdict, with which a line begins.
const WORD: usize = 12;

/// Follows a run on standard error.
pub struct Progress {
    bars: MultiProgress,
    /// What each rig is at; a single one has no name here.
    lanes: BTreeMap<String, Lane>,
    over: u64,
    planned: u64,
    /// Room for the longest name of a rig; nothing when there is only one.
    wide: usize,
    /// Of several rigs that are all interrupted one says it.
    is_interrupted: bool,
}

/// What one rig is at.
struct Lane {
    bar: ProgressBar,
    /// Stands before what is said of it: its name, in a column.
    head: String,
    test: String,
    scenario: String,
    /// Nothing on a real rig: a test there takes minutes, and each end is awaited.
    fold: Option<Fold>,
    started: Moment,
}

impl Progress {
    pub fn new(pace: Pace) -> Progress {
        let bars = match pace {
            Pace::Lines => MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
            Pace::Moving => MultiProgress::new(),
        };
        Progress {
            bars,
            lanes: BTreeMap::new(),
            over: 0,
            planned: 0,
            wide: 0,
            is_interrupted: false,
        }
    }

    pub fn hear(&mut self, entry: &Entry<'_>) {
        let on = entry.on.as_deref().unwrap_or_default();
        match &entry.is {
            Event::RunStarted(plan) => self.begin(plan),
            Event::TestStarted(at) => {
                self.lane(on).begin(at, entry);
            }
            Event::StepStarted(step) => self.step(on, step, entry),
            Event::TestEnded { verdict, .. } => {
                self.over += 1;
                let lines = self.lane(on).end(*verdict, entry);
                self.lines(on, &lines);
            }
            Event::Complained { verdict: Verdict::Interrupted, .. } => {
                if self.wide == 0 || !std::mem::replace(&mut self.is_interrupted, true) {
                    self.write("interrupted: tearing down; once more to stop at once");
                }
            }
            Event::RigReady(rig) if rig.port == "virtual" => {
                self.lane(on).fold.get_or_insert_default();
            }
            Event::Waits(Waits { instrument, holder }) => {
                self.line(on, &format!("waits       for `{instrument}`, which {holder} has"));
            }
            Event::RigLeft { why } => self.line(on, &format!("taken out   {why}")),
            Event::RunEnded { .. } => self.end(),
            Event::RigReady(_)
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
            | Event::Unclaimed(_) => {}
        }
    }

    fn begin(&mut self, plan: &Plan) {
        self.planned = plan.tests;
        self.wide = plan.rigs.iter().map(|rig| rig.chars().count()).max().unwrap_or(0);
    }

    fn lane(&mut self, rig: &str) -> &mut Lane {
        if !self.lanes.contains_key(rig) {
            let style = ProgressStyle::with_template("{spinner} {msg}").expect("a valid template");
            let bar = self.bars.add(ProgressBar::new_spinner().with_style(style));
            let wide = self.wide;
            // What no rig could do is nobody's.
            let name = if rig.is_empty() { "-" } else { rig };
            let head = if wide == 0 { String::new() } else { format!("{name:<wide$}  ") };
            self.lanes.insert(rig.to_owned(), Lane::of(bar, head));
        }
        self.lanes.get_mut(rig).expect("it was just put there")
    }

    fn step(&mut self, on: &str, step: &StepAt, entry: &Entry<'_>) {
        let (over, planned) = (self.over + 1, self.planned);
        let lane = self.lane(on);
        let (age, head) = (show(lane.age(entry)), &lane.head);
        let (test, path, what) = (&lane.test, &step.path, &step.what);
        let message = format!("{head}{over}/{planned} {test}, {age}: {path} {what}");
        lane.bar.set_message(printable(&message));
        lane.bar.tick();
    }

    fn end(&mut self) {
        let rests = self.lanes.iter_mut().map(|(rig, lane)| {
            let rest = lane.fold.as_mut().map(Fold::rest).unwrap_or_default();
            (rig.clone(), rest)
        });
        for (rig, rest) in rests.collect::<Vec<_>>() {
            self.lines(&rig, &rest);
        }
        for lane in self.lanes.values() {
            lane.bar.finish_and_clear();
        }
    }

    fn lines(&mut self, on: &str, lines: &[String]) {
        for line in lines {
            self.line(on, line);
        }
    }

    /// A line that stays: a word, and behind it the rig where there are several. Nobody is left to
    /// be told when standard error is gone.
    fn line(&mut self, on: &str, line: &str) {
        let head = self.lane(on).head.clone();
        let (word, rest) = line.split_at(line.len().min(WORD));
        self.write(&format!("{word}{head}{rest}"));
    }

    fn write(&self, line: &str) {
        let line = format!("{}\n", printable(line));
        self.bars.suspend(|| {
            let _ = anstream::stderr().write_all(line.as_bytes());
        });
    }
}

impl Lane {
    fn of(bar: ProgressBar, head: String) -> Lane {
        let (test, scenario, fold) = (String::new(), String::new(), None);
        Lane { bar, head, test, scenario, fold, started: Moment::START }
    }

    fn begin(&mut self, at: &TestAt, entry: &Entry<'_>) {
        self.test = match at.attempt {
            1 => at.id.clone(),
            attempt => format!("{}, attempt {attempt}", at.id),
        };
        self.scenario.clone_from(&at.scenario);
        self.started = Moment::from_nanos(entry.ns);
    }

    fn end(&mut self, verdict: Verdict, entry: &Entry<'_>) -> Vec<String> {
        let took = self.age(entry);
        let test = Over { verdict, scenario: &self.scenario, id: &self.test, took };
        match &mut self.fold {
            Some(fold) => fold.take(&test),
            None => vec![test.line()],
        }
    }

    fn age(&self, entry: &Entry<'_>) -> Duration {
        Moment::from_nanos(entry.ns).since(self.started)
    }
}
