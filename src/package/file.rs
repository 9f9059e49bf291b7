//! Opens what is given as a package: a package file by its first bytes, else a description.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::package::container::{Flaw, is_container};
use crate::package::{Content, FORMAT_VERSION, Header, MAX_SIZE_BYTES, Package, load};
use crate::shelf::{self, shown};
use crate::source::{Place, Source};

/// Reads a package of the disk; the ending of its name does not matter. A package file may be
/// damaged behind its header or signed by anybody: finding that out is the module's work.
pub fn open(path: &Path) -> Result<Package, Vec<Diagnostic>> {
    let bytes = shelf::read_bytes(path, MAX_SIZE_BYTES + 1).map_err(|wrong| vec![wrong])?;
    if !is_container(&bytes) {
        let source = shelf::text(path, bytes).map_err(|wrong| {
            vec![wrong.note("it is neither a package file nor a package description").help(
                "make one with `fotarig package make`, or describe the package in YAML: \
                         name, from, to, kind and size",
            )]
        })?;
        return load(&source);
    }
    if bytes.len() as u64 > MAX_SIZE_BYTES {
        let limit = MAX_SIZE_BYTES >> 20;
        let message = format!("cannot read `{}`: it is larger than {limit} MiB", shown(path));
        return Err(vec![Diagnostic::new(message).help("it does not fit into any module")]);
    }
    match Header::read(&bytes) {
        Ok((header, _)) => Ok(package(header, bytes)),
        Err(flaw) => Err(vec![complaint(path, &bytes, &flaw)]),
    }
}

/// The size is that of the file, not what a header says of a damaged one: a server offers what
/// it has.
fn package(header: Header, bytes: Vec<u8>) -> Package {
    let Header { name, from, to, kind, size_bytes: _, payload_sha256: _ } = header;
    let size_bytes = bytes.len() as u64;
    Package { name, from, to, kind, size_bytes, content: Some(Content::new(bytes)) }
}

/// Marks the line of the header that cannot be read.
fn complaint(path: &Path, bytes: &[u8], flaw: &Flaw) -> Diagnostic {
    let source = Source::new(shown(path), String::from_utf8_lossy(bytes));
    let message = format!("package file: {flaw}");
    let line = match flaw {
        Flaw::Header { line } => *line,
        Flaw::Version { .. } => 1,
        Flaw::Truncated { .. } => source.line(source.text.len()),
        Flaw::NotAPackage | Flaw::Surplus { .. } | Flaw::Payload | Flaw::Signature => {
            return Diagnostic::new(format!("`{}`: {flaw}", shown(path)));
        }
    };
    let place = Place::new(&source, source.line_range(line));
    Diagnostic::at(&place, message).help(format!(
        "without its header nothing is known of a package: make it anew with `fotarig package \
         make` (format {FORMAT_VERSION})"
    ))
}
