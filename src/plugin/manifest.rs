//! Reads `plugin.yaml`: what a plugin fills, how it is started, which settings it takes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::plugin::setting::{Setting, settings};
use crate::source::Source;
use crate::yaml::{self, Complaints, Entry, Fields, Node, Tree};

/// The file of a plugin's folder that says what it is.
pub const MANIFEST: &str = "plugin.yaml";

/// From the start to the answer to `describe`: an interpreter with its libraries and a device that
/// is opened take a second or two.
const START_WITHIN: Duration = Duration::from_secs(10);
/// Each call: a cloud far away and a slow switch answer in this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// From the end of stdin to the end of the process.
const FINISH_WITHIN: Duration = Duration::from_secs(5);
/// Who waits longer than a day for a program waits for ever.
const MAX_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// What `plugin.yaml` says.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub name: String,
    pub about: String,
    /// Each role with its methods.
    pub fills: BTreeMap<String, BTreeMap<String, Method>>,
    /// Program and arguments, at least one word.
    pub run: Vec<String>,
    pub start_within: Duration,
    pub answer_within: Duration,
    pub finish_within: Duration,
    pub terminal: Terminal,
    pub settings: Vec<Setting>,
}

/// What a role can be asked for.
#[derive(Clone, Debug, Default)]
pub struct Method {
    pub about: String,
    pub params: Vec<Setting>,
    /// How long an answer may take, when that differs from the others.
    pub within: Option<Duration>,
}

/// Whether a plugin talks to the person at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// It stays in the process group of the terminal.
    Used,
    /// It gets a process group of its own, and Ctrl-C does not reach it.
    Unused,
}

impl Manifest {
    /// A program beside a plugin, with the usual limits.
    pub(crate) fn of_program(run: Vec<String>) -> Manifest {
        Manifest {
            name: String::new(),
            about: String::new(),
            fills: BTreeMap::new(),
            run,
            start_within: START_WITHIN,
            answer_within: ANSWER_WITHIN,
            finish_within: FINISH_WITHIN,
            terminal: Terminal::Unused,
            settings: Vec::new(),
        }
    }
}

pub fn load(source: &Arc<Source>) -> Result<Manifest, Vec<Diagnostic>> {
    yaml::read_whole(source, manifest)
}

fn manifest(node: &Node, complaints: &mut Complaints) -> Option<Manifest> {
    let mut fields = Fields::of(node, "a plugin", complaints)?;
    let name = fields.need("name", complaints).and_then(|node| complaints.text(node));
    let about = fields.take("about").and_then(|node| complaints.text(node));
    let fills = fields.need("fills", complaints).map(|node| fills(node, complaints));
    let run = fields.need("run", complaints).and_then(|node| run(node, complaints));
    let mut length = |key, usual| {
        let given = fields.take(key).and_then(|node| within(node, complaints));
        given.unwrap_or(usual)
    };
    let start_within = length("start_within", START_WITHIN);
    let answer_within = length("answer_within", ANSWER_WITHIN);
    let finish_within = length("finish_within", FINISH_WITHIN);
    let terminal = fields.take("terminal").and_then(|node| complaints.truth(node));
    let settings = fields.take("settings").map(|node| settings(node, complaints));
    fields.finish(complaints);
    Some(Manifest {
        name: name?,
        about: about.unwrap_or_default(),
        fills: fills?,
        run: run?,
        start_within,
        answer_within,
        finish_within,
        terminal: if terminal == Some(true) { Terminal::Used } else { Terminal::Unused },
        settings: settings.unwrap_or_default(),
    })
}

fn fills(node: &Node, complaints: &mut Complaints) -> BTreeMap<String, BTreeMap<String, Method>> {
    let mut fills = BTreeMap::new();
    for Entry { key, value } in entries(node, "roles with their methods", complaints) {
        let Some(role) = word(key, "a role", complaints) else { continue };
        let mut methods = BTreeMap::new();
        for Entry { key, value } in entries(value, "methods of this role", complaints) {
            let Some(name) = word(key, "a method", complaints) else { continue };
            methods.insert(name, method(value, complaints));
        }
        fills.insert(role, methods);
    }
    fills
}

fn method(node: &Node, complaints: &mut Complaints) -> Method {
    let mut method = Method::default();
    if node.is_null() {
        return method;
    }
    let Some(mut fields) = Fields::of(node, "a method", complaints) else { return method };
    method.about = fields.take("about").and_then(|node| complaints.text(node)).unwrap_or_default();
    method.params =
        fields.take("params").map(|node| settings(node, complaints)).unwrap_or_default();
    // For people: what an answer looks like.
    fields.take("answer");
    method.within = fields.take("within").and_then(|node| within(node, complaints));
    fields.finish(complaints);
    method
}

/// The entries of a mapping that must have some.
fn entries<'n>(node: &'n Node, what: &str, complaints: &mut Complaints) -> &'n [Entry] {
    match &node.tree {
        Tree::Map(entries) if !entries.is_empty() => entries,
        Tree::Map(_) | Tree::Null | Tree::Scalar(_) | Tree::List(_) => {
            let message = format!("expected {what}, found {}", node.kind());
            let help = "for example `power: { off: {}, on: {} }`";
            complaints.push(Diagnostic::at(&node.place, message).help(help));
            &[]
        }
    }
}

/// The name of a role or of a method: what stands before and behind the dot of `power.off`.
fn word(node: &Node, what: &str, complaints: &mut Complaints) -> Option<String> {
    let text = complaints.text(node)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_plain) {
        return Some(text);
    }
    let complaint = Diagnostic::at(&node.place, format!("`{text}` cannot be {what}"));
    complaints.push(complaint.help("a letter, then letters, digits, `-` and `_`"));
    None
}

fn run(node: &Node, complaints: &mut Complaints) -> Option<Vec<String>> {
    let words: Vec<String> = match node.list() {
        Some(items) => items.iter().filter_map(|item| complaints.text(item)).collect(),
        None => Vec::new(),
    };
    if words.first().is_none_or(String::is_empty) {
        let message = format!("expected a program and its arguments, found {}", node.kind());
        let help = "write a list, for example `[python3, relay.py]`";
        complaints.push(Diagnostic::at(&node.place, message).help(help));
        return None;
    }
    if let Some(word) = words.iter().find(|word| word.contains('\0')) {
        let message = format!("`{}` cannot be an argument", word.escape_default());
        complaints.push(Diagnostic::at(&node.place, message));
        return None;
    }
    Some(words)
}

fn within(node: &Node, complaints: &mut Complaints) -> Option<Duration> {
    let length = complaints.duration(node)?;
    if length.is_zero() || length > MAX_WITHIN {
        let message = format!("`{}` is no time to wait for a plugin", node.text().unwrap_or(""));
        complaints.push(Diagnostic::at(&node.place, message).help("more than nothing, at most 1d"));
        return None;
    }
    Some(length)
}
