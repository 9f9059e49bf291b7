//! How one module family talks, read from its profile file: data, not code.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::at::{Dialect, Urc};
use crate::diagnostic::Diagnostic;
use crate::glossary::{Explanation, Glossary};
use crate::scenario::{Pattern, Ready};
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node};

/// NAK, with which an XMODEM receiver asks for checksum mode.
const NAK: u8 = 0x15;

/// A module family's manners.
#[derive(Clone, Debug)]
pub struct Profile {
    pub name: String,
    pub dialect: Arc<Dialect>,
    /// How long a final result code may take.
    answer_within: Duration,
    /// Longer limits for commands that begin with these words.
    slow: Vec<(String, Duration)>,
    /// How long an expected line may take unless the scenario says otherwise.
    pub expect_within: Duration,
    /// The line that announces a boot.
    pub ready: Option<Ready>,
    /// Commands for a module that has booted: what it forgets, such as echo off.
    pub after_boot: Vec<String>,
    /// Which fact about the device a command's answer states: command, fact.
    facts: BTreeMap<String, String>,
    /// The vendor of its own USB port, which goes with its power; an adapter's stays.
    pub usb_vendor: Option<u16>,
    /// What its lines and errors mean; empty until it is given one.
    pub glossary: Glossary,
}

impl Profile {
    /// Limit for the final result code of a command.
    pub fn answer_within(&self, command: &str) -> Duration {
        let slow = self.slow.iter().find(|(start, _)| starts_with(command, start));
        slow.map_or(self.answer_within, |(_, within)| *within)
    }

    /// What the answer to this command says about the device.
    pub fn fact(&self, command: &str) -> Option<&str> {
        self.facts.get(command).map(String::as_str)
    }

    /// The command whose answer says this about the device.
    pub fn command_for(&self, fact: &str) -> Option<&str> {
        let mut facts = self.facts.iter();
        facts.find_map(|(command, stated)| (stated == fact).then_some(command.as_str()))
    }

    /// Why a command was refused: the meaning of `+CME ERROR: 650`, if it is known.
    pub fn cause(&self, result: &str) -> Option<Explanation> {
        result.starts_with("+CME ERROR:").then(|| self.glossary.error(result)).flatten()
    }
}

fn starts_with(command: &str, start: &str) -> bool {
    command.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

/// Reads a profile, or returns all its mistakes.
pub fn load(source: &Arc<Source>) -> Result<Profile, Vec<Diagnostic>> {
    yaml::read_whole(source, read)
}

fn read(node: &Node, complaints: &mut Complaints) -> Option<Profile> {
    let mut fields = Fields::of(node, "a profile", complaints)?;
    let name = fields.need("name", complaints).and_then(|node| complaints.text(node));
    fields.take("about");
    let dialect = dialect(fields.take("urcs"), fields.take("prompts"), complaints);
    let answer = fields.need("answer", complaints).and_then(|node| limits(node, complaints));
    let expect = fields.need("expect", complaints).and_then(|node| limits(node, complaints));
    let ready = fields.take("ready").and_then(|node| {
        let text = complaints.text(node)?;
        let pattern = Pattern::parse(&text, &node.place).map_err(|wrong| complaints.push(wrong));
        pattern.ok()?.ready(&BTreeMap::new()).ok()
    });
    let after_boot = fields.take("after_boot").map(|node| complaints.one_or_more(node));
    let after_boot = after_boot.into_iter().flatten();
    let after_boot = after_boot.filter_map(|node| complaints.text(node)).collect();
    let facts = words(fields.take("facts"), complaints);
    let usb_vendor = fields.take("usb_vendor").and_then(|node| vendor(node, complaints));
    fields.finish(complaints);
    let (answer_within, slow) = answer?;
    Some(Profile {
        name: name?,
        dialect: Arc::new(dialect),
        answer_within,
        slow,
        expect_within: expect?.0,
        ready,
        after_boot,
        facts: facts.into_iter().map(|(fact, command)| (command, fact)).collect(),
        usb_vendor,
        glossary: Glossary::default(),
    })
}

/// As `lsusb` has it, with `0x` before it.
fn vendor(node: &Node, complaints: &mut Complaints) -> Option<u16> {
    let digits = node.text().and_then(|text| text.strip_prefix("0x"));
    let vendor = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
    if vendor.is_none() {
        let message = format!("expected a vendor of USB such as `0x1199`, found {}", node.kind());
        complaints.push(Diagnostic::at(&node.place, message));
    }
    vendor
}

fn dialect(urcs: Option<&Node>, prompts: Option<&Node>, complaints: &mut Complaints) -> Dialect {
    let mut dialect = Dialect::default();
    for node in urcs.map(|node| complaints.one_or_more(node)).unwrap_or_default() {
        let Some(mut fields) = Fields::of(node, "a URC", complaints) else { continue };
        let name = fields.need("name", complaints).and_then(|node| complaints.text(node));
        let mut shape = |key| fields.take(key).and_then(|node| complaints.text(node));
        let (urc, read, set) = (shape("urc"), shape("read"), shape("set"));
        fields.finish(complaints);
        let Some(name) = name else { continue };
        let urc = Urc { name, urc, read, set };
        if let Err(wrong) = dialect.add_urc(&urc) {
            complaints.push(Diagnostic::at(&node.place, wrong.to_string()));
        }
    }
    for node in prompts.map(|node| complaints.one_or_more(node)).unwrap_or_default() {
        let Some(mut fields) = Fields::of(node, "a prompt", complaints) else { continue };
        let command = fields.need("command", complaints).and_then(|node| complaints.text(node));
        let named = fields.need("bytes", complaints);
        let named = named.map(|node| complaints.one_or_more(node)).unwrap_or_default();
        let bytes: Vec<u8> = named.iter().filter_map(|node| byte(node, complaints)).collect();
        fields.finish(complaints);
        if let Err(wrong) = dialect.add_prompt(&command.unwrap_or_default(), &bytes) {
            complaints.push(Diagnostic::at(&node.place, wrong.to_string()));
        }
    }
    dialect
}

fn byte(node: &Node, complaints: &mut Complaints) -> Option<u8> {
    match node.text()? {
        "NAK" => Some(NAK),
        text if text.len() == 1 => text.bytes().next(),
        _ => {
            complaints.push(Diagnostic::at(&node.place, "expected `NAK` or one character"));
            None
        }
    }
}

/// `within`, and longer limits for some commands under `slow`.
fn limits(node: &Node, complaints: &mut Complaints) -> Option<(Duration, Vec<(String, Duration)>)> {
    let mut fields = Fields::of(node, "a limit", complaints)?;
    let within = fields.need("within", complaints).and_then(|node| complaints.duration(node));
    let slow = fields.take("slow").map(|node| complaints.one_or_more(node)).unwrap_or_default();
    fields.finish(complaints);
    let mut longer = Vec::new();
    for node in slow {
        let mut fields = Fields::of(node, "a slow command", complaints)?;
        let command = fields.need("command", complaints).and_then(|node| complaints.text(node));
        let within = fields.need("within", complaints).and_then(|node| complaints.duration(node));
        fields.finish(complaints);
        longer.push((command?, within?));
    }
    Some((within?, longer))
}

/// A mapping of words to words.
fn words(node: Option<&Node>, complaints: &mut Complaints) -> BTreeMap<String, String> {
    let Some(node) = node else { return BTreeMap::new() };
    let yaml::Tree::Map(entries) = &node.tree else {
        complaints.push(Diagnostic::at(&node.place, "expected a mapping of words to words"));
        return BTreeMap::new();
    };
    let pair =
        |entry: &yaml::Entry| Some((complaints.text(&entry.key)?, complaints.text(&entry.value)?));
    entries.iter().filter_map(pair).collect()
}
