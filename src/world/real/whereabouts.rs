//! Where a port is, also when it returns under another name.

use std::fmt;

use crate::fault::Broken;
use crate::rig::{Address, UsbIdentity};
use crate::world::real::machine::{Listed, Machine, UsbFacts};

/// A place at which a line can be opened now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    Device(String),
    Tcp(String),
    Rfc2217(String),
}

/// What is known of a port's place.
pub(super) struct Whereabouts {
    address: Address,
    machine: Machine,
    /// The USB interface that it was at when it was opened last; how it is found again.
    seen: Option<UsbFacts>,
}

impl Whereabouts {
    pub(super) fn of(address: &Address, machine: Machine) -> Whereabouts {
        Whereabouts { address: address.clone(), machine, seen: None }
    }

    /// As people call it.
    pub(super) fn name(&self) -> String {
        self.address.to_string()
    }

    /// Where the port is now. A device that was seen at USB is looked for there and nowhere else:
    /// of two modules that boot, either can get the other's name.
    pub(super) fn find(&self) -> Result<Spot, Broken> {
        match (&self.address, &self.seen) {
            (Address::Serial(_) | Address::Usb(_), Some(seen)) => {
                let found =
                    self.machine.ports().into_iter().find(|port| {
                        port.usb.as_ref().is_some_and(|usb| usb.is_same_interface(seen))
                    });
                let found = found.ok_or_else(|| {
                    Broken::new(format!("USB {} is not there", seen.identity()))
                        .help("see to its cable and to the module's power")
                });
                Ok(Spot::Device(found?.path))
            }
            (Address::Serial(path), None) => Ok(Spot::Device(path.clone())),
            (Address::Usb(identity), None) => self.first(identity).map(Spot::Device),
            (Address::Tcp(place), _) => Ok(Spot::Tcp(place.clone())),
            (Address::Rfc2217(place), _) => Ok(Spot::Rfc2217(place.clone())),
            (Address::Lab, _) => Err(Broken::new("no lab has told where this module's port is")
                .help("give the rig file a `port`, or the role `lab`")),
        }
    }

    /// Keeps what the device at a spot is at USB.
    pub(super) fn remember(&mut self, spot: &Spot) {
        if let Spot::Device(path) = spot {
            self.seen = self.machine.usb_of(path);
            self.machine.quicken(path);
        }
    }

    fn first(&self, identity: &UsbIdentity) -> Result<String, Broken> {
        let ports = self.machine.ports();
        let at_usb = |port: &&Listed| port.usb.is_some();
        let fits = |port: &&Listed| port.usb.as_ref().is_some_and(|usb| usb.fits(identity));
        let fitting: Vec<&Listed> = ports.iter().filter(fits).collect();
        match fitting.as_slice() {
            [only] => Ok(only.path.clone()),
            [] => {
                let all: Vec<&Listed> = ports.iter().filter(at_usb).collect();
                Err(Broken::new(format!("no port of this machine is USB {identity}"))
                    .help(listed("this machine has", &all)))
            }
            several => Err(Broken::new(format!(
                "{} ports of this machine are USB {identity}",
                several.len()
            ))
            .help(format!(
                "say which by `serial` and `interface`: {}",
                listed("there are", several)
            ))),
        }
    }
}

fn listed(start: &str, ports: &[&Listed]) -> String {
    if ports.is_empty() {
        return "this machine has no serial port at USB now; is the module plugged in and powered?"
            .to_owned();
    }
    let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
    format!("{start} {}", ports.join(", "))
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spot::Device(path) => f.write_str(path),
            Spot::Tcp(place) => write!(f, "tcp {place}"),
            Spot::Rfc2217(place) => write!(f, "rfc2217 {place}"),
        }
    }
}
