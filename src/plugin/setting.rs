//! One setting of a plugin, or one parameter of its methods: what its value may be.

use crate::diagnostic::Diagnostic;
use crate::yaml::{Complaints, Entry, Fields, Node, Tree};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A text that must come from the environment.
    Secret,
    Integer,
    Number,
    Boolean,
    /// Written with its unit, handed over in seconds.
    Duration,
    /// Handed over absolute, from the folder in which fotarig was started.
    Path,
    /// A list of texts.
    List,
    Map,
    Any,
}

impl Kind {
    pub const WORDS: [(&'static str, Kind); 10] = [
        ("text", Kind::Text),
        ("secret", Kind::Secret),
        ("integer", Kind::Integer),
        ("number", Kind::Number),
        ("boolean", Kind::Boolean),
        ("duration", Kind::Duration),
        ("path", Kind::Path),
        ("list", Kind::List),
        ("map", Kind::Map),
        ("any", Kind::Any),
    ];

    pub fn word(self) -> &'static str {
        let found = Kind::WORDS.iter().find(|(_, kind)| *kind == self);
        found.map(|(word, _)| *word).expect("each kind has its word")
    }
}

/// Whether a value may be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// What a manifest says of a value.
#[derive(Clone, Debug)]
pub struct Setting {
    pub name: String,
    pub kind: Kind,
    pub need: Need,
    /// What it is when it is left out.
    pub default: Option<Node>,
    /// The only texts that it may be; none allows all.
    pub one_of: Vec<String>,
    pub about: String,
}

/// A mapping of names to settings.
pub(crate) fn settings(node: &Node, complaints: &mut Complaints) -> Vec<Setting> {
    let Tree::Map(entries) = &node.tree else {
        if !node.is_null() {
            let message = format!("expected settings with their types, found {}", node.kind());
            let help = "for example `port: { type: path, required: true }`";
            complaints.push(Diagnostic::at(&node.place, message).help(help));
        }
        return Vec::new();
    };
    entries.iter().filter_map(|entry| setting(entry, complaints)).collect()
}

fn setting(Entry { key, value }: &Entry, complaints: &mut Complaints) -> Option<Setting> {
    let name = complaints.text(key)?;
    let mut fields = Fields::of(value, "a setting", complaints)?;
    let kind = fields.need("type", complaints).and_then(|node| kind(node, complaints));
    let required = fields.take("required").and_then(|node| complaints.truth(node));
    let default = fields.take("default").cloned();
    let about = fields.take("about").and_then(|node| complaints.text(node)).unwrap_or_default();
    let choices = fields.take("one_of");
    let one_of = choices.map(|node| complaints.one_or_more(node)).unwrap_or_default();
    let one_of: Vec<String> = one_of.into_iter().filter_map(|node| complaints.text(node)).collect();
    fields.finish(complaints);
    let kind = kind?;
    if let Some(node) = choices.filter(|_| kind != Kind::Text) {
        let message = format!("`one_of` is for texts, and `{name}` is of type `{}`", kind.word());
        complaints.push(Diagnostic::at(&node.place, message));
    }
    let need = if required == Some(true) { Need::Required } else { Need::Optional };
    if let (Need::Required, Some(default)) = (need, &default) {
        let message = format!("`{name}` is required, so it needs no default");
        complaints.push(Diagnostic::at(&default.place, message).help("remove one of the two"));
    }
    if let (Kind::Secret, Some(default)) = (kind, &default) {
        let message = format!("a secret such as `{name}` has no default");
        let help = "whoever has the plugin would know it; remove `default`";
        complaints.push(Diagnostic::at(&default.place, message).help(help));
    }
    Some(Setting { name, kind, need, default, one_of, about })
}

fn kind(node: &Node, complaints: &mut Complaints) -> Option<Kind> {
    let word = complaints.text(node)?;
    let found = Kind::WORDS.iter().find(|(known, _)| *known == word);
    if found.is_none() {
        let words = Kind::WORDS.map(|(word, _)| word);
        let complaint = Diagnostic::at(&node.place, format!("unknown type `{word}`"));
        complaints.push(complaint.help(crate::plugin::nearest(&word, words)));
    }
    found.map(|(_, kind)| *kind)
}
