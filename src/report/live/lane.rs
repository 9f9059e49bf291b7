//! What one rig is at, as a person who watches wants to know it.

use std::time::Duration;

use crate::fault::Verdict;
use crate::journal::{Entry, StepAt, TestAt, Waits};
use crate::moment::Moment;
use crate::progression::{Progress, Progression};
use crate::report::fold::{Fold, Over};

/// The clock of a real rig, by which ages grow while nothing comes.
pub struct Watch {
    pub now: Box<dyn Fn() -> Moment + Send>,
    /// How many times faster than real time it goes.
    pub speed: u32,
}

/// What one rig is at.
pub(super) struct Lane {
    /// Stands before what is said of it: its name, in a column.
    pub(super) head: String,
    watch: Option<Watch>,
    doing: Doing,
    pub(super) test: String,
    scenario: String,
    pub(super) step: String,
    /// Nothing on a real rig: a test there takes minutes, and each end is awaited.
    fold: Option<Fold>,
    progression: Progression,
    started: Moment,
    /// When the step began, or the wait for an instrument.
    since: Moment,
    /// The last that was heard.
    last: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Waiting,
    Testing,
}

impl Lane {
    pub(super) fn of(head: String, watch: Option<Watch>) -> Lane {
        Lane {
            head,
            watch,
            doing: Doing::Nothing,
            test: String::new(),
            scenario: String::new(),
            step: String::new(),
            fold: None,
            progression: Progression::default(),
            started: Moment::START,
            since: Moment::START,
            last: Moment::START,
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.doing != Doing::Nothing
    }

    /// On a virtual module tests are over in no time, so many of them become few lines.
    pub(super) fn fold_tests(&mut self) {
        self.fold.get_or_insert_default();
    }

    pub(super) fn begin(&mut self, at: &TestAt, entry: &Entry<'_>) {
        self.test = match at.attempt {
            1 => at.id.clone(),
            attempt => format!("{}, attempt {attempt}", at.id),
        };
        self.scenario.clone_from(&at.scenario);
        self.step.clear();
        self.doing = Doing::Testing;
        self.started = Moment::from_nanos(entry.ns);
        (self.since, self.last) = (self.started, self.started);
    }

    pub(super) fn step(&mut self, step: &StepAt, entry: &Entry<'_>) {
        self.step.clear();
        // What is given has no number: `given credentials valid`.
        if step.path != "given" {
            self.step.extend([&step.path, " "]);
        }
        self.step.push_str(&step.what);
        self.since = Moment::from_nanos(entry.ns);
    }

    /// What moves a bar, and the virtual rig's time.
    pub(super) fn hear(&mut self, entry: &Entry<'_>) {
        self.last = Moment::from_nanos(entry.ns);
        self.progression.hear(entry, |_| {});
    }

    /// Waits for an instrument that another rig has.
    pub(super) fn wait(&mut self, Waits { instrument, holder }: &Waits, entry: &Entry<'_>) {
        self.test.clear();
        self.step = format!("waits for `{instrument}`, which {holder} has");
        self.doing = Doing::Waiting;
        // The entry's stamp is that of the test before.
        self.last = Moment::from_nanos(entry.ns);
        self.since = self.now();
        self.started = self.since;
    }

    /// The lines that are due.
    pub(super) fn end(&mut self, verdict: Verdict, entry: &Entry<'_>) -> Vec<String> {
        self.doing = Doing::Nothing;
        let took = self.took(entry);
        let test = Over { verdict, scenario: &self.scenario, id: &self.test, took };
        match &mut self.fold {
            Some(fold) => fold.take(&test),
            None => vec![test.line()],
        }
    }

    /// How long a test took that ends now.
    pub(super) fn took(&self, entry: &Entry<'_>) -> Duration {
        Moment::from_nanos(entry.ns).since(self.started)
    }

    pub(super) fn rest(&mut self) -> Vec<String> {
        self.fold.as_mut().map(Fold::rest).unwrap_or_default()
    }

    /// How long the test has been going on, by the module's clock.
    pub(super) fn age(&self) -> Duration {
        self.now().since(self.started)
    }

    /// How long the step has been going on.
    pub(super) fn step_age(&self) -> Duration {
        self.now().since(self.since)
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.progression.current()
    }

    /// How long something has been going on that began then.
    pub(super) fn age_of(&self, since: Moment) -> Duration {
        self.now().since(since)
    }

    fn now(&self) -> Moment {
        self.watch.as_ref().map_or(self.last, |watch| (watch.now)())
    }
}
