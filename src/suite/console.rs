//! The console's side of a rig: its world, and the one test that a conversation by hand is.

use std::sync::Arc;

use crate::fault::{Broken, Trouble, Verdict};
use crate::journal::{self, Event, Journal, Plan, TestAt};
use crate::moment::Moment;
use crate::rig::Port;
use crate::run::{Session, Talk};
use crate::suite::Desk;
use crate::suite::conduct::subject;
use crate::world::real::{Clock, Real};
use crate::world::{Ahead, Interrupts, Paced, Simulated, World};

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
    pub desk: &'d Desk,
    pub seed: u64,
    pub flow: Flow,
    pub interrupts: Interrupts,
}

impl Console<'_> {
    /// Opens the rig, and begins.
    pub fn open(&self, mut journal: Journal) -> Result<Talk, Broken> {
        let Desk { rig, profile, packages } = self.desk;
        let plan =
            Plan { seed: self.seed, tests: 1, rig: rig.name.clone(), package: subject(packages) };
        journal.record(Moment::START, Event::RunStarted(plan));
        let world = match self.world() {
            Ok(world) => world,
            Err(broken) => {
                self.give_up(&mut journal, &broken);
                return Err(broken);
            }
        };
        let facts = journal::Rig {
            name: rig.name.clone(),
            profile: profile.name.clone(),
            port: rig.port.shown().into_owned(),
        };
        journal.record(world.now(), Event::RigReady(facts));
        let session = Session::new(world, Arc::clone(profile), journal);
        Ok(Talk::begin(session, self.test(), packages.first()))
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

    fn world(&self) -> Result<Box<dyn World>, Broken> {
        let Desk { rig, packages, .. } = self.desk;
        let interrupts = &self.interrupts;
        Ok(match &rig.port {
            Port::Virtual(settings) => {
                let package = packages.first();
                let world = Simulated::new(settings, package, self.seed, interrupts.clone());
                let world = world.stocked(packages);
                match &self.flow {
                    Flow::Simulated => Box::new(world),
                    Flow::RealTime(ahead) => Box::new(Paced::new(world, interrupts, ahead.clone())),
                }
            }
            Port::Device(settings) => {
                let clock = Clock::start().at_speed(settings.speed);
                Box::new(Real::open(settings, clock, interrupts.clone())?)
            }
        })
    }

    fn test(&self) -> TestAt {
        TestAt {
            id: CONSOLE.to_owned(),
            rig: self.desk.rig.name.clone(),
            scenario: CONSOLE.to_owned(),
            name: "a conversation by hand".to_owned(),
            file: String::new(),
            params: String::new(),
            tags: Vec::new(),
        }
    }
}
