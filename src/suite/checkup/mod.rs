//! Looks a rig through, part by part, as `fotarig rig check` tells it: what works, what does not.
//!
//! Each part is looked at as far as the parts before it allow, so that one look tells everything
//! that is wrong. The module keeps its settings; its supply is only touched when that is wanted.

mod finding;
mod module;
mod port;
mod roles;
mod scenarios;
mod shared;

use std::sync::Arc;

use crate::fault::Trouble;
use crate::journal::Journal;
use crate::rig::{Port, SafeState};
use crate::run::{Session, Visit};
use crate::suite::bench::Bench;
use crate::suite::{Conduct, Desk, Patience};
use crate::world::real::{Clock, Machine};
use crate::world::{Interrupts, Simulated, World};

pub use finding::{Came, Finding, State};

use finding::Tell;

/// A look at one rig.
pub struct Checkup {
    pub desk: Desk,
    pub machine: Machine,
    pub clock: Clock,
    pub interrupts: Interrupts,
    pub cut: TryCut,
}

/// Whether the module's supply is cut once, to prove that it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryCut {
    Wanted,
    LeftOut,
}

/// Seed of the virtual module; it says the same with any.
const SEED: u64 = 1;

impl Checkup {
    /// Looks at everything and tells each finding as it comes; returns the worst.
    pub fn go(&self, told: &mut dyn FnMut(&Finding)) -> State {
        let mut tell = Tell::to(told);
        let mut desk = self.desk.clone();
        if self.cut == TryCut::LeftOut {
            // Who is not to touch the supply does not bring it into its safe state either.
            desk.rig.supply.safe_state = SafeState::Keep;
        }
        let (clock, interrupts) = (self.clock, self.interrupts.clone());
        let conduct =
            Conduct { desk: &desk, seed: SEED, patience: Patience::GoOn, clock, interrupts };
        let bench = Bench::of(&conduct);
        self.file(&mut tell);
        shared::look(self, &mut tell);
        if let Some(world) = self.world(&bench, &mut tell) {
            self.visit(world, &mut tell);
        }
        // The port is closed before its lab gets it back.
        for broken in bench.finish() {
            tell.badly("end", broken);
        }
        tell.worst
    }

    /// That the file is right is known already.
    fn file(&self, tell: &mut Tell<'_>) {
        let rig = &self.desk.rig;
        let roles: Vec<String> =
            rig.roles.iter().map(|filled| format!("{} ({})", filled.role, filled.plugin)).collect();
        let roles = match (&rig.port, roles.as_slice()) {
            (Port::Virtual(_), _) => "all roles built in".to_owned(),
            (Port::Device(_), []) => "no roles".to_owned(),
            (Port::Device(_), roles) => format!("roles {}", roles.join(", ")),
        };
        let text = format!("{}: profile {}, {roles}", rig.place.source.name, rig.profile);
        tell.well("file", text);
    }

    /// The way to the module, with what fills its roles.
    fn world(&self, bench: &Bench<'_>, tell: &mut Tell<'_>) -> Option<Box<dyn World>> {
        let Desk { rig, packages, .. } = &self.desk;
        match &rig.port {
            Port::Virtual(settings) => {
                let interrupts = self.interrupts.clone();
                let world = Simulated::new(settings, packages.first(), SEED, interrupts);
                tell.well("port", "virtual: in this program, in simulated time".to_owned());
                Some(Box::new(world.stocked(packages)))
            }
            Port::Device(settings) => {
                let host = roles::begin(bench, tell)?;
                let settings = port::locate(bench, settings, &host, tell)?;
                let real = port::open(self, &settings, tell)?;
                Some(Box::new(real.equipped(&host)))
            }
        }
    }

    fn visit(&self, world: Box<dyn World>, tell: &mut Tell<'_>) {
        let Desk { rig, profile, packages, .. } = &self.desk;
        let session = Session::new(world, Arc::clone(profile), Journal::nowhere()).on(rig);
        let mut visit = Visit::begin(session, packages.first());
        let outcome = self.look(&mut visit, tell);
        if let Err(trouble) = outcome {
            tell.badly("module", trouble);
        }
        if let Err(trouble) = visit.leave() {
            tell.badly("power", trouble);
        }
    }

    /// An error is what keeps from looking further.
    fn look(&self, visit: &mut Visit, tell: &mut Tell<'_>) -> Result<(), Trouble> {
        if module::answers(self, visit, tell)? {
            module::flow(self, visit, tell)?;
            let identity = module::identity(self, visit, tell)?;
            roles::ask(self, visit, tell)?;
            roles::power(self, visit, identity, tell)?;
        } else {
            roles::ask(self, visit, tell)?;
        }
        scenarios::fit(self, visit, tell);
        Ok(())
    }
}
