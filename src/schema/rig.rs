//! The shape of a rig file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::schema::words::{
    CredentialWords, Defects, Duration, Families, Noises, Switches, Text, UsbNumber,
};

/// One module with everything around it: what `--rig` takes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rig {
    /// What people and reports call it.
    name: Text,
    /// How this module family talks; `hl78xx` is built in.
    profile: Option<Text>,
    /// Where the module is: `serial: PATH` for a real one, `virtual: {}` for the one inside. Left
    /// out, or without a kind, when a role `lab` tells it.
    port: Option<Port>,
    /// Which module it is; checked before the first step of a run.
    identity: Option<Identity>,
    /// The APN of its SIM, `${rig.apn}` in scenarios; `internet` unless said otherwise.
    apn: Option<Text>,
    /// Which scenarios it takes: an expression over their tags, as `--tag` has it.
    takes: Option<Text>,
    /// Instruments that it shares with other rigs of this host: a list of names, or names with how
    /// many rigs may use each at once.
    shared: Option<Shared>,
    /// What fills the roles: plugins.
    roles: Option<Roles>,
}

/// What a module must say of itself.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Identity {
    /// Answer to `AT+CGMM`.
    model: Option<Text>,
    /// Answer to `AT+CGSN`.
    imei: Option<Text>,
    /// Answer to `AT+KGSN=3`.
    serial: Option<Text>,
}

/// A name, names, or names with numbers of users.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Shared {
    One(Text),
    Names(Vec<Text>),
    Users(BTreeMap<String, u32>),
}

/// Each role with the plugin that fills it. A role that is not listed here is one that only its
/// plugin knows.
#[derive(JsonSchema)]
pub(crate) struct Roles {
    /// The module's supply.
    power: Option<Power>,
    /// The network that the module is in.
    network: Option<Role>,
    /// The device-management server.
    cloud: Option<Role>,
    /// Where the module is, when others use it as well.
    lab: Option<Role>,
    /// What a served virtual module can be made to do.
    module: Option<Role>,
    #[schemars(flatten)]
    others: BTreeMap<String, Role>,
}

/// A role: the plugin that fills it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Role {
    /// The name of its folder; `fotarig plugin list` shows them.
    plugin: Text,
    /// The plugin's settings; `${env:NAME}` for what nobody may see.
    with: Option<Value>,
    /// How long each answer may take.
    answer_within: Option<Duration>,
}

/// The supply: its plugin, and how it is treated.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Power {
    /// The name of its folder; `fotarig plugin list` shows them.
    plugin: Text,
    /// The plugin's settings; `${env:NAME}` for what nobody may see.
    with: Option<Value>,
    /// How long each answer may take.
    answer_within: Option<Duration>,
    /// How long the supply stays off at least; 2s unless said otherwise.
    off_for: Option<Duration>,
    /// How a power-off is proven: the switch is asked, the module is silent, its USB port is gone.
    proof: Option<Proofs>,
    /// How the rig is left at the end of a run; `on` unless said otherwise.
    safe_state: Option<Line>,
}

/// One proof or several.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Proofs {
    One(Proof),
    Several(Vec<Proof>),
}

/// What proves that the power is off.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Proof {
    Readback,
    Silence,
    Usb,
}

/// Where the module is: one kind, or none when a role `lab` tells it.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("not" = { "anyOf": two_kinds() })
)]
pub(crate) struct Port {
    /// The port's device: `/dev/ttyUSB2`, better `/dev/serial/by-id/…`, or `COM7`.
    serial: Option<Text>,
    /// A USB port by what it is, whatever its name is now.
    usb: Option<Usb>,
    /// `host:port` with the bytes of the line and nothing else.
    tcp: Option<Text>,
    /// `host:port` of a serial port over telnet (RFC 2217), as ser2net serves it.
    rfc2217: Option<Text>,
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
    /// How long a port that vanished is waited for; 60s unless said otherwise.
    returns_within: Option<Duration>,
    /// The virtual module, in simulated time; empty for one that is fresh from the factory.
    #[schemars(rename = "virtual")]
    simulated: Option<VirtualOrNothing>,
}

/// Each pair of kinds: a port is not both.
fn two_kinds() -> Vec<Value> {
    let kinds = ["serial", "usb", "tcp", "rfc2217", "virtual"];
    let pairs = kinds.iter().enumerate().flat_map(|(index, one)| {
        kinds[index + 1..].iter().map(move |other| json!({ "required": [one, other] }))
    });
    pairs.collect()
}

/// A USB device and the interface of it that is the port.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Usb {
    /// The vendor as `lsusb` shows it, with `0x` before it: `0x1199`.
    vid: UsbNumber,
    /// The product, likewise: `0xc001`.
    pid: UsbNumber,
    /// Its serial number, which tells two of a kind apart.
    serial: Option<Text>,
    /// Which of its interfaces is the port for AT commands.
    #[schemars(range(min = 0, max = 255))]
    interface: Option<u32>,
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
