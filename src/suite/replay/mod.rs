//! Judges the tests of a journal by scenarios of today, without a rig.

mod recording;
mod stand;
mod survey;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::fault::{Trouble, Verdict};
use crate::journal::{Event, Journal, Plan, TestAt};
use crate::moment::Moment;
use crate::report::replay::Before;
use crate::run::{self, Prospect, Session, Test};
use crate::suite::Desk;
use crate::suite::replay::stand::as_found;
use crate::world::{Abilities, Interrupts, Replay};

pub use recording::{Cutter, Recording};
pub use stand::{desk, packages};
pub use survey::{RigSeen, Survey};

/// The property of a test that says what it came to when it was recorded.
const RECORDED: &str = "recorded";

/// A recorded rig with the tests of today that can be judged by what was recorded on it.
pub struct Stand {
    desk: Desk,
    abilities: Abilities,
    tests: BTreeMap<String, Test>,
}

/// Which test of today judges a recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The one of the same id.
    SameId,
    /// Whichever there is.
    Any,
}

/// Goes through recorded tests one by one, and writes down how each of them goes.
pub struct Judge {
    stands: BTreeMap<String, Stand>,
    choice: Choice,
    interrupts: Interrupts,
    /// What each test of the new journal came to when it was recorded, in their order.
    before: Vec<Before>,
    journal: Option<Journal>,
    company: Company,
    /// What the last attempt at each test came to.
    verdicts: BTreeMap<(String, String), Verdict>,
}

/// Whether entries must say of which rig they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Company {
    Alone,
    Others,
}

impl Stand {
    pub fn new(desk: Desk, seen: &RigSeen, tests: Vec<Test>) -> Stand {
        let tests = tests.into_iter().map(|test| (test.at.id.clone(), test)).collect();
        Stand { desk, abilities: seen.abilities(), tests }
    }

    /// The test of today for a recorded one, or why there is none.
    fn test(&self, at: &TestAt, choice: Choice) -> Result<&Test, Diagnostic> {
        if let Some(test) = self.tests.get(&at.id) {
            return Ok(test);
        }
        let (id, scenario) = (&at.id, &at.scenario);
        let same = |test: &&Test| choice == Choice::Any || test.at.scenario == *scenario;
        let near: Vec<&Test> = self.tests.values().filter(same).collect();
        let alike = near.iter().find(|test| choice == Choice::Any && test.at.params == at.params);
        match (alike, near.as_slice()) {
            (Some(test), _) | (None, [test]) => Ok(test),
            (None, []) => {
                let complaint = Diagnostic::new(format!("there is no scenario `{scenario}` today"));
                Err(complaint.help("name one: `fotarig replay JOURNAL SCENARIO --test ID`"))
            }
            (None, several) => {
                let message = format!("there is no test `{id}` today: its parameters have changed");
                let near = did_you_mean(id, several.iter().map(|test| test.at.id.as_str()));
                let help = "give the recorded values with --param NAME=VALUES".to_owned();
                Err(Diagnostic::new(message).help(near.unwrap_or(help)))
            }
        }
    }
}

impl Judge {
    /// Begins the journal of a replay; `plan` is that of the run, as far as it is replayed.
    pub fn begin(
        stands: BTreeMap<String, Stand>,
        choice: Choice,
        (mut journal, plan): (Journal, Plan),
        interrupts: Interrupts,
    ) -> Judge {
        let company = if plan.rigs.is_empty() { Company::Alone } else { Company::Others };
        journal.record(Moment::START, Event::RunStarted(plan));
        let (before, verdicts, journal) = (Vec::new(), BTreeMap::new(), Some(journal));
        Judge { stands, choice, interrupts, before, journal, company, verdicts }
    }

    /// Judges one test; after an interrupt none.
    pub fn take(&mut self, recording: Recording) {
        if self.interrupts.count() > 0 {
            return;
        }
        let own = self.journal.take().expect("it is given back after each test");
        let Recording { at, before, .. } = &recording;
        self.before.push(before.clone());
        let (rig, key) = (at.rig.clone(), (at.rig.clone(), at.id.clone()));
        let (journal, verdict) = match self.company {
            Company::Alone => self.judge(recording, own),
            Company::Others => {
                let verdict = self.judge(recording, own.on(&rig)).1;
                (own, verdict)
            }
        };
        self.journal = Some(journal);
        self.verdicts.insert(key, verdict);
    }

    /// Ends the journal. Returns what the tests came to when they were recorded.
    pub fn end(self) -> (Journal, Vec<Before>) {
        let mut journal = self.journal.expect("it is given back after each test");
        let own = match self.interrupts.count() {
            0 => Verdict::Passed,
            _ => Verdict::Interrupted,
        };
        let verdict = self.verdicts.into_values().fold(own, Verdict::or_worse);
        journal.record(journal.last(), Event::RunEnded { verdict });
        (journal, self.before)
    }

    fn judge(&self, recording: Recording, mut journal: Journal) -> (Journal, Verdict) {
        let mut at = recording.at.clone();
        let stand = recording.rig.as_ref().and_then(|rig| self.stands.get(&rig.name));
        let chosen = stand.map(|stand| (stand, stand.test(&at, self.choice)));
        if let Some((_, Ok(test))) = &chosen {
            at = TestAt { attempt: at.attempt, ..test.at.clone() };
        }
        at.properties.insert(RECORDED.to_owned(), recording.before.to_string());
        if recording.before.verdict == Verdict::Skipped && recording.is_blank() {
            let reason = recording.before.cause.unwrap_or_default();
            return (skip(journal, at, format!("recorded as skipped: {reason}")), Verdict::Skipped);
        }
        let (stand, test) = match chosen {
            Some((_, Err(complaint))) => return (broken(journal, at, complaint), Verdict::Broken),
            Some((stand, Ok(test))) if !recording.is_blank() => (stand, test),
            Some((_, Ok(_))) | None => {
                return (broken(journal, at, nothing(&recording.before)), Verdict::Broken);
            }
        };
        if let Prospect::LeftOut(reason) = &test.prospect {
            return (skip(journal, at, reason.clone()), Verdict::Skipped);
        }
        if let Some(rig) = &recording.rig {
            journal.record(recording.tape.began(), Event::RigReady(rig.clone()));
        }
        let rig = as_found(&stand.desk.rig, &recording.arrival);
        let abilities = stand.abilities.clone();
        let world = Replay::of(recording.tape, abilities, self.interrupts.clone());
        let profile = Arc::clone(&stand.desk.profile);
        let session = Session::new(Box::new(world), profile, journal).on(&rig);
        let (session, verdict) = run::run(session, &Test { at, ..test.clone() });
        (session.into_journal(), verdict)
    }
}

fn nothing(before: &Before) -> Diagnostic {
    let message = "the journal has nothing of this test that could be judged";
    let complaint = Diagnostic::new(message);
    match &before.cause {
        Some(cause) => complaint.note(format!("recorded as {}: {cause}", before.verdict)),
        None => complaint,
    }
}

fn skip(mut journal: Journal, at: TestAt, reason: String) -> Journal {
    journal.record(journal.last(), Event::TestStarted(at));
    let verdict = Verdict::Skipped;
    journal.record(journal.last(), Event::TestEnded { verdict, reason: Some(reason.into()) });
    journal
}

fn broken(mut journal: Journal, at: TestAt, complaint: Diagnostic) -> Journal {
    journal.record(journal.last(), Event::TestStarted(at));
    let trouble = Trouble::broken(complaint);
    let (verdict, diagnostic) = (trouble.verdict(), trouble.into_diagnostic());
    journal.record(journal.last(), Event::Complained { verdict, diagnostic });
    journal.record(journal.last(), Event::TestEnded { verdict, reason: None });
    journal
}
