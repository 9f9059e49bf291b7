//! The real world: a port to a module and the clock of this machine, and the served virtual module.

mod arrivals;
mod clock;
mod follow;
mod glance;
#[cfg(target_os = "linux")]
mod holders_linux;
mod line;
mod machine;
#[cfg_attr(unix, path = "port_unix.rs")]
#[cfg_attr(not(unix), path = "port_elsewhere.rs")]
mod port;
mod reader;
mod refusal;
mod serve;
mod slot;
mod tcp;
mod telnet;
mod turns;
mod whereabouts;

use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::plugin::{Call, Host};
use crate::rig::{Address, DeviceSettings};
use crate::world::real::arrivals::{Arrivals, Next};
use crate::world::real::follow::Follow;
use crate::world::real::line::{Line, Unopened, Unwritten};
use crate::world::real::reader::Reader;
use crate::world::real::refusal::Refusal;
use crate::world::real::slot::{Life, Slot};
use crate::world::real::whereabouts::Whereabouts;
use crate::world::{Interrupts, Supplied, Wake, World};

pub use clock::Clock;
pub use glance::{Glance, glance};
#[cfg(target_os = "linux")]
pub use holders_linux::is_running;
pub use machine::{LatencyTimer, Listed, Machine, UsbFacts};
pub use serve::{Cable, MAX_SPEED, Place, Ready, Serve, Unserved, serve};

/// Whether a program of this name runs: nobody can tell here.
#[cfg(not(target_os = "linux"))]
pub fn is_running(_: &str) -> bool {
    false
}

/// A module on a port. Dropping it gives the port free at once.
///
/// The order of the fields is that of their end: without the queue the reader cannot be stuck at
/// it, and without the reader nobody else has the port.
pub struct Real {
    arrivals: Arrivals,
    _reader: Reader,
    slot: Arc<Slot>,
    address: Address,
    clock: Clock,
    interrupts: Interrupts,
    interrupts_told: u32,
    /// What was told of the port last.
    presence: Presence,
    /// What fills the roles.
    host: Rc<Host>,
}

/// Whether the port is there, as far as that was told or seen.
enum Presence {
    There(Life),
    Away,
    /// It did not come back, which each call says again.
    Lost(Broken),
}

impl Real {
    /// Opens the port, exclusively where the system can do that, and starts to listen. The device
    /// sees one opening.
    pub fn open(
        settings: &DeviceSettings,
        clock: Clock,
        interrupts: Interrupts,
    ) -> Result<Real, Broken> {
        Real::open_on(Machine::default(), settings, clock, interrupts)
    }

    /// The same with plugins for its roles.
    #[must_use]
    pub fn equipped(self, host: &Rc<Host>) -> Real {
        Real { host: Rc::clone(host), ..self }
    }

    /// The same on a machine that is described elsewhere.
    pub fn open_on(
        machine: Machine,
        settings: &DeviceSettings,
        clock: Clock,
        interrupts: Interrupts,
    ) -> Result<Real, Broken> {
        let address = settings.address.clone();
        let unready =
            |error: std::io::Error| Refusal::Other(error.to_string()).explain(&address.to_string());
        let (stop, stopped) = port::stop().map_err(unready)?;
        let mut whereabouts = Whereabouts::of(&address, machine);
        let spot = whereabouts.find()?;
        let line = Line::open(&spot, settings, &stopped, clock).map_err(Unopened::explain)?;
        whereabouts.remember(&spot);
        let (intake, arrivals) = arrivals::queue(clock).map_err(unready)?;
        interrupts.wake_with(intake.nudger());
        let slot = Arc::new(Slot::with(line.clone()));
        let (opened, latest) = (clock.now(), None);
        let (settings, follows) = (settings.clone(), Arc::clone(&slot));
        let follow =
            Follow { whereabouts, settings, stopped, slot: follows, clock, opened, latest };
        let reader = Reader::start(line, follow, stop, intake).map_err(unready)?;
        Ok(Real {
            arrivals,
            _reader: reader,
            slot,
            address,
            clock,
            interrupts,
            interrupts_told: 0,
            presence: Presence::There(Life::default()),
            host: Rc::default(),
        })
    }
}

impl World for Real {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        let life = match &self.presence {
            Presence::There(life) => *life,
            Presence::Away => return Err(away(&self.address)),
            Presence::Lost(broken) => return Err(broken.clone()),
        };
        self.slot.write(life, bytes, self.clock).map_err(|unwritten| match unwritten {
            Unwritten::Stuck => stuck(&self.address),
            Unwritten::Gone => {
                self.presence = Presence::Away;
                away(&self.address)
            }
            Unwritten::CutOff(error) => cut_off(&self.address, &error),
        })
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        loop {
            if self.interrupts.count() > self.interrupts_told {
                self.interrupts_told += 1;
                return Ok(Wake::Interrupted);
            }
            if let Presence::Lost(broken) = &self.presence {
                return Err(broken.clone());
            }
            let line = match &self.presence {
                Presence::There(life) => self.slot.line(*life),
                Presence::Away | Presence::Lost(_) => None,
            };
            match self.arrivals.next(until, line) {
                Next::Bytes { at, bytes } => return Ok(Wake::Bytes { at, bytes }),
                Next::Deadline => return Ok(Wake::Deadline),
                Next::Nudged => {}
                Next::Gone { at, why } => {
                    self.presence = Presence::Away;
                    return Ok(Wake::Gone { at, why });
                }
                Next::Back { at, port, life } => {
                    self.presence = Presence::There(life);
                    return Ok(Wake::Back { at, port });
                }
                Next::Lost(broken) => self.presence = Presence::Lost(broken),
            }
        }
    }

    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken> {
        let before = self.interrupts.count();
        // Who has interrupted twice does not wait long for anything any more.
        let is_interrupted = || self.interrupts.count() > before || before > 1;
        self.host.call(&Call { role, method, params }, &is_interrupted)
    }

    fn offers(&self, role: &str) -> bool {
        self.host.offers(role)
    }

    fn can(&self, role: &str, method: &str) -> bool {
        self.host.can(role, method)
    }

    fn remarks(&mut self) -> Vec<String> {
        self.host.remarks()
    }

    fn usable(&self) -> bool {
        !matches!(self.presence, Presence::Lost(_))
    }

    fn port_is_there(&self) -> bool {
        matches!(self.presence, Presence::There(_))
    }

    fn supplied(&mut self, supplied: Supplied) {
        self.slot.supplied(supplied);
    }
}

/// Bytes that were written before it got stuck still wait in the system, so this port may come
/// back: it is not marked as gone.
fn stuck(address: &Address) -> Broken {
    let (why, help) = match address {
        Address::Serial(_) | Address::Usb(_) | Address::Lab => (
            "its flow control holds them back",
            "compare `flow` in the rig file with the module (`AT+IFC?`) and see to its CTS line",
        ),
        Address::Tcp(_) | Address::Rfc2217(_) => (
            "its server has stalled, or the network to it is cut",
            "see to that server, to the flow control of its port, and to the network",
        ),
    };
    Broken::new(format!("the port `{address}` takes no bytes: {why}")).help(help)
}

/// Who waits for the port's return first does not come here.
fn away(address: &Address) -> Broken {
    Broken::new(format!("the port `{address}` is not there"))
        .help("see to its cable, the module's power and its USB connection")
}

/// It cannot be said how much of it has reached the module.
fn cut_off(address: &Address, error: &std::io::Error) -> Broken {
    Broken::new(format!("the port `{address}` vanished in the middle of what was sent: {error}"))
        .help("see to its cable, the module's power and its USB connection")
}
