//! The serial ports of this machine and what they are at USB, as Linux tells it in `/sys`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::rig::UsbIdentity;

/// What an FTDI adapter must not add to each answer: its own default is 16 ms, which is 500 times
/// as much as everything else between the wire and a stamp.
const LOW_LATENCY_MS: u32 = 1;

/// Where a machine describes its ports. A test gives a machine of its own.
#[derive(Clone, Debug)]
pub struct Machine {
    sys: PathBuf,
    dev: PathBuf,
}

/// A serial port that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// `/dev/ttyUSB2`
    pub path: String,
    /// The name that stays when the number changes: `/dev/serial/by-id/…`.
    pub by_id: Option<String>,
    pub usb: Option<UsbFacts>,
}

/// What a port is at USB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbFacts {
    pub vendor: u16,
    pub product: u16,
    pub serial: Option<String>,
    pub interface: Option<u8>,
    /// The socket that the device is plugged into, as Linux counts them: `1-1.2`.
    pub socket: String,
    /// What the device calls itself, empty when it has no words: `HL7800`.
    pub called: String,
}

/// How long an adapter keeps bytes back before it hands them over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyTimer {
    /// Its driver has no such timer.
    None,
    Milliseconds(u32),
}

impl LatencyTimer {
    /// Whether it costs more than all else between the wire and a stamp.
    pub fn is_slow(self) -> bool {
        matches!(self, LatencyTimer::Milliseconds(ms) if ms > LOW_LATENCY_MS)
    }
}

impl Default for Machine {
    fn default() -> Machine {
        Machine::at("/sys", "/dev")
    }
}

impl Machine {
    /// The machine that is described in these folders.
    pub fn at(sys: impl Into<PathBuf>, dev: impl Into<PathBuf>) -> Machine {
        Machine { sys: sys.into(), dev: dev.into() }
    }

    /// The serial ports that are there, sorted by path. Those of USB, and those of the board that
    /// have a chip; nothing where there is no `/sys`.
    pub fn ports(&self) -> Vec<Listed> {
        let Ok(names) = fs::read_dir(self.sys.join("class/tty")) else { return Vec::new() };
        let mut ports: Vec<Listed> =
            names.flatten().filter_map(|entry| self.listed(entry.file_name().to_str()?)).collect();
        ports.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        ports
    }

    /// The latency timer of the adapter at `path`. An opening writes 1 ms where it is permitted,
    /// so this is what was not: root writes it, or a rule of udev (`ATTR{latency_timer}="1"`).
    pub fn latency_timer(&self, path: &str) -> LatencyTimer {
        let text = self.timer_of(path).and_then(|file| fs::read_to_string(file).ok());
        let ms = text.and_then(|text| text.trim().parse().ok());
        ms.map_or(LatencyTimer::None, LatencyTimer::Milliseconds)
    }

    /// Sets the latency timer to its least, where there is one and it is permitted.
    pub(super) fn quicken(&self, path: &str) {
        if self.latency_timer(path).is_slow()
            && let Some(file) = self.timer_of(path)
        {
            // A user without the permission loses milliseconds, not the port.
            let _ = fs::write(file, LOW_LATENCY_MS.to_string());
        }
    }

    /// What the device at `path` is at USB, whatever link leads to it.
    pub(super) fn usb_of(&self, path: &str) -> Option<UsbFacts> {
        usb_facts(&self.device_of(&self.name_of(path)?)?)
    }

    fn timer_of(&self, path: &str) -> Option<PathBuf> {
        let file = self.device_of(&self.name_of(path)?)?.join("latency_timer");
        file.exists().then_some(file)
    }

    /// `ttyUSB2`, if `path` leads to it.
    fn name_of(&self, path: &str) -> Option<String> {
        let target = fs::canonicalize(path).ok()?;
        let by_path =
            |name: &str| fs::canonicalize(self.dev.join(name)).is_ok_and(|device| device == target);
        let name = target.file_name()?.to_str()?;
        if self.device_of(name).is_some() && by_path(name) {
            return Some(name.to_owned());
        }
        // A device node may be a link itself, in a container or on a machine of a test.
        let names = fs::read_dir(self.sys.join("class/tty")).ok()?.flatten();
        let mut names = names.filter_map(|entry| entry.file_name().into_string().ok());
        names.find(|name| self.device_of(name).is_some() && by_path(name))
    }

    /// The folder of the device behind a port, which consoles and PTYs do not have.
    fn device_of(&self, name: &str) -> Option<PathBuf> {
        fs::canonicalize(self.sys.join("class/tty").join(name).join("device")).ok()
    }

    fn listed(&self, name: &str) -> Option<Listed> {
        let device = self.device_of(name)?;
        let path = self.dev.join(name);
        let usb = usb_facts(&device);
        // A driver makes ports for chips that this board could have, of type 0 then (serial_core).
        let kind = text(&self.sys.join("class/tty").join(name).join("type"));
        if !path.exists() || (usb.is_none() && kind.as_deref() == Some("0")) {
            return None;
        }
        let by_id = self.by_id(&path);
        Some(Listed { path: path.to_str()?.to_owned(), by_id, usb })
    }

    fn by_id(&self, path: &Path) -> Option<String> {
        let target = fs::canonicalize(path).ok()?;
        let links = fs::read_dir(self.dev.join("serial/by-id")).ok()?.flatten();
        let mut links = links.map(|link| link.path()).collect::<Vec<_>>();
        links.sort_unstable();
        let mut links = links.into_iter();
        let link = links.find(|link| fs::canonicalize(link).is_ok_and(|it| it == target))?;
        link.into_os_string().into_string().ok()
    }
}

impl UsbFacts {
    /// Whether all that `identity` says is true of it.
    pub fn fits(&self, identity: &UsbIdentity) -> bool {
        (self.vendor, self.product) == (identity.vendor, identity.product)
            && (identity.serial.is_none() || identity.serial == self.serial)
            && (identity.interface.is_none() || identity.interface == self.interface)
    }

    /// As a rig file says it.
    pub fn identity(&self) -> UsbIdentity {
        UsbIdentity {
            vendor: self.vendor,
            product: self.product,
            serial: self.serial.clone(),
            interface: self.interface,
        }
    }

    /// Whether it is the same port of the same device. Devices without a serial number are told
    /// apart by their socket.
    pub(super) fn is_same_interface(&self, other: &UsbFacts) -> bool {
        self.identity() == other.identity()
            && (self.serial.is_some() || self.socket == other.socket)
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.path)?;
        match &self.usb {
            Some(usb) => write!(f, " (USB {})", usb.identity()),
            None => Ok(()),
        }
    }
}

/// Goes up from a port's device to its USB interface, and from there to the USB device.
fn usb_facts(device: &Path) -> Option<UsbFacts> {
    let interface = device.ancestors().find(|it| it.join("bInterfaceNumber").exists())?;
    let device = interface.ancestors().find(|it| it.join("idVendor").exists())?;
    let hex = |file: &str| u16::from_str_radix(&text(&device.join(file))?, 16).ok();
    let number = text(&interface.join("bInterfaceNumber"));
    Some(UsbFacts {
        vendor: hex("idVendor")?,
        product: hex("idProduct")?,
        serial: text(&device.join("serial")).filter(|serial| !serial.is_empty()),
        interface: number.and_then(|number| u8::from_str_radix(&number, 16).ok()),
        socket: device.file_name()?.to_string_lossy().into_owned(),
        called: text(&device.join("product")).unwrap_or_default(),
    })
}

fn text(file: &Path) -> Option<String> {
    fs::read_to_string(file).ok().map(|text| text.trim().to_owned())
}
