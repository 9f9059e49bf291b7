//! A rig made ready: the way to its module, with what fills its roles, for all tests of a run.

use crate::fault::Broken;
use crate::rig::Port;
use crate::run::Test;
use crate::suite::Conduct;
use crate::suite::prepare::seed_at;
use crate::world::real::Real;
use crate::world::{Simulated, World};

pub(crate) struct Bench<'c> {
    conduct: &'c Conduct<'c>,
}

impl<'c> Bench<'c> {
    pub(crate) fn of(conduct: &'c Conduct<'c>) -> Bench<'c> {
        Bench { conduct }
    }

    /// The world for a test: a fresh module of its own, or the port, opened anew.
    pub(crate) fn world(&self, test: &Test) -> Result<Box<dyn World>, Broken> {
        let Conduct { desk, seed, clock, interrupts, .. } = self.conduct;
        Ok(match &desk.rig.port {
            Port::Virtual(settings) => {
                let seed = seed_at(*seed, &test.at);
                let world = Simulated::new(settings, &test.package, seed, interrupts.clone());
                Box::new(world.stocked(&desk.packages))
            }
            Port::Device(settings) => {
                let clock = clock.at_speed(settings.speed);
                Box::new(Real::open(settings, clock, interrupts.clone())?)
            }
        })
    }
}
