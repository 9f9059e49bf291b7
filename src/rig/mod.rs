//! One module with everything around it, as a rig file describes it.

mod answers;
mod device;
mod filled;
mod load;
mod port;
mod roles;
mod settings;
mod supplied;
mod virtual_module;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::source::Place;

pub use device::{Address, DeviceSettings, Flow, LinePolicy, UsbIdentity};
pub use filled::{Filled, Proof, SafeState, SupplyRules};
pub(crate) use load::DEFAULT_APN;
pub use load::load;
pub use roles::{LAB, POWER, methods_of, roles};
pub use settings::{Credentials, Offer, VirtualSettings};

/// A rig: a port with a module behind it, and what can be done to both.
#[derive(Clone, Debug)]
pub struct Rig {
    pub name: String,
    /// Name of the profile: how this module family talks.
    pub profile: String,
    pub port: Port,
    /// Which module it is; what is not said is not asked.
    pub identity: Identity,
    /// The network that its SIM belongs to.
    pub apn: String,
    /// Which scenarios it takes, as an expression over their tags; nothing takes all.
    pub takes: Option<Written>,
    /// Instruments that it shares with other rigs, with how many may use each at once.
    pub shared: BTreeMap<String, NonZeroU32>,
    /// What fills its roles. A virtual module has all roles built in, and nothing here.
    pub roles: Vec<Filled>,
    pub supply: SupplyRules,
    /// Where its name stands in the file.
    pub named: Place,
    /// Where its port stands in the file.
    pub place: Place,
}

/// A text with its place, for whoever understands it later.
#[derive(Clone, Debug)]
pub struct Written {
    pub text: String,
    pub place: Place,
}

/// What a module must say of itself.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Answer to `AT+CGMM`.
    pub model: Option<Written>,
    /// Answer to `AT+CGSN`.
    pub imei: Option<Written>,
    /// Answer to `AT+KGSN=3`.
    pub serial: Option<Written>,
}

/// Where the module is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// In this program, in simulated time.
    Virtual(Box<VirtualSettings>),
    /// Outside of it, on a line of its own.
    Device(DeviceSettings),
}

impl Rig {
    /// The plugin that fills this role.
    pub fn filled(&self, role: &str) -> Option<&Filled> {
        self.roles.iter().find(|filled| filled.role == role)
    }

    /// Whether something fills this role.
    pub fn fills(&self, role: &str) -> bool {
        match self.port {
            Port::Virtual(_) => !methods_of(role).is_empty(),
            Port::Device(_) => self.filled(role).is_some(),
        }
    }
}

impl Port {
    /// `virtual`, the path of the device, or its address.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Port::Virtual(_) => Cow::Borrowed("virtual"),
            Port::Device(settings) => Cow::Owned(settings.address.to_string()),
        }
    }
}
