//! Cuts a journal into its tests, each with its tape and what it came to at the time.

use std::collections::BTreeMap;

use crate::fault::Verdict;
use crate::journal::{Entry, Event, Rig, TestAt};
use crate::moment::Moment;
use crate::report::replay::Before;
use crate::rig::POWER;
use crate::world::Tape;

/// A test as a journal has it.
pub struct Recording {
    pub at: TestAt,
    /// The rig, unless it was never ready.
    pub(super) rig: Option<Rig>,
    pub(super) tape: Tape,
    pub before: Before,
    pub(super) arrival: Arrival,
}

/// What the runner did with the module before the first step.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrival {
    /// What the module said of itself.
    pub(super) facts: BTreeMap<String, String>,
    pub(super) supply: AtFirst,
    is_over: bool,
}

/// Whether the module got its supply at first, since its rig rests without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum AtFirst {
    /// Nothing was done yet.
    #[default]
    Open,
    HadSupply,
    WasOff,
}

/// Goes through a journal, entry by entry.
#[derive(Default)]
pub struct Cutter {
    /// The test that each rig is at; a single rig has no name here.
    open: BTreeMap<String, Recording>,
    rigs: BTreeMap<String, Rig>,
}

impl Cutter {
    /// Takes an entry; returns the test that has come to its end with it.
    pub fn hear(&mut self, entry: &Entry<'_>) -> Option<Recording> {
        let on = entry.on.as_deref().unwrap_or_default();
        match &entry.is {
            Event::RigReady(rig) => {
                self.rigs.insert(on.to_owned(), rig.clone());
                None
            }
            Event::TestStarted(at) => {
                let began = Moment::from_nanos(entry.ns);
                let recording = Recording {
                    at: at.clone(),
                    rig: self.rigs.get(on).cloned(),
                    tape: Tape::starting(began),
                    before: Before { verdict: Verdict::Interrupted, cause: None },
                    arrival: Arrival::default(),
                };
                // One that has no end is one whose rig was lost.
                self.open.insert(on.to_owned(), recording)
            }
            Event::TestEnded { .. } => {
                let mut recording = self.open.remove(on)?;
                recording.hear(entry);
                Some(recording)
            }
            Event::RunStarted(_)
            | Event::StepStarted(_)
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
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {
                if let Some(recording) = self.open.get_mut(on) {
                    recording.hear(entry);
                }
                None
            }
        }
    }

    /// The tests that have no end: the run was killed.
    pub fn finish(self) -> Vec<Recording> {
        self.open.into_values().collect()
    }
}

impl Recording {
    fn hear(&mut self, entry: &Entry<'_>) {
        self.tape.hear(entry);
        if !self.arrival.is_over {
            self.arrival.hear(&entry.is);
        }
        if let Event::Complained { diagnostic, .. } = &entry.is {
            self.before.cause.get_or_insert_with(|| diagnostic.message.clone());
        } else if let Event::TestEnded { verdict, reason } = &entry.is {
            self.before.verdict = *verdict;
            if let Some(reason) = reason {
                self.before.cause = Some(reason.to_string());
            }
        }
    }

    /// Whether there is nothing in it that a scenario could be judged by.
    pub(super) fn is_blank(&self) -> bool {
        self.tape.is_blank()
    }
}

impl Arrival {
    fn hear(&mut self, event: &Event<'_>) {
        if let Event::StepStarted(_) | Event::Complained { .. } | Event::TeardownStarted = event {
            self.is_over = true;
        } else if let Event::Learned { fact, value } = event {
            self.facts.insert(fact.to_string(), value.to_string());
        } else if self.supply == AtFirst::Open {
            if let Event::Called { role, method, .. } = event {
                let is_on = (role.as_ref(), method.as_ref()) == (POWER, "on");
                self.supply = if is_on { AtFirst::WasOff } else { AtFirst::HadSupply };
            } else if let Event::Sent(_) = event {
                self.supply = AtFirst::HadSupply;
            }
        }
    }
}
