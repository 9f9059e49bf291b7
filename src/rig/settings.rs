//! The settings of a virtual module: what a rig file may say under `port: { virtual: … }`.

use std::time::Duration;

use serde::Deserialize;

use crate::behaviour::{Defects, Noise, Switches};

/// What a virtual module is like when the run starts. The default is a module fresh from the
/// factory: bootstrap credentials only and no APN, registered on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualSettings {
    /// Answer to `AT+CGMM`.
    pub model: String,
    /// Answer to `AT+CGSN`.
    pub imei: String,
    /// Answer to `AT+KGSN=3`.
    pub serial: String,
    /// Answer to `AT+CCID`; empty when there is no SIM.
    pub iccid: String,
    /// Answer to `AT+CIMI`.
    pub imsi: String,
    /// Answer to `AT+CGMR`; the package's `from` when not given.
    pub firmware: Option<String>,
    /// APN of context 1; empty as from the factory.
    pub apn: String,
    /// The SIM's PIN, when it asks for one after each boot.
    pub pin: Option<String>,
    pub credentials: Credentials,
    pub offer: Offer,
    /// Speed of the radio link in bits per second; 1.2 MB take two to six minutes on LTE-M.
    pub link_bits_per_second: u32,
    /// How long the network remembers the way to a silent module; None is for ever. Operators
    /// differ, so the default is a guess (reference 4.2).
    pub nat: Option<Duration>,
    pub switches: Switches,
    pub defects: Defects,
    pub noise: Noise,
}

/// Which credentials the module holds (`AT+WDSG`, line 0).
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    /// Neither: no session is possible.
    Missing,
    /// Those for the bootstrap server, from the factory.
    #[default]
    Bootstrap,
    /// Those for the device-management server as well.
    Valid,
}

/// What waits for the module on its device-management server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// An operation that installs the package under test.
    #[default]
    Package,
    Nothing,
}

impl Credentials {
    pub const ALL: [Credentials; 3] =
        [Credentials::Missing, Credentials::Bootstrap, Credentials::Valid];

    /// As rig files and the control socket write it.
    pub fn word(self) -> &'static str {
        match self {
            Credentials::Missing => "missing",
            Credentials::Bootstrap => "bootstrap",
            Credentials::Valid => "valid",
        }
    }
}

impl Default for VirtualSettings {
    fn default() -> VirtualSettings {
        VirtualSettings {
            model: "HL7800".to_owned(),
            imei: "001010123456780".to_owned(),
            serial: "VM000000000001".to_owned(),
            iccid: "89000000000000000001".to_owned(),
            imsi: "001010000000001".to_owned(),
            firmware: None,
            apn: String::new(),
            pin: None,
            credentials: Credentials::Bootstrap,
            offer: Offer::Package,
            link_bits_per_second: 40_000,
            nat: Some(Duration::from_secs(40)),
            switches: Switches::default(),
            defects: Defects::default(),
            noise: Noise::None,
        }
    }
}
