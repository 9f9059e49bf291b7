//! Reads what a rig file says about its virtual module.

use std::num::NonZeroU32;

use crate::behaviour::{Defect, FAMILIES, Family, Noise, SWITCHES, Switches};
use crate::diagnostic::{Diagnostic, did_you_mean, either};
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
        if let Some(text) = fields.take(key).and_then(|node| complaints.text(node)) {
            *field = text;
        }
    };
    text("model", &mut settings.model);
    text("imei", &mut settings.imei);
    text("serial", &mut settings.serial);
    text("iccid", &mut settings.iccid);
    text("imsi", &mut settings.imsi);
    text("apn", &mut settings.apn);
    settings.firmware = fields.take("firmware").and_then(|node| complaints.text(node));
    settings.pin = fields.take("pin").and_then(|node| complaints.text(node));
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
        if switches.set(&name, &word).is_some() {
            continue;
        }
        complaints.push(match SWITCHES.iter().find(|switch| switch.name == name) {
            Some(switch) => {
                let known = either(switch.values.iter().copied());
                Diagnostic::at(&value.place, format!("`{name}` cannot be `{word}`"))
                    .help(format!("it is {known}"))
            }
            None => unknown(key, "switch", &name, SWITCHES.iter().map(|switch| switch.name)),
        });
    }
}

fn defect(node: &Node, complaints: &mut Complaints) -> Option<Defect> {
    let name = complaints.text(node)?;
    let found = Defect::named(&name);
    if found.is_none() {
        let known = Defect::ALL.iter().map(|defect| defect.name());
        complaints.push(unknown(node, "defect", &name, known));
    }
    found
}

fn unknown(
    node: &Node,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Diagnostic {
    let remedy = did_you_mean(name, known)
        .unwrap_or_else(|| format!("`fotarig simulate --list` shows each {what}"));
    Diagnostic::at(&node.place, format!("there is no {what} `{name}`")).help(remedy)
}

impl VirtualSettings {
    /// Takes over what `family` answers and how it is switched.
    pub fn become_family(&mut self, family: &Family) {
        family.model.clone_into(&mut self.model);
        self.switches = family.switches();
    }
}
