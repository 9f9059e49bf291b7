//! The simulated world in step with real time, for a person who talks to its module.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::world::real::Clock;
use crate::world::{Interrupts, Simulated, Wake, World};

/// How late a line may be shown: nobody sees it.
const STEP: Duration = Duration::from_millis(10);

/// A simulated world whose clock never goes faster than a real one.
pub struct Paced {
    simulated: Simulated,
    clock: Clock,
    ahead: Ahead,
    nudges: Receiver<()>,
}

/// How far the simulated clock is ahead of the real one, because somebody has skipped time.
#[derive(Clone, Debug, Default)]
pub struct Ahead(Rc<Cell<Duration>>);

impl Ahead {
    /// From now on the world may be so much further.
    pub fn skip(&self, length: Duration) {
        self.0.set(self.0.get().saturating_add(length));
    }
}

impl Paced {
    /// The clock starts with the world.
    pub fn new(simulated: Simulated, interrupts: &Interrupts, ahead: Ahead) -> Paced {
        let (nudge, nudges) = mpsc::channel();
        interrupts.wake_with(move || {
            // A world that is gone needs no waking.
            let _ = nudge.send(());
        });
        Paced { simulated, clock: Clock::start(), ahead, nudges }
    }
}

impl World for Paced {
    fn now(&self) -> Moment {
        self.simulated.now()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        self.simulated.write(bytes)
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        loop {
            let present = self.clock.now() + self.ahead.0.get();
            match self.simulated.wait(until.min(present))? {
                Wake::Deadline if present < until => {
                    // Whatever ends this wait, the world tells it.
                    let _ = self.nudges.recv_timeout(STEP.min(until.since(present)));
                }
                wake @ (Wake::Bytes { .. }
                | Wake::Deadline
                | Wake::Interrupted
                | Wake::Gone { .. }
                | Wake::Back { .. }) => return Ok(wake),
            }
        }
    }

    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken> {
        self.simulated.call(role, method, params)
    }

    fn offers(&self, role: &str) -> bool {
        self.simulated.offers(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Package;
    use crate::rig::VirtualSettings;
    use serde_json::json;

    #[test]
    fn it_is_not_faster_than_real_time_unless_time_is_skipped() {
        let package = json!({ "name": "p", "from": "A", "to": "B", "kind": "delta", "size": 9000 });
        let package = Package::from_value(package.as_object().unwrap()).unwrap();
        let interrupts = Interrupts::default();
        let settings = VirtualSettings::default();
        let simulated = Simulated::new(&settings, &package, 1, interrupts.clone());
        let ahead = Ahead::default();
        let mut paced = Paced::new(simulated, &interrupts, ahead.clone());
        let clock = Clock::start();
        let until = Moment::START + Duration::from_millis(60);
        while paced.wait(until).unwrap() != Wake::Deadline {}
        assert!(clock.now() >= Moment::START + Duration::from_millis(40));
        assert!(paced.now() >= until);

        let day = Duration::from_secs(86_400);
        ahead.skip(day);
        while paced.wait(until + day).unwrap() != Wake::Deadline {}
        assert!(paced.now() >= until + day && clock.now() < Moment::START + day);
        interrupts.raise();
        assert_eq!(paced.wait(Moment::NEVER).unwrap(), Wake::Interrupted);
    }
}
