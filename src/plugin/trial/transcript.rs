//! Reads a plugin's transcript: what it is asked, what it answers, what its device gets.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::shelf;
use crate::source::{Place, Source};
use crate::yaml::{self, Complaints, Fields, Node};

/// A conversation that must go as it is written.
pub(super) struct Transcript {
    /// Name of its file.
    pub(super) name: String,
    /// Program and arguments of what plays the device.
    pub(super) stand_in: Vec<String>,
    pub(super) settings: Option<Node>,
    pub(super) say: Vec<Line>,
}

/// One call.
pub(super) struct Line {
    pub(super) place: Place,
    /// None for `describe: true`, which comes first in any case.
    pub(super) call: Option<String>,
    pub(super) with: Option<Node>,
    /// What the stand-in is told before.
    pub(super) tell: Option<String>,
    pub(super) awaited: Awaited,
    /// What the device gets meanwhile.
    pub(super) device: Vec<String>,
}

pub(super) enum Awaited {
    Anything,
    Answer(Value),
    Error { message: Regex, remedy: Option<Regex> },
}

/// All transcripts of a folder, by name.
pub(super) fn all_in(folder: &Path) -> Result<Vec<Transcript>, Vec<Diagnostic>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("transcript") && name.ends_with(".yaml")
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_one).collect();
    paths.sort();
    let mut complaints = Complaints::default();
    let mut all = Vec::new();
    for path in paths {
        match shelf::read(&path).map_err(|complaint| vec![complaint]).and_then(|it| load(&it)) {
            Ok(transcript) => all.push(transcript),
            Err(more) => complaints.extend(more),
        }
    }
    if complaints.is_empty() { Ok(all) } else { Err(complaints.into_sorted()) }
}

fn load(source: &Arc<Source>) -> Result<Transcript, Vec<Diagnostic>> {
    yaml::read_whole(source, |node, complaints| {
        let mut fields = Fields::of(node, "a transcript", complaints)?;
        let stand_in = fields.take("stand_in").map(|node| texts(node, complaints));
        let settings = fields.take("settings").cloned();
        let say = fields.need("say", complaints).and_then(Node::list).unwrap_or_default();
        fields.finish(complaints);
        let say = say.iter().filter_map(|node| line(node, complaints)).collect();
        let name = Path::new(&source.name).file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        Some(Transcript { name, stand_in: stand_in.unwrap_or_default(), settings, say })
    })
}

fn texts(node: &Node, complaints: &mut Complaints) -> Vec<String> {
    let items = complaints.one_or_more(node);
    items.into_iter().filter_map(|item| complaints.text(item)).collect()
}

fn line(node: &Node, complaints: &mut Complaints) -> Option<Line> {
    let mut fields = Fields::of(node, "a line of a transcript", complaints)?;
    let describe = fields.take("describe");
    let call = fields.take("call").and_then(|node| complaints.text(node));
    let with = fields.take("with").cloned();
    let tell = fields.take("tell").and_then(|node| complaints.text(node));
    let answer = fields.take("answer").map(Node::to_value);
    let error = fields.take("error").and_then(|node| pattern(node, complaints));
    let remedy = fields.take("remedy").and_then(|node| pattern(node, complaints));
    let device = fields.take("device").map(|node| texts(node, complaints)).unwrap_or_default();
    let place = fields.place().clone();
    fields.finish(complaints);
    if describe.is_some() == call.is_some() {
        let complaint = Diagnostic::at(&place, "a line has either `call` or `describe`");
        complaints.push(complaint.help("for example `call: power.off`"));
        return None;
    }
    let awaited = match (answer, error, remedy) {
        (None, None, None) => Awaited::Anything,
        (Some(answer), None, None) => Awaited::Answer(answer),
        (None, Some(message), remedy) => Awaited::Error { message, remedy },
        (Some(_), _, _) | (None, None, Some(_)) => {
            let complaint = Diagnostic::at(&place, "what is awaited here?");
            complaints.push(complaint.help("`answer`, or `error` with or without `remedy`"));
            return None;
        }
    };
    Some(Line { place, call, with, tell, awaited, device })
}

fn pattern(node: &Node, complaints: &mut Complaints) -> Option<Regex> {
    let text = complaints.text(node)?;
    let pattern = Regex::new(&text);
    if let Err(error) = &pattern {
        complaints.push(Diagnostic::at(&node.place, error.to_string()));
    }
    pattern.ok()
}
