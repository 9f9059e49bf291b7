//! Opens one package: our own package file by its first bytes, a firmware file by its name, else a
//! description.

use std::fs;
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::package::container::{Flaw, is_container};
use crate::package::field_name::{self, FieldName};
use crate::package::limits::check_name;
use crate::package::{Content, FORMAT_VERSION, Header, MAX_SIZE_BYTES, Package, load};
use crate::shelf::{self, shown};
use crate::source::{Place, Source};

/// Reads a package of the disk. A package file of our own may have any name, and may be damaged
/// behind its header or signed by anybody: finding that out is the module's work. A firmware file
/// of a vendor is known by its name alone, and taken as well made.
pub fn open(path: &Path) -> Result<Package, Vec<Diagnostic>> {
    if path.is_dir() {
        let message = format!("`{}` is a folder, not a package", shown(path));
        return Err(vec![Diagnostic::new(message).help("name one of the files in it")]);
    }
    let bytes = read(path).map_err(|wrong| vec![wrong])?;
    if is_container(&bytes) {
        return match Header::read(&bytes) {
            Ok((header, _)) => Ok(package(header, path, bytes)),
            Err(flaw) => Err(vec![complaint(path, &bytes, &flaw)]),
        };
    }
    let file_name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    if let Some(stem) = field_name::stem(&file_name) {
        return firmware(stem, path, bytes).map_err(|wrong| vec![wrong]);
    }
    let source = shelf::text(path, bytes).map_err(|wrong| {
        let note = "it is neither a package file, nor a firmware file (.ua, .dwl), nor a package \
                    description";
        vec![wrong.note(note).help(
            "make a package with `fotarig package make`, or describe one in YAML: name, from, to, \
             kind and size",
        )]
    })?;
    load(&source)
}

/// The bytes of a package, whatever they are. Only a true file has an end: a pipe might make
/// everybody wait.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        let message = format!("cannot read `{}`: it is no regular file", shown(path));
        return Err(Diagnostic::new(message).help("copy the package into a file, and name that"));
    }
    let bytes = shelf::read_bytes(path, MAX_SIZE_BYTES + 1)?;
    if bytes.len() as u64 > MAX_SIZE_BYTES {
        let limit = MAX_SIZE_BYTES >> 20;
        let message = format!("cannot read `{}`: it is larger than {limit} MiB", shown(path));
        return Err(Diagnostic::new(message).help("it does not fit into any module"));
    }
    Ok(bytes)
}

/// The size is that of the file, not what a header says of a damaged one: a server offers what
/// it has.
fn package(header: Header, path: &Path, bytes: Vec<u8>) -> Package {
    let Header { name, from, to, kind, size_bytes: _, payload_sha256: _ } = header;
    let size_bytes = bytes.len() as u64;
    let (file, content) = (Some(shown(path)), Some(Content::new(bytes)));
    Package { name, from, to, kind, size_bytes, cloud_id: None, file, content }
}

/// A vendor's file: its name is all that can be read of it.
fn firmware(stem: &str, path: &Path, bytes: Vec<u8>) -> Result<Package, Diagnostic> {
    let file = shown(path);
    let Some(FieldName { from, to, kind }) = FieldName::read(stem) else {
        let message = format!("`{file}`: its name does not tell its versions");
        return Err(Diagnostic::new(message).help(format!(
            "rename it as the field does, such as `HL7802_4.4.14.0_to_4.5.4.0.ua`, or \
             `HL7802_4.5.4.0.ua` for a full image; or describe it in YAML: name, from, to, kind \
             and `file: {}`",
            path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default()
        )));
    };
    if bytes.is_empty() {
        return Err(empty(&file));
    }
    let wrong = |unfit| Diagnostic::new(format!("`{file}`: {unfit}")).help("rename it");
    check_name(stem).map_err(wrong)?;
    let (name, size_bytes) = (stem.to_owned(), bytes.len() as u64);
    let (cloud_id, file_name, content) = (None, Some(file.clone()), Some(Content::new(bytes)));
    let package = Package { name, from, to, kind, size_bytes, cloud_id, file: file_name, content };
    package.check().map_err(wrong)?;
    Ok(package)
}

/// Nothing in it, as a download leaves that was broken off.
pub(crate) fn empty(file: &str) -> Diagnostic {
    Diagnostic::new(format!("`{file}` is empty")).help("fetch the firmware file again")
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
