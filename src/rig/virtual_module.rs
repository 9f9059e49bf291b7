//! Reads what a rig file says about its virtual module.

use std::num::NonZeroU32;

use crate::behaviour::{Defect, FAMILIES, Family, Noise, Switches, Unknown};
use crate::diagnostic::Diagnostic;
use crate::rig::answers;
use crate::rig::load::one_of;
use crate::rig::{Credentials, Offer, VirtualSettings};
use crate::yaml::{Complaints, Entry, Fields, Node, Tree};

/// What follows `virtual:`; nothing at all is the default module.
pub(super) fn virtual_port(node: &Node, complaints: &mut Complaints) -> Option<VirtualSettings> {
    let mut settings = VirtualSettings::default();
    if node.is_null() {
        return Some(settings);
    }
    let mut fields = Fields::of(node, "a virtual module", complaints)?;
    // First, since the other keys refine it.
    if let Some(family) = fields.take("family").and_then(|node| {
        let words = FAMILIES.each_ref().map(|family| (family.name, family));
        one_of(node, &words, complaints)
    }) {
        settings.become_family(family);
    }
    let mut text = |key, field: &mut String| {
        let given = fields.take(key).and_then(|node| answers::line(node, complaints));
        if let Some(text) = given {
            *field = text;
        }
    };
    text("model", &mut settings.model);
    text("imei", &mut settings.imei);
    text("serial", &mut settings.serial);
    text("iccid", &mut settings.iccid);
    text("imsi", &mut settings.imsi);
    if let Some(node) = fields.take("apn") {
        settings.apn = answers::apn(node, complaints).unwrap_or_default();
    }
    settings.firmware =
        fields.take("firmware").and_then(|node| answers::firmware(node, complaints));
    settings.pin = fields.take("pin").and_then(|node| answers::pin(node, complaints));
    if let Some(node) = fields.take("credentials") {
        let words = Credentials::ALL.map(|credentials| (credentials.word(), credentials));
        settings.credentials = one_of(node, &words, complaints).unwrap_or_default();
    }
    if let Some(node) = fields.take("offer") {
        let words = [("package", Offer::Package), ("nothing", Offer::Nothing)];
        settings.offer = one_of(node, &words, complaints).unwrap_or_default();
    }
    if let Some(node) = fields.take("link_bits_per_second") {
        let speed = complaints.whole_32(node, u32::MAX);
        settings.link_bits_per_second = speed.map_or(1, NonZeroU32::get);
    }
    if let Some(node) = fields.take("nat") {
        settings.nat = if node.text() == Some("never") { None } else { complaints.duration(node) };
    }
    if let Some(node) = fields.take("switches") {
        switches(node, &mut settings.switches, complaints);
    }
    if let Some(node) = fields.take("noise") {
        settings.noise = one_of(node, &Noise::WORDS, complaints).unwrap_or_default();
    }
    if let Some(node) = fields.take("defects") {
        for node in complaints.one_or_more(node) {
            if let Some(defect) = defect(node, complaints) {
                settings.defects.add(defect);
            }
        }
    }
    fields.finish(complaints);
    Some(settings)
}

fn switches(node: &Node, switches: &mut Switches, complaints: &mut Complaints) {
    let Tree::Map(entries) = &node.tree else {
        let message = format!("expected switches with their values, found {}", node.kind());
        return complaints.push(Diagnostic::at(&node.place, message));
    };
    for Entry { key, value } in entries {
        let (Some(name), Some(word)) = (complaints.text(key), complaints.text(value)) else {
            continue;
        };
        if let Err(unknown) = switches.set(&name, &word) {
            let place = match unknown {
                Unknown::Value { .. } => value,
                Unknown::Switch(_) | Unknown::Defect(_) | Unknown::Noise(_) => key,
            };
            complaints.push(complaint(place, &unknown));
        }
    }
}

fn defect(node: &Node, complaints: &mut Complaints) -> Option<Defect> {
    let name = complaints.text(node)?;
    let found = Defect::named(&name);
    if found.is_none() {
        complaints.push(complaint(node, &Unknown::Defect(name)));
    }
    found
}

fn complaint(node: &Node, unknown: &Unknown) -> Diagnostic {
    Diagnostic::at(&node.place, unknown.to_string()).help(unknown.remedy())
}

impl VirtualSettings {
    /// Takes over what `family` answers and how it is switched.
    pub fn become_family(&mut self, family: &Family) {
        family.model.clone_into(&mut self.model);
        self.switches = family.switches();
    }
}
