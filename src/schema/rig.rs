//! The shape of a rig file.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::schema::words::{CredentialWords, Defects, Duration, Families, Noises, Switches, Text};

/// One module with everything around it: what `--rig` takes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rig {
    /// What people and reports call it.
    name: Text,
    /// How this module family talks; `hl78xx` is built in.
    profile: Option<Text>,
    /// Where the module is: `serial: PATH` for a real one, `virtual: {}` for the one inside.
    port: Port,
}

/// Where the module is: `serial` or `virtual`, one of them.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("oneOf" = [{ "required": ["serial"] }, { "required": ["virtual"] }])
)]
pub(crate) struct Port {
    /// The port's device: `/dev/ttyUSB2`, better `/dev/serial/by-id/…`, or `COM7`.
    serial: Option<Text>,
    /// Bits per second; 115200 unless said otherwise.
    #[schemars(range(min = 1))]
    baud: Option<u32>,
    /// `none`, `rtscts` (wires RTS and CTS) or `xonxoff` (characters).
    flow: Option<Flow>,
    /// What opening the port does to DTR; `on` unless said otherwise.
    dtr: Option<Line>,
    /// What opening the port does to RTS; `on` unless said otherwise.
    rts: Option<Line>,
    /// How many times faster than real time the module goes: that of `fotarig simulate --speed`.
    #[schemars(range(min = 1))]
    speed: Option<u32>,
    /// The virtual module, in simulated time; empty for one that is fresh from the factory.
    #[schemars(rename = "virtual")]
    simulated: Option<VirtualOrNothing>,
}

/// `virtual:` may be left empty.
pub(crate) struct VirtualOrNothing;

impl JsonSchema for VirtualOrNothing {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("VirtualOrNothing")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let module = generator.subschema_for::<VirtualModule>();
        json_schema!({ "oneOf": [module, { "type": "null" }] })
    }
}

/// Flow control of a serial port.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Flow {
    None,
    Rtscts,
    Xonxoff,
}

/// What happens to a control line when the port is opened.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Line {
    On,
    Off,
    Keep,
}

/// What the virtual module is like when a run starts.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct VirtualModule {
    /// A family: its model, and the switches in which it differs. The other keys refine it.
    family: Option<Families>,
    /// Answer to `AT+CGMM`.
    model: Option<Text>,
    /// Answer to `AT+CGSN`.
    imei: Option<Text>,
    /// Answer to `AT+KGSN=3`.
    serial: Option<Text>,
    /// Answer to `AT+CCID`; empty when there is no SIM.
    iccid: Option<Text>,
    /// Answer to `AT+CIMI`.
    imsi: Option<Text>,
    /// APN of context 1; empty as from the factory.
    apn: Option<Text>,
    /// Answer to `AT+CGMR`; the package's `from` unless said otherwise.
    firmware: Option<Text>,
    /// The SIM's PIN, 4 to 8 digits, when it asks for one after each boot.
    pin: Option<Text>,
    /// `missing`: no session is possible. `bootstrap`: from the factory. `valid`: for the
    /// device-management server as well.
    credentials: Option<CredentialWords>,
    /// What waits on the device-management server: the package under test, or nothing.
    offer: Option<Offer>,
    /// Speed of the radio link.
    #[schemars(range(min = 1))]
    link_bits_per_second: Option<u32>,
    /// How long the network remembers the way to a silent module; `never` forgets nothing.
    nat: Option<Nat>,
    /// How it behaves where the sources contradict each other.
    switches: Option<Switches>,
    /// How disturbed its line is.
    noise: Option<Noises>,
    /// Ways to be faulty: one or a list. `fotarig explain NAME` says more of each.
    defects: Option<Defects>,
}

/// What the server holds ready.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Offer {
    Package,
    Nothing,
}

/// A duration, or `never`.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Nat {
    After(Duration),
    Word(Never),
}

/// The word alone.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Never {
    Never,
}
