//! Reads a rig file, with all its mistakes at once.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::rig::virtual_module::virtual_port;
use crate::rig::{Flow, LinePolicy, Port, Rig, SerialSettings};
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node};

/// Speed of the module's UART unless set otherwise.
const DEFAULT_BAUD: u32 = 115_200;
/// The fastest that serial adapters offer; more is a slip.
const MAX_BAUD: u32 = 12_000_000;
/// What a port says beside `serial`.
const BESIDE_SERIAL: [&str; 5] = ["baud", "flow", "dtr", "rts", "speed"];
/// The profile of a rig that names none.
const DEFAULT_PROFILE: &str = "hl78xx";

pub fn load(source: &Arc<Source>) -> Result<Rig, Vec<Diagnostic>> {
    yaml::read_whole(source, rig)
}

fn rig(node: &Node, complaints: &mut Complaints) -> Option<Rig> {
    let mut fields = Fields::of(node, "a rig", complaints)?;
    let name = fields.need("name", complaints).and_then(|node| complaints.text(node));
    let profile = fields.take("profile").and_then(|node| complaints.text(node));
    let port = fields.need("port", complaints).and_then(|node| port(node, complaints));
    fields.finish(complaints);
    let profile = profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
    Some(Rig { name: name?, profile, port: port? })
}

fn port(node: &Node, complaints: &mut Complaints) -> Option<Port> {
    let mut fields = Fields::of(node, "a port", complaints)?;
    let serial = fields.take("serial");
    let simulated = fields.take("virtual");
    let port = match (serial, simulated) {
        (Some(path), None) => serial_port(path, &mut fields, complaints).map(Port::Serial),
        (None, Some(settings)) => {
            virtual_port(settings, complaints).map(Box::new).map(Port::Virtual)
        }
        (Some(_), Some(_)) | (None, None) => {
            // Which kind is meant is not known, so none of its keys is wrong.
            for key in BESIDE_SERIAL {
                fields.take(key);
            }
            let complaint = Diagnostic::at(fields.place(), "a port is one of two kinds");
            let known = complaints.len();
            fields.finish(complaints);
            // An unknown key was meant to be the kind: one complaint is enough.
            if complaints.len() == known {
                complaints.push(complaint.help("give it either `serial: PATH` or `virtual: {}`"));
            }
            return None;
        }
    };
    fields.finish(complaints);
    port
}

fn serial_port(
    path: &Node,
    fields: &mut Fields<'_>,
    complaints: &mut Complaints,
) -> Option<SerialSettings> {
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
    Some(SerialSettings {
        path: complaints.text(path)?,
        baud: baud.map_or(DEFAULT_BAUD, NonZeroU32::get),
        flow: flow.unwrap_or(Flow::None),
        dtr: dtr.unwrap_or(LinePolicy::On),
        rts: rts.unwrap_or(LinePolicy::On),
        speed: speed.unwrap_or(NonZeroU32::MIN),
    })
}

/// One of a few words.
pub(super) fn one_of<T: Copy>(
    node: &Node,
    words: &[(&str, T)],
    complaints: &mut Complaints,
) -> Option<T> {
    let found = words.iter().find(|(word, _)| node.text() == Some(word));
    if found.is_none() {
        let known = either(words.iter().map(|(word, _)| *word));
        let message = format!("expected {known}, found {}", node.kind());
        complaints.push(Diagnostic::at(&node.place, message));
    }
    found.map(|(_, value)| *value)
}
