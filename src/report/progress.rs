//! What a person sees while a run goes on: a line for each test, and one that moves on a terminal.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::diagnostic::printable;
use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Entry, Event};
use crate::moment::Moment;
use crate::report::fold::{Fold, Over};

/// How the run is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// A line for each test, once it is over.
    Lines,
    /// Also a moving line with the current step, for a terminal.
    Moving,
}

/// Follows a run on standard error.
pub struct Progress {
    bar: ProgressBar,
    test: String,
    scenario: String,
    /// Nothing on a real rig: a test there takes minutes, and each end is awaited.
    fold: Option<Fold>,
    started: Moment,
    over: u64,
    planned: u64,
}

impl Progress {
    pub fn new(pace: Pace) -> Progress {
        let bar = match pace {
            Pace::Lines => ProgressBar::hidden(),
            Pace::Moving => {
                let bar = ProgressBar::new_spinner();
                let style = ProgressStyle::with_template("{spinner} {msg}");
                bar.set_style(style.expect("a valid template"));
                bar
            }
        };
        Progress {
            bar,
            test: String::new(),
            scenario: String::new(),
            fold: None,
            started: Moment::START,
            over: 0,
            planned: 0,
        }
    }

    pub fn hear(&mut self, entry: &Entry<'_>) {
        match &entry.is {
            Event::RunStarted(plan) => self.planned = plan.tests,
            Event::TestStarted(at) => {
                self.test.clone_from(&at.id);
                self.scenario.clone_from(&at.scenario);
                self.started = Moment::from_nanos(entry.ns);
            }
            Event::StepStarted(step) => {
                let age = show(self.age(entry));
                let (over, planned) = (self.over + 1, self.planned);
                let (test, path, what) = (&self.test, &step.path, &step.what);
                let message = format!("{over}/{planned} {test}, {age}: {path} {what}");
                self.bar.set_message(printable(&message));
                self.bar.tick();
            }
            Event::TestEnded { verdict, .. } => {
                self.over += 1;
                self.end(*verdict, self.age(entry));
            }
            Event::Complained { verdict: Verdict::Interrupted, .. } => {
                self.line("interrupted: tearing down; once more to stop at once");
            }
            Event::RigReady(rig) if rig.port == "virtual" && self.fold.is_none() => {
                self.fold = Some(Fold::default());
            }
            Event::RunEnded { .. } => {
                let rest = self.fold.as_mut().map(Fold::rest).unwrap_or_default();
                self.lines(&rest);
                self.bar.finish_and_clear();
            }
            Event::RigReady(_)
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
            | Event::Unclaimed(_) => {}
        }
    }

    fn end(&mut self, verdict: Verdict, took: Duration) {
        let test = Over { verdict, scenario: &self.scenario, id: &self.test, took };
        let lines = match &mut self.fold {
            Some(fold) => fold.take(&test),
            None => vec![test.line()],
        };
        self.lines(&lines);
    }

    fn age(&self, entry: &Entry<'_>) -> Duration {
        Moment::from_nanos(entry.ns).since(self.started)
    }

    fn lines(&self, lines: &[String]) {
        for line in lines {
            self.line(line);
        }
    }

    /// A line that stays. Nobody is left to be told when standard error is gone.
    fn line(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(anstream::stderr(), "{}", printable(line));
        });
    }
}
