//! Reads what a rig file says about its port: which of its kinds, and how it is opened.

use std::num::NonZeroU32;

use crate::diagnostic::Diagnostic;
use crate::rig::load::one_of;
use crate::rig::virtual_module::virtual_port;
use crate::rig::{Address, DeviceSettings, Flow, LinePolicy, Port, UsbIdentity};
use crate::yaml::{Complaints, Fields, Node};

/// The fastest that serial adapters offer; more is a slip.
const MAX_BAUD: u32 = 12_000_000;
/// The kinds of ports; at most one of them says where the module is.
const KINDS: [&str; 5] = ["serial", "usb", "tcp", "rfc2217", "virtual"];
/// What a port says beside its kind, if that is not `virtual`.
const BESIDE: [&str; 6] = ["baud", "flow", "dtr", "rts", "speed", "returns_within"];

pub(super) fn port(node: &Node, complaints: &mut Complaints) -> Option<Port> {
    let mut fields = Fields::of(node, "a port", complaints)?;
    let kinds = KINDS.map(|kind| (kind, fields.take(kind)));
    let mut said = kinds.into_iter().filter_map(|(kind, node)| Some((kind, node?)));
    let (first, second) = (said.next(), said.next());
    if let (Some((first, _)), Some((second, node))) = (first, second) {
        // Which kind is meant is not known, so none of its keys is wrong.
        for key in BESIDE {
            fields.take(key);
        }
        let message = format!("this port is both `{first}` and `{second}`");
        complaints.push(Diagnostic::at(&node.place, message).help("keep one of them"));
        fields.finish(complaints);
        return None;
    }
    let port = match first {
        Some(("virtual", settings)) => {
            virtual_port(settings, complaints).map(Box::new).map(Port::Virtual)
        }
        Some((kind, node)) => {
            let address = address(kind, node, complaints);
            device(address, &mut fields, complaints).map(Port::Device)
        }
        None => device(Some(Address::Lab), &mut fields, complaints).map(Port::Device),
    };
    fields.finish(complaints);
    port
}

fn address(kind: &str, node: &Node, complaints: &mut Complaints) -> Option<Address> {
    match kind {
        "usb" => usb(node, complaints).map(Address::Usb),
        "tcp" => place(node, complaints).map(Address::Tcp),
        "rfc2217" => place(node, complaints).map(Address::Rfc2217),
        _ => complaints.text(node).map(Address::Serial),
    }
}

fn device(
    address: Option<Address>,
    fields: &mut Fields<'_>,
    complaints: &mut Complaints,
) -> Option<DeviceSettings> {
    let baud = fields.take("baud").and_then(|node| complaints.whole_32(node, MAX_BAUD));
    let flow = fields.take("flow").and_then(|node| {
        let words = [("none", Flow::None), ("rtscts", Flow::Hardware), ("xonxoff", Flow::Software)];
        one_of(node, &words, complaints)
    });
    let mut policy = |key| {
        let words = [("on", LinePolicy::On), ("off", LinePolicy::Off), ("keep", LinePolicy::Keep)];
        fields.take(key).and_then(|node| one_of(node, &words, complaints))
    };
    let (dtr, rts) = (policy("dtr"), policy("rts"));
    let speed = fields.take("speed").and_then(|node| complaints.whole_32(node, u32::MAX));
    let returns = fields.take("returns_within").and_then(|node| complaints.duration(node));
    let usual = DeviceSettings::at(address?);
    Some(DeviceSettings {
        baud: baud.map_or(usual.baud, NonZeroU32::get),
        flow: flow.unwrap_or(usual.flow),
        dtr: dtr.unwrap_or(usual.dtr),
        rts: rts.unwrap_or(usual.rts),
        speed: speed.unwrap_or(usual.speed),
        returns_within: returns.unwrap_or(usual.returns_within),
        address: usual.address,
    })
}

fn usb(node: &Node, complaints: &mut Complaints) -> Option<UsbIdentity> {
    let mut fields = Fields::of(node, "a USB port", complaints)?;
    let vendor = fields.need("vid", complaints).and_then(|node| number(node, complaints));
    let product = fields.need("pid", complaints).and_then(|node| number(node, complaints));
    let serial = fields.take("serial").and_then(|node| complaints.text(node));
    let interface = fields.take("interface").and_then(|node| {
        let number = complaints.whole(node, 0)?;
        let told = u8::try_from(number);
        if told.is_err() {
            let message = format!("USB has no interface {number}");
            complaints.push(Diagnostic::at(&node.place, message).help("they go from 0 to 255"));
        }
        told.ok()
    });
    fields.finish(complaints);
    Some(UsbIdentity { vendor: vendor?, product: product?, serial, interface })
}

/// `lsusb` writes these numbers in hexadecimal without a sign of it, so ours is asked for.
fn number(node: &Node, complaints: &mut Complaints) -> Option<u16> {
    let text = complaints.text(node)?;
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    let number = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
    if number.is_none() {
        let message = format!("expected a number of USB such as `0x1199`, found `{text}`");
        let help = "`lsusb` shows vendor and product as `ID 1199:c001`: put `0x` before each";
        complaints.push(Diagnostic::at(&node.place, message).help(help));
    }
    number
}

/// `host:port`; an IPv6 address stands in brackets.
fn place(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = complaints.text(node)?;
    let port = text.rsplit_once(':').filter(|(host, _)| {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        !host.is_empty() && (bare.is_some() || !host.contains(':'))
    });
    if port.is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0)) {
        return Some(text);
    }
    let message = format!("`{text}` is no address");
    let help =
        "write `host:port`, for example `lab-pc:4001`, `192.168.1.20:4001` or `[fe80::1]:4001`";
    complaints.push(Diagnostic::at(&node.place, message).help(help));
    None
}
