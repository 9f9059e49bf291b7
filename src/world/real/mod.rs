//! The real world: a serial port and the clock of this machine, and the served virtual module.

mod arrivals;
mod clock;
#[cfg(target_os = "linux")]
mod holders_linux;
#[cfg_attr(unix, path = "port_unix.rs")]
#[cfg_attr(not(unix), path = "port_elsewhere.rs")]
mod port;
mod reader;
mod refusal;
mod serve;

use std::io;
use std::rc::Rc;

use serde_json::Value;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::plugin::{Call, Host};
use crate::rig::{Address, DeviceSettings};
use crate::world::real::arrivals::{Arrivals, Next};
use crate::world::real::port::Port;
use crate::world::real::reader::Reader;
use crate::world::real::refusal::Refusal;
use crate::world::{Interrupts, Wake, World};

pub use clock::Clock;
pub use serve::{Cable, MAX_SPEED, Place, Ready, Serve, Unserved, serve};

/// A module on a serial port. Dropping it gives the port free at once.
///
/// The order of the fields is that of their end: without the queue the reader cannot be stuck at
/// it, and without the reader nobody else has the port.
pub struct Real {
    arrivals: Arrivals,
    _reader: Reader,
    port: Port,
    path: String,
    clock: Clock,
    interrupts: Interrupts,
    interrupts_told: u32,
    /// Why the port cannot be used any more, once that is known.
    gone: Option<Broken>,
    /// What fills the roles.
    host: Rc<Host>,
}

impl Real {
    /// Opens the port, exclusively, and starts to listen. The device sees one opening.
    pub fn open(
        settings: &DeviceSettings,
        clock: Clock,
        interrupts: Interrupts,
    ) -> Result<Real, Broken> {
        let path = match &settings.address {
            Address::Serial(path) => path.clone(),
            other @ (Address::Usb(_) | Address::Tcp(_) | Address::Rfc2217(_) | Address::Lab) => {
                return Err(Broken::new(format!("a port at {other} cannot be opened yet")));
            }
        };
        let port = Port::open(&path, settings).map_err(|refusal| refusal.explain(&path))?;
        let (intake, arrivals) = arrivals::queue(clock);
        interrupts.wake_with(intake.nudger());
        let reader =
            port.input().and_then(|(input, stop)| Reader::start(&path, input, stop, intake));
        let reader = reader.map_err(|error| Refusal::Other(error.to_string()).explain(&path))?;
        let (interrupts_told, gone) = (0, None);
        Ok(Real {
            arrivals,
            _reader: reader,
            port,
            path,
            clock,
            interrupts,
            interrupts_told,
            gone,
            host: Rc::default(),
        })
    }

    /// The same with plugins for its roles.
    #[must_use]
    pub fn equipped(self, host: &Rc<Host>) -> Real {
        Real { host: Rc::clone(host), ..self }
    }

    /// The port is not there any more; said again by each later call.
    fn lost(&mut self, why: &str) -> Broken {
        let path = &self.path;
        let broken = Broken::new(format!("the port `{path}` is gone: {why}"))
            .help("see to its cable, the module's power and its USB connection");
        self.gone = Some(broken.clone());
        broken
    }
}

impl World for Real {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        if let Some(gone) = &self.gone {
            return Err(gone.clone());
        }
        self.port.write(bytes, self.clock).map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => stuck(&self.path),
            _ => self.lost(&error.to_string()),
        })
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        loop {
            if self.interrupts.count() > self.interrupts_told {
                self.interrupts_told += 1;
                return Ok(Wake::Interrupted);
            }
            if let Some(gone) = &self.gone {
                return Err(gone.clone());
            }
            match self.arrivals.next(until) {
                Next::Bytes { at, bytes } => return Ok(Wake::Bytes { at, bytes }),
                Next::Deadline => return Ok(Wake::Deadline),
                Next::Nudged => {}
                Next::Gone(why) => return Err(self.lost(&why)),
            }
        }
    }

    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken> {
        let before = self.interrupts.count();
        let is_interrupted = || self.interrupts.count() > before;
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
        self.gone.is_none()
    }
}

/// Bytes that were written before it got stuck still wait in the driver, so this port may come
/// back: it is not marked as gone.
fn stuck(path: &str) -> Broken {
    Broken::new(format!("the port `{path}` takes no bytes: its flow control holds them back"))
        .help("compare `flow` in the rig file with the module (`AT+IFC?`) and see to its CTS line")
}
