//! One module with everything around it, as a rig file describes it.

mod answers;
mod load;
mod roles;
mod settings;
mod virtual_module;

pub use load::load;
pub use roles::{methods_of, roles};
pub use settings::{Credentials, Flow, LinePolicy, Offer, SerialSettings, VirtualSettings};

/// A rig: a port with a module behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rig {
    pub name: String,
    /// Name of the profile: how this module family talks.
    pub profile: String,
    pub port: Port,
}

/// Where the module is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// In this program, in simulated time.
    Virtual(Box<VirtualSettings>),
    Serial(SerialSettings),
}

impl Port {
    /// `virtual`, or the path of the device.
    pub fn shown(&self) -> &str {
        match self {
            Port::Virtual(_) => "virtual",
            Port::Serial(settings) => &settings.path,
        }
    }
}
