//! Reads a glossary file, with all its mistakes at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::glossary::{Entry, Glossary};
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node};

pub fn load(source: &Arc<Source>) -> Result<Glossary, Vec<Diagnostic>> {
    yaml::read_whole(source, read)
}

fn read(node: &Node, complaints: &mut Complaints) -> Option<Glossary> {
    let mut fields = Fields::of(node, "a glossary", complaints)?;
    let mut known = BTreeSet::new();
    let mut topic = |key| {
        let nodes = fields.take(key).map(|node| complaints.one_or_more(node)).unwrap_or_default();
        nodes.into_iter().filter_map(|node| entry(node, &mut known, complaints)).collect()
    };
    let (indications, errors) = (topic("indications"), topic("errors"));
    let (lines, commands) = (topic("lines"), topic("commands"));
    fields.finish(complaints);
    Some(Glossary { indications, errors, lines, commands })
}

fn entry(node: &Node, known: &mut BTreeSet<String>, complaints: &mut Complaints) -> Option<Entry> {
    let mut fields = Fields::of(node, "an entry", complaints)?;
    let mut need = |key| {
        let node = fields.need(key, complaints)?;
        complaints.text(node)
    };
    let (text, means, see) = (need("text"), need("means"), need("see"));
    let next = fields.take("next").and_then(|node| complaints.text(node));
    fields.finish(complaints);
    let text = text?;
    if !known.insert(text.clone()) {
        let complaint = Diagnostic::at(&node.place, format!("`{text}` has an entry already"));
        complaints.push(complaint.help("keep one of them"));
    }
    Some(Entry::new(text, means?, next, see?))
}
