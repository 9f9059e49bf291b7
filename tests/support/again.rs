//! Replays a journal in this process, with the scenarios that are shipped.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use fotarig::diagnostic::Diagnostic;
use fotarig::journal::{self, Header, Journal, VERSION};
use fotarig::rig::Rig;
use fotarig::scenario::Scenario;
use fotarig::suite::{
    self, Choice, Cutter, Judge, Occasion, Selection, Stand, Survey, recorded_desk,
    recorded_packages,
};
use fotarig::tally::Tally;
use fotarig::world::Interrupts;

/// What is written to it can be read afterwards.
#[derive(Clone, Default)]
pub(crate) struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    pub(crate) fn journal(&self) -> Journal {
        let header = Header { journal: VERSION, ..Header::default() };
        Journal::new(Box::new(self.clone()), &header)
    }

    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a journal's tests come to by these scenarios, with a rig file or without.
pub(crate) fn again(
    journal: &[u8],
    scenarios: &[Arc<Scenario>],
    rig: Option<&Rig>,
) -> Result<Tally, Vec<Diagnostic>> {
    let mut survey = Survey::default();
    journal::read(journal, |entry| survey.hear(&entry)).expect("a journal");
    let plan = survey.plan.clone().expect("a run that began");
    let packages = recorded_packages(None, &plan)?;
    let occasion = Occasion { seed: plan.seed, day: jiff::civil::date(2026, 1, 1) };
    let mut stands = BTreeMap::new();
    for (name, seen) in &survey.rigs {
        let desk = recorded_desk(seen, rig, &packages)?;
        let tests = suite::tests(scenarios, &desk, &Selection::default(), occasion)?;
        stands.insert(name.clone(), Stand::new(desk, seen, tests));
    }
    let mut new = Journal::nowhere();
    let tally = Tally::follow(&mut new);
    let mut judge = Judge::begin(stands, Choice::SameId, (new, plan), Interrupts::default());
    let mut cutter = Cutter::default();
    journal::read(journal, |entry| {
        if let Some(recording) = cutter.hear(&entry) {
            judge.take(recording);
        }
    })
    .expect("it was read a moment ago");
    cutter.finish().into_iter().for_each(|recording| judge.take(recording));
    drop(judge.end());
    Ok(std::mem::take(&mut *tally.lock().unwrap()))
}

/// What a journal says itself.
pub(crate) fn recorded(journal: &[u8]) -> Tally {
    let mut tally = Tally::default();
    journal::read(journal, |entry| tally.hear(&entry)).expect("a journal");
    tally
}
