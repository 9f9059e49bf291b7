//! Where a module outside of this program is found, and how the line to it is opened.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// How the line to a module is opened. The defaults are those of an AirPrime module's UART:
/// 115200 8N1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSettings {
    pub address: Address,
    pub baud: u32,
    pub flow: Flow,
    pub dtr: LinePolicy,
    pub rts: LinePolicy,
    /// How many times faster than real time the module's clock goes: 1 for a real module, more
    /// for one that `fotarig simulate --speed` serves.
    pub speed: NonZeroU32,
    /// How long a port that vanished is waited for, in real time.
    pub returns_within: Duration,
}

/// Where the module's port is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// `/dev/ttyUSB2`, `/dev/serial/by-id/…`, `COM7`.
    Serial(String),
    /// Whatever name the system gives it.
    Usb(UsbIdentity),
    /// `host:port`, with the bytes of the line and nothing else.
    Tcp(String),
    /// `host:port`, telnet with the settings of a serial port (RFC 2217).
    Rfc2217(String),
    /// The role `lab` tells it when a run begins.
    Lab,
}

/// A USB device and the interface of it that is the port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsbIdentity {
    pub vendor: u16,
    pub product: u16,
    /// Tells two modules of a kind apart.
    pub serial: Option<String>,
    /// A module has several ports; `bInterfaceNumber` of the one for AT commands.
    pub interface: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    None,
    /// RTS/CTS.
    Hardware,
    /// XON/XOFF.
    Software,
}

/// What happens to a control line when the port is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinePolicy {
    On,
    Off,
    /// Left as the system has it.
    Keep,
}

impl DeviceSettings {
    /// Speed of the module's UART unless set otherwise.
    pub const USUAL_BAUD: u32 = 115_200;
    /// A module boots in 5 to 20 seconds and installs within minutes in which its USB is mostly
    /// there; a port that is away for longer needs a person.
    pub const USUAL_RETURN: Duration = Duration::from_secs(60);

    /// The usual settings for a port.
    pub fn at(address: Address) -> DeviceSettings {
        DeviceSettings {
            address,
            baud: DeviceSettings::USUAL_BAUD,
            flow: Flow::None,
            dtr: LinePolicy::On,
            rts: LinePolicy::On,
            speed: NonZeroU32::MIN,
            returns_within: DeviceSettings::USUAL_RETURN,
        }
    }
}

impl fmt::Display for Address {
    /// As people call it: the path alone, or the kind and the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Serial(path) => f.write_str(path),
            Address::Usb(identity) => write!(f, "USB {identity}"),
            Address::Tcp(place) => write!(f, "tcp {place}"),
            Address::Rfc2217(place) => write!(f, "rfc2217 {place}"),
            Address::Lab => f.write_str("the port of the lab"),
        }
    }
}

impl fmt::Display for UsbIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)?;
        if let Some(serial) = &self.serial {
            write!(f, " serial {serial}")?;
        }
        match self.interface {
            Some(interface) => write!(f, " interface {interface}"),
            None => Ok(()),
        }
    }
}
