//! The console's side of a rig: its world, and the one test that a conversation by hand is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fault::{Broken, Trouble, Verdict};
use crate::journal::{Event, Journal, TestAt};
use crate::moment::Moment;
use crate::rig::Port;
use crate::run::{Session, Talk};
use crate::suite::bench::Bench;
use crate::suite::{Conduct, Desk};
use crate::world::{Ahead, Paced, Simulated, World};

/// What the test of a conversation is called, so that `--test` finds it.
pub const CONSOLE: &str = "console";

/// How the time of a virtual module goes.
#[derive(Clone, Debug)]
pub enum Flow {
    /// In step with real time, for a person; further when time is skipped.
    RealTime(Ahead),
    /// By waiting alone, for a script: the same input gives the same conversation.
    Simulated,
}

/// What a conversation needs.
pub struct Console<'d> {
    pub conduct: Conduct<'d>,
    pub flow: Flow,
}

/// A conversation that was had: what was made of it, and what went wrong with the rig behind it.
pub struct Had<T> {
    pub outcome: T,
    pub behind: Vec<Broken>,
}

impl Console<'_> {
    /// Opens the rig, has the conversation, and gives the rig back.
    pub fn hold<T>(
        &self,
        mut journal: Journal,
        converse: impl FnOnce(Talk) -> T,
    ) -> Result<Had<T>, Broken> {
        let Desk { rig, profile, packages, .. } = self.conduct.desk;
        journal.record(Moment::START, Event::RunStarted(self.conduct.plan(1)));
        let bench = Bench::of(&self.conduct);
        let world = match self.world(&bench) {
            Ok(world) => world,
            Err(broken) => {
                self.give_up(&mut journal, &broken);
                return Err(broken);
            }
        };
        journal.record(world.now(), Event::RigReady(self.conduct.facts()));
        let session = Session::new(world, Arc::clone(profile), journal);
        let session = session.on(rig);
        let outcome = converse(Talk::begin(session, self.test(), packages.first()));
        Ok(Had { outcome, behind: bench.finish() })
    }

    fn world(&self, bench: &Bench<'_>) -> Result<Box<dyn World>, Broken> {
        let Conduct { desk, seed, interrupts, .. } = &self.conduct;
        Ok(match &desk.rig.port {
            Port::Virtual(settings) => {
                let package = desk.packages.first();
                let world = Simulated::new(settings, package, *seed, interrupts.clone());
                let world = world.stocked(&desk.packages);
                match &self.flow {
                    Flow::Simulated => Box::new(world),
                    Flow::RealTime(ahead) => Box::new(Paced::new(world, interrupts, ahead.clone())),
                }
            }
            Port::Device(settings) => bench.device(settings)?,
        })
    }

    /// Writes down a conversation that could not begin.
    fn give_up(&self, journal: &mut Journal, broken: &Broken) {
        let at = journal.last();
        let verdict = Verdict::Broken;
        let diagnostic = Trouble::from(broken.clone()).into_diagnostic();
        journal.record(at, Event::TestStarted(self.test()));
        journal.record(at, Event::Complained { verdict, diagnostic });
        journal.record(at, Event::TestEnded { verdict, reason: None });
        journal.record(at, Event::RunEnded { verdict });
    }

    fn test(&self) -> TestAt {
        TestAt {
            id: CONSOLE.to_owned(),
            rig: self.conduct.desk.rig.name.clone(),
            scenario: CONSOLE.to_owned(),
            name: "a conversation by hand".to_owned(),
            file: String::new(),
            params: String::new(),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            attempt: 1,
        }
    }
}
