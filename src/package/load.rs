//! Reads the description of a package, with all its mistakes at once.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::package::limits::{check_name, check_size, check_version};
use crate::package::{Package, PackageKind, Unfit};
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node};

pub fn load(source: &Arc<Source>) -> Result<Package, Vec<Diagnostic>> {
    yaml::read_whole(source, read)
}

fn read(node: &Node, complaints: &mut Complaints) -> Option<Package> {
    let mut fields = Fields::of(node, "a package", complaints)?;
    let mut text = |key, check: fn(&str) -> Result<(), Unfit>| {
        let node = fields.need(key, complaints)?;
        let text = complaints.text(node)?;
        hold(check(&text), node, complaints);
        Some(text)
    };
    let name = text("name", check_name);
    let (from, to) = (text("from", check_version), text("to", check_version));
    let kind = fields.need("kind", complaints).and_then(|node| {
        let kind = node.text().and_then(PackageKind::from_word);
        if kind.is_none() {
            let words = either(PackageKind::WORDS);
            let message = format!("expected {words}, found {}", node.kind());
            complaints.push(Diagnostic::at(&node.place, message));
        }
        kind
    });
    let size = fields.need("size", complaints).and_then(|node| {
        let size = complaints.whole(node, 1)?;
        hold(check_size(size), node, complaints);
        Some(size)
    });
    fields.finish(complaints);
    let (kind, size_bytes) = (kind?, size?);
    Some(Package { name: name?, from: from?, to: to?, kind, size_bytes, content: None })
}

/// Marks the text or number that no package can have.
fn hold(checked: Result<(), Unfit>, node: &Node, complaints: &mut Complaints) {
    if let Err(unfit) = checked {
        let complaint = Diagnostic::at(&node.place, unfit.to_string());
        complaints.push(complaint.help(unfit.remedy()));
    }
}
