//! Reads a rig file, with all its mistakes at once.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::rig::port::port;
use crate::rig::supplied::roles;
use crate::rig::{Address, DeviceSettings, Filled, Identity, LAB, Port, Rig, Written, answers};
use crate::source::{Place, Source};
use crate::yaml::{self, Complaints, Entry, Fields, Node, Tree};

/// The profile of a rig that names none.
const DEFAULT_PROFILE: &str = "hl78xx";
/// What most operators of test networks call theirs.
pub(crate) const DEFAULT_APN: &str = "internet";
/// More users of one instrument are a slip.
const MAX_USERS: u32 = 1000;

pub fn load(source: &Arc<Source>) -> Result<Rig, Vec<Diagnostic>> {
    yaml::read_whole(source, rig)
}

fn rig(node: &Node, complaints: &mut Complaints) -> Option<Rig> {
    let mut fields = Fields::of(node, "a rig", complaints)?;
    refuse_variables(node, complaints);
    let name_node = fields.need("name", complaints);
    let name = name_node.and_then(|node| name(node, complaints));
    let profile = fields.take("profile").and_then(|node| complaints.text(node));
    let port_node = fields.take("port");
    let identity = fields.take("identity").map(|node| identity(node, complaints));
    let apn = fields.take("apn").and_then(|node| answers::apn(node, complaints));
    let takes = fields
        .take("takes")
        .and_then(|node| Some(Written { text: complaints.text(node)?, place: node.place.clone() }));
    let shared = fields.take("shared").map(|node| shared(node, complaints));
    let roles_node = fields.take("roles");
    let place = port_node.map_or(fields.place(), |node| &node.place).clone();
    fields.finish(complaints);
    let (roles, supply) = roles_node.map(|node| roles(node, complaints)).unwrap_or_default();
    let lab = Lab::of(&roles);
    let known = complaints.len();
    let port = match port_node {
        Some(node) => port(node, complaints),
        None if lab == Lab::There => Some(Port::Device(DeviceSettings::at(Address::Lab))),
        None => {
            complaints.push(Diagnostic::at(&node.place, "a rig needs `port`"));
            None
        }
    };
    // An unknown key was meant to be the kind: one complaint is enough.
    if complaints.len() == known {
        agree(port.as_ref(), (&place, roles_node), lab, complaints);
    }
    Some(Rig {
        name: name?,
        profile: profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned()),
        port: port?,
        identity: identity.unwrap_or_default(),
        apn: apn.unwrap_or_else(|| DEFAULT_APN.to_owned()),
        takes,
        shared: shared.unwrap_or_default(),
        roles,
        supply,
        named: name_node?.place.clone(),
        place,
    })
}

/// It stands in reports, in progress lines and as the name of a thread.
fn name(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let name = complaints.text(node)?;
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        let complaint = Diagnostic::at(&node.place, "this cannot be the name of a rig");
        complaints.push(complaint.help("give it a line of text, for example `desk-3`"));
        return None;
    }
    Some(name)
}

/// Variables of the environment are for what a plugin is told, and are left as text elsewhere.
fn refuse_variables(node: &Node, complaints: &mut Complaints) {
    match &node.tree {
        Tree::Scalar(scalar) if scalar.text.contains("${") => {
            let message = "a variable can stand inside of a role's `with` only";
            let help = "write the value itself here";
            complaints.push(Diagnostic::at(&node.place, message).help(help));
        }
        Tree::Null | Tree::Scalar(_) => {}
        Tree::List(items) => items.iter().for_each(|item| refuse_variables(item, complaints)),
        Tree::Map(entries) => {
            for Entry { key, value } in entries {
                if key.text() != Some("with") {
                    refuse_variables(value, complaints);
                }
            }
        }
    }
}

/// Whether a lab tells where the module is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lab {
    There,
    Missing,
}

impl Lab {
    fn of(roles: &[Filled]) -> Lab {
        if roles.iter().any(|filled| filled.role == LAB) { Lab::There } else { Lab::Missing }
    }
}

/// Port and roles must fit each other.
fn agree(
    port: Option<&Port>,
    (place, roles): (&Place, Option<&Node>),
    lab: Lab,
    complaints: &mut Complaints,
) {
    match (port, roles) {
        (Some(Port::Virtual(_)), Some(roles)) => {
            let message = "a virtual module has all roles built in";
            let help = "leave `roles` out, or serve the module by `fotarig simulate` and give this \
                        rig a port and the plugin `virtual`";
            complaints.push(Diagnostic::at(&roles.place, message).help(help));
        }
        (Some(Port::Device(settings)), Some(roles))
            if lab == Lab::There && settings.address != Address::Lab =>
        {
            let message = "the role `lab` tells where the module is, and so does `port`";
            let help = "keep one: a port with a lab has only settings, such as `baud`";
            complaints.push(Diagnostic::at(&roles.place, message).help(help));
        }
        (Some(Port::Device(settings)), _)
            if lab == Lab::Missing && settings.address == Address::Lab =>
        {
            let message = "this port does not say where the module is";
            let help = "give it `serial`, `usb`, `tcp`, `rfc2217` or `virtual`, or the rig a role \
                        `lab`";
            complaints.push(Diagnostic::at(place, message).help(help));
        }
        (Some(_) | None, Some(_) | None) => {}
    }
}

fn identity(node: &Node, complaints: &mut Complaints) -> Identity {
    let mut identity = Identity::default();
    let Some(mut fields) = Fields::of(node, "an identity", complaints) else { return identity };
    let mut take = |key| {
        let node = fields.take(key)?;
        Some(Written { text: answers::line(node, complaints)?, place: node.place.clone() })
    };
    identity.model = take("model");
    identity.imei = take("imei");
    identity.serial = take("serial");
    fields.finish(complaints);
    identity
}

/// Names, each for one user at a time, or names with how many may use them at once.
fn shared(node: &Node, complaints: &mut Complaints) -> BTreeMap<String, NonZeroU32> {
    let Tree::Map(entries) = &node.tree else {
        let names = complaints.one_or_more(node);
        let names = names.into_iter().filter_map(|node| instrument(node, complaints));
        return names.map(|name| (name, NonZeroU32::MIN)).collect();
    };
    let mut shared = BTreeMap::new();
    for Entry { key, value } in entries {
        let users = complaints.whole_32(value, MAX_USERS);
        if let (Some(name), Some(users)) = (instrument(key, complaints), users) {
            shared.insert(name, users);
        }
    }
    shared
}

/// It becomes the name of a file that all rigs of a host see.
fn instrument(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let name = complaints.text(node)?;
    if is_plain_name(&name) {
        return Some(name);
    }
    let message = format!("`{name}` cannot be the name of an instrument");
    let help = "letters, digits, `-`, `_` and `.`; at most 60, and a letter or digit first";
    complaints.push(Diagnostic::at(&node.place, message).help(help));
    None
}

/// Whether it can be the name of a file or a folder on every system.
pub(super) fn is_plain_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_plain)
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
