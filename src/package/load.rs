//! Reads the description of a package, with all its mistakes at once.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::package::{MAX_SIZE_BYTES, Package, PackageKind};
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node};

pub fn load(source: &Arc<Source>) -> Result<Package, Vec<Diagnostic>> {
    yaml::read_whole(source, read)
}

fn read(node: &Node, complaints: &mut Complaints) -> Option<Package> {
    let mut fields = Fields::of(node, "a package", complaints)?;
    let mut text = |key| fields.need(key, complaints).and_then(|node| complaints.text(node));
    let (name, from, to) = (text("name"), text("from"), text("to"));
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
        if size > MAX_SIZE_BYTES {
            let message = format!("a package of {size} bytes does not fit into any module");
            let limit = MAX_SIZE_BYTES >> 20;
            complaints
                .push(Diagnostic::at(&node.place, message).help(format!("at most {limit} MiB")));
        }
        Some(size)
    });
    fields.finish(complaints);
    let (kind, size_bytes) = (kind?, size?);
    Some(Package { name: name?, from: from?, to: to?, kind, size_bytes, content: None })
}
