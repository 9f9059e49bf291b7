//! A rig file for what was found at a port, with what could fill its roles as comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::suite::scan::{Asked, Kind, Spotted};
use crate::world::real::{Listed, UsbFacts};

/// Digits of an IMEI that tell the modules of one bench apart.
const IMEI_DIGITS: usize = 4;

/// A rig file that could be.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub name: String,
    /// From the line `port` on; the name stands before it.
    body: String,
}

impl Proposal {
    /// The whole file.
    pub fn text(&self) -> String {
        let Proposal { name, body } = self;
        format!(
            "# Proposed by `fotarig rig scan`. Try it: fotarig rig check {name}.yaml\n\
                 name: {name}\n{body}"
        )
    }

    /// Another has the name already.
    pub(super) fn rename(&mut self, number: u32) {
        self.name = format!("{}-{number}", self.name);
    }
}

pub(super) fn of(one: &Spotted, all: &[Spotted]) -> Proposal {
    let facts = match &one.asked {
        Some(Asked::Module(facts)) => facts.clone(),
        Some(Asked::Silent | Asked::Babbles | Asked::Broken(_)) | None => BTreeMap::new(),
    };
    let mut body = format!("port: {{ {} }}\n", port(one));
    if one.kind == Kind::Module && one.asked.is_none() {
        body += "# Which of its ports (`interface`) is for AT commands, `--ask` finds out.\n";
    }
    body += &identity(&facts);
    body += "# apn: internet     # the APN of its SIM\n";
    body += &roles(one, all, &facts);
    Proposal { name: name(one, &facts), body }
}

fn name(one: &Spotted, facts: &BTreeMap<&str, String>) -> String {
    let tty = one.listed.path.rsplit('/').next().unwrap_or_default();
    let name = match (facts.get("model"), facts.get("imei")) {
        (Some(model), Some(imei)) if imei.is_ascii() => {
            let end = imei.len().saturating_sub(IMEI_DIGITS);
            format!("{model}-{}", &imei[end..])
        }
        (_, _) => format!("desk-{tty}"),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().take(50).map(plain).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "desk".to_owned() } else { name.to_owned() }
}

/// A way to it that stays when it gets another number: a module's own USB goes away with its power
/// and comes back, an adapter has its name in `by-id`.
fn port(one: &Spotted) -> String {
    let Listed { path, by_id, usb } = &one.listed;
    match (one.kind, usb, by_id) {
        (Kind::Module, Some(usb), _) => format!("usb: {}", usb_identity(usb)),
        (_, Some(usb), None) if usb.serial.is_some() => format!("usb: {}", usb_identity(usb)),
        (_, _, Some(by_id)) => format!("serial: {}", quoted(by_id)),
        (_, _, None) => format!("serial: {}", quoted(path)),
    }
}

fn usb_identity(usb: &UsbFacts) -> String {
    let mut text = format!("{{ vid: 0x{:04x}, pid: 0x{:04x}", usb.vendor, usb.product);
    if let Some(serial) = &usb.serial {
        let _ = write!(text, ", serial: {}", quoted(serial));
    }
    if let Some(interface) = usb.interface {
        let _ = write!(text, ", interface: {interface}");
    }
    text + " }"
}

fn identity(facts: &BTreeMap<&str, String>) -> String {
    let named = ["model", "imei", "serial"].into_iter();
    let named: Vec<String> =
        named.filter_map(|fact| Some(format!("{fact}: {}", quoted(facts.get(fact)?)))).collect();
    let firmware = facts.get("firmware").map(|it| format!("     # with firmware {}", plain(it)));
    if named.is_empty() {
        return "# identity: { model: HL7800, imei: \"…\" }     # `--ask` finds out\n".to_owned();
    }
    format!("identity: {{ {} }}{}\n", named.join(", "), firmware.unwrap_or_default())
}

/// What could fill its roles, as comments: only a person knows how things are wired.
fn roles(one: &Spotted, all: &[Spotted], facts: &BTreeMap<&str, String>) -> String {
    let mut power = Vec::new();
    for board in all.iter().filter(|other| other.listed != one.listed) {
        let place = quoted(board.listed.by_id.as_ref().unwrap_or(&board.listed.path));
        let with = |board: &str, channel: u8| {
            format!(
                "{{ plugin: relay, with: {{ board: {board}, port: {place}, channel: {channel} }} }}"
            )
        };
        let is_module = matches!(board.asked, Some(Asked::Module(_)));
        if board.kind == Kind::RelayBoard {
            power.push(with("numato", 0));
        } else if board.kind.may_be_lcus() && !is_module {
            power.push(with("lcus", 1));
        }
    }
    if let (Kind::Module, Some(usb)) = (one.kind, &one.listed.usb)
        && let Some((hub, port)) = hub(&usb.socket)
    {
        power.push(format!("{{ plugin: uhubctl, with: {{ location: \"{hub}\", port: {port} }} }}"));
    }
    power.push("{ plugin: by-hand }".to_owned());
    let mut text = "# roles:     # of each role one line; `fotarig plugin list` shows what there \
                    is\n"
        .to_owned();
    for power in power {
        let _ = writeln!(text, "#   power: {power}");
    }
    let imei = facts.get("imei").map_or("\"…\"".to_owned(), |imei| quoted(imei));
    let cloud = format!("{{ imei: {imei}, token: \"${{env:AV_TOKEN}}\" }}");
    let _ = writeln!(text, "#   cloud: {{ plugin: airvantage, with: {cloud} }}");
    text
}

/// A socket's hub and its number there: `1-1.2` is the second of `1-1`, `1-2` that of hub 1.
fn hub(socket: &str) -> Option<(&str, &str)> {
    socket.rsplit_once('.').or_else(|| socket.split_once('-'))
}

/// As JSON and YAML both have it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// For a comment: it must stay on its line.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_a_port_of_a_hub() {
        assert_eq!(hub("1-1.2"), Some(("1-1", "2")));
        assert_eq!(hub("1-1.4.3"), Some(("1-1.4", "3")));
        assert_eq!(hub("2-7"), Some(("2", "7")));
        assert_eq!(hub("usb1"), None);
    }
}
