//! Reads the description of a package, with all its mistakes at once, and the file that it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::package::limits::{check_name, check_size, check_version};
use crate::package::{ANY_VERSION, Content, Package, PackageKind, Unfit, file};
use crate::shelf::shown;
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node, Tree};

pub fn load(source: &Arc<Source>) -> Result<Package, Vec<Diagnostic>> {
    yaml::read_whole(source, read)
}

fn read(node: &Node, complaints: &mut Complaints) -> Option<Package> {
    let mut fields = Fields::of(node, "a package", complaints)?;
    let mut text = |key, check: fn(&str) -> Result<(), Unfit>| {
        let node = fields.need(key, complaints)?;
        let text = complaints.text(node)?;
        hold(check(&text), node, complaints);
        Some((text, node))
    };
    let name = text("name", check_name);
    let (from, to) = (text("from", check_version), text("to", check_version));
    let kind = fields.need("kind", complaints).and_then(|node| kind(node, complaints));
    if let (Some((from, node)), Some(PackageKind::Delta)) = (&from, kind)
        && from == ANY_VERSION
    {
        let message = format!("a delta fits one version, not `{ANY_VERSION}`");
        complaints.push(Diagnostic::at(&node.place, message).help("name that version"));
    }
    let file = fields.take("file").map(|node| named_file(node, complaints));
    // A file has its size in itself.
    let size = if file.is_some() { fields.take("size") } else { fields.need("size", complaints) };
    let size = size.and_then(|node| size_of(node, file.as_ref(), complaints));
    let cloud_id = fields.take("cloud_id").and_then(|node| {
        let id = complaints.text(node)?;
        hold(check_name(&id), node, complaints);
        Some(id)
    });
    fields.finish(complaints);
    let (file, content) = match file {
        Some(found) => found.map(|(file, content)| (Some(file), Some(content)))?,
        None => (None, None),
    };
    let in_file = content.as_ref().map(|content| content.bytes().len() as u64);
    let size_bytes = size.or(in_file)?;
    let (name, from, to) = (name?.0, from?.0, to?.0);
    Some(Package { name, from, to, kind: kind?, size_bytes, cloud_id, file, content })
}

fn kind(node: &Node, complaints: &mut Complaints) -> Option<PackageKind> {
    let kind = node.text().and_then(PackageKind::from_word);
    if kind.is_none() {
        let words = either(PackageKind::WORDS);
        let message = format!("expected {words}, found {}", node.kind());
        complaints.push(Diagnostic::at(&node.place, message));
    }
    kind
}

/// The file that a description names, however wrong the rest of it is.
pub(crate) fn file_of(source: &Arc<Source>) -> Option<PathBuf> {
    let Tree::Map(entries) = yaml::parse(source).ok()?.tree else {
        return None;
    };
    let file = entries.iter().find(|entry| entry.key.text() == Some("file"))?;
    Some(beside(source, file.value.text()?))
}

/// Names are relative to the description.
fn beside(description: &Source, name: &str) -> PathBuf {
    Path::new(&description.name).parent().unwrap_or(Path::new("")).join(name)
}

fn named_file(node: &Node, complaints: &mut Complaints) -> Option<(String, Content)> {
    let name = complaints.text(node)?;
    let path = beside(&node.place.source, &name);
    let read = file::read(&path).and_then(|bytes| {
        if bytes.is_empty() { Err(file::empty(&shown(&path))) } else { Ok(Content::new(bytes)) }
    });
    match read {
        Ok(content) => Some((shown(&path), content)),
        Err(wrong) => {
            complaints.push(wrong.marking(&node.place, ""));
            None
        }
    }
}

/// A size that is given beside a file must be the file's: a download that was cut short is found.
fn size_of(
    node: &Node,
    file: Option<&Option<(String, Content)>>,
    complaints: &mut Complaints,
) -> Option<u64> {
    let size = complaints.whole(node, 1)?;
    hold(check_size(size), node, complaints);
    if let Some(Some((file, content))) = file {
        let has = content.bytes().len() as u64;
        if has != size {
            let message = format!("`{file}` has {has} bytes, not {size}");
            let complaint = Diagnostic::at(&node.place, message);
            complaints.push(complaint.help("fetch the file again, or leave `size` out"));
        }
    }
    Some(size)
}

/// Marks the text or number that no package can have.
fn hold(checked: Result<(), Unfit>, node: &Node, complaints: &mut Complaints) {
    if let Err(unfit) = checked {
        let complaint = Diagnostic::at(&node.place, unfit.to_string());
        complaints.push(complaint.help(unfit.remedy()));
    }
}
