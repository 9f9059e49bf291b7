//! Reads what a rig file says about its roles: the plugin that fills each, and the supply's rules.

use crate::diagnostic::Diagnostic;
use crate::rig::load::{is_plain_name, one_of};
use crate::rig::{Filled, POWER, Proof, SafeState, SupplyRules};
use crate::yaml::{Complaints, Entry, Fields, Node, Tree};

pub(super) fn roles(node: &Node, complaints: &mut Complaints) -> (Vec<Filled>, SupplyRules) {
    let (mut roles, mut supply) = (Vec::new(), SupplyRules::default());
    let Tree::Map(entries) = &node.tree else {
        let message = format!("expected roles with what fills them, found {}", node.kind());
        let help = "for example `power: { plugin: relay, with: { port: /dev/ttyUSB9 } }`";
        complaints.push(Diagnostic::at(&node.place, message).help(help));
        return (roles, supply);
    };
    for Entry { key, value } in entries {
        let Some(role) = complaints.text(key) else { continue };
        if !is_plain_name(&role) || role.contains('.') {
            let message = format!("`{role}` cannot be the name of a role");
            let help = "letters, digits, `-` and `_`, for example `power` or `climate`";
            complaints.push(Diagnostic::at(&key.place, message).help(help));
        }
        let rules = (role == POWER).then_some(&mut supply);
        roles.extend(filled(role, value, rules, complaints));
    }
    (roles, supply)
}

fn filled(
    role: String,
    node: &Node,
    supply: Option<&mut SupplyRules>,
    complaints: &mut Complaints,
) -> Option<Filled> {
    let mut fields = Fields::of(node, "a role", complaints)?;
    let plugin = fields.need("plugin", complaints);
    let with = fields.take("with").cloned();
    let answer_within = fields.take("answer_within").and_then(|node| complaints.duration(node));
    if let Some(supply) = supply {
        rules(&mut fields, supply, complaints);
    }
    fields.finish(complaints);
    let place = plugin?.place.clone();
    let plugin = complaints.text(plugin?)?;
    if !is_plain_name(&plugin) {
        let message = format!("`{plugin}` cannot be the name of a plugin");
        let help = "give the name of its folder in `plugins/`; `fotarig plugin list` shows them";
        complaints.push(Diagnostic::at(&place, message).help(help));
        return None;
    }
    Some(Filled { role, plugin, place, with, answer_within })
}

fn rules(fields: &mut Fields<'_>, supply: &mut SupplyRules, complaints: &mut Complaints) {
    if let Some(length) = fields.take("off_for").and_then(|node| complaints.duration(node)) {
        supply.off_for = length;
    }
    let proofs = fields.take("proof").map(|node| complaints.one_or_more(node));
    for node in proofs.unwrap_or_default() {
        let words =
            [("readback", Proof::ReadBack), ("silence", Proof::Silence), ("usb", Proof::UsbGone)];
        supply.proof.extend(one_of(node, &words, complaints));
    }
    if let Some(node) = fields.take("safe_state") {
        let words = [("on", SafeState::On), ("off", SafeState::Off), ("keep", SafeState::Keep)];
        supply.safe_state = one_of(node, &words, complaints).unwrap_or_default();
    }
}
