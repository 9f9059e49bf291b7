//! What a run does for its history: it is put in when it begins, and completed when it has ended.
//!
//! Nothing here can stop a run or change its exit code: what does not work is told as a warning.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::cli::arguments::RunArguments;
use crate::cli::check::line;
use crate::cli::check_json::Severity;
use crate::cli::whisper;
use crate::diagnostic::Diagnostic;
use crate::history::{
    Durations, Head, History, Kept, MAX_WAIT, MAX_WAIT_AT_BEGINNING, Phases, Planned, Record,
    Unusable,
};
use crate::journal::Header;
use crate::run::Test;
use crate::shelf::shown;
use crate::suite::{Fleet, Sharing};
use crate::tally::Tally;

/// The history of one run.
pub(crate) struct Keeping {
    /// Nothing when the run is kept nowhere, or that has turned out not to work.
    path: Option<PathBuf>,
    /// When the run began.
    stamp: String,
    retain: u32,
    number: Option<i64>,
    planned: Vec<Planned>,
    journal: String,
    has_caught_up: bool,
    /// Another program keeps it locked; it is tried again when the run has ended.
    is_locked: bool,
}

impl Keeping {
    pub(crate) fn of(arguments: &RunArguments, stamp: &str) -> Keeping {
        Keeping {
            path: arguments.past.path(&arguments.reports),
            stamp: stamp.to_owned(),
            retain: arguments.past.retain,
            number: None,
            planned: Vec::new(),
            journal: String::new(),
            has_caught_up: false,
            is_locked: false,
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Completes earlier runs that were killed, before this one takes the place of their journal.
    pub(crate) fn catch_up(&mut self) {
        if !std::mem::replace(&mut self.has_caught_up, true) {
            self.keep(MAX_WAIT_AT_BEGINNING, History::catch_up);
        }
    }

    /// The run begins. Returns how long its tests are expected to take.
    pub(crate) fn begin(
        &mut self,
        fleet: &Fleet<'_>,
        (header, journal): (&Header, &Path),
        tests: &[Vec<Test>],
    ) -> Durations {
        let journal = std::path::absolute(journal).unwrap_or_else(|_| journal.to_owned());
        self.journal = journal.display().to_string();
        self.planned = planned(tests, fleet.sharing);
        let head = Head::begun(header, &fleet.plan(self.planned.len()), &self.journal);
        let planned = self.planned.clone();
        if self.is_locked {
            return Durations::default();
        }
        let begun = self.keep(MAX_WAIT_AT_BEGINNING, |history| {
            Ok((history.begin(&head, &planned)?, history.durations()?))
        });
        let (number, durations) = begun.unzip();
        self.number = number;
        durations.unwrap_or_default()
    }

    /// The run has ended; the oldest ones go.
    pub(crate) fn complete(&mut self, tally: &Tally, phases: &Mutex<Phases>) {
        if self.path.is_none() {
            return;
        }
        let phases = phases.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let record = Record::of(tally, &phases, &self.journal, &self.planned);
        let (number, retain) = (self.number, self.retain);
        self.keep(MAX_WAIT, |history| {
            history.complete(number, &record)?;
            history.retain(retain)
        });
    }

    /// Does something on the history. When it is locked for long, the next time may still work;
    /// anything else will not get better during this run.
    fn keep<T>(
        &mut self,
        wait: std::time::Duration,
        deed: impl Fn(&mut History) -> Result<T, Unusable>,
    ) -> Option<T> {
        let path = self.path.clone()?;
        let name = shown(&path);
        match History::mend(&path, &self.stamp, wait, deed) {
            Ok(Kept { value, aside }) => {
                if let Some(aside) = aside {
                    let aside = shown(&aside);
                    warn(format!("the history `{name}` was damaged: it is now `{aside}`"));
                }
                Some(value)
            }
            Err(Unusable::Busy) if wait < MAX_WAIT => {
                self.is_locked = true;
                None
            }
            Err(unusable) => {
                self.path = None;
                let remedy = unusable.remedy();
                warn(format!("the history `{name}` misses this run: {unusable}; {remedy}"));
                None
            }
        }
    }
}

/// The tests that a run is going to do, as a history knows them.
fn planned(tests: &[Vec<Test>], sharing: Sharing) -> Vec<Planned> {
    let planned = tests.iter().flatten().map(|test| Planned {
        rig: match sharing {
            Sharing::EachOnEach => test.at.rig.clone(),
            Sharing::Spread => String::new(),
        },
        id: test.at.id.clone(),
        scenario: test.at.scenario.clone(),
    });
    let mut planned: Vec<Planned> = planned.collect();
    if sharing == Sharing::Spread {
        let mut seen = std::collections::BTreeSet::new();
        planned.retain(|test| seen.insert(test.id.clone()));
    }
    planned
}

pub(crate) fn warn(message: String) {
    whisper(&line(Severity::Warning, &Diagnostic::new(message)));
}
