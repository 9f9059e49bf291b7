//! The header of a package file: readable text, the same for the same facts.

use std::str::FromStr;

use crate::package::container::Flaw;
use crate::package::limits::{is_name, is_version};
use crate::package::signature::DIGEST_DIGITS;
use crate::package::{MAX_SIZE_BYTES, PackageKind};

/// How every package file starts; a version of the format follows.
pub(crate) const MAGIC: &str = "fotarig-package ";
/// The version of the format that is written, and the only one that is read.
pub const FORMAT_VERSION: &str = "1";
/// Longer than any line that we write: a damaged file must not be read to its end for one.
const MAX_LINE_BYTES: usize = 256;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub name: String,
    pub from: String,
    pub to: String,
    pub kind: PackageKind,
    /// Of the whole file: header, signature and payload.
    pub size_bytes: u64,
    /// SHA-256 in lowercase hexadecimal digits.
    pub payload_sha256: String,
}

impl Header {
    /// As it stands in a file, with the empty line that ends it.
    pub(crate) fn text(&self) -> String {
        let Header { name, from, to, kind, size_bytes, payload_sha256 } = self;
        let kind = kind.word();
        format!(
            "{MAGIC}{FORMAT_VERSION}\nname: {name}\nfrom: {from}\nto: {to}\nkind: {kind}\n\
             size: {size_bytes}\npayload-sha256: {payload_sha256}\n\n"
        )
    }

    /// Reads the header of a file of any bytes; with it comes the number of bytes that it takes.
    pub fn read(bytes: &[u8]) -> Result<(Header, usize), Flaw> {
        let Some(rest) = bytes.strip_prefix(MAGIC.as_bytes()) else {
            return Err(Flaw::NotAPackage);
        };
        let mut lines = Lines { has_bytes: bytes.len(), rest, number: 0 };
        let version = lines.next()?;
        if version != FORMAT_VERSION {
            return Err(Flaw::Version { version: version.to_owned() });
        }
        let header = Header {
            name: lines.value("name: ", is_name)?,
            from: lines.value("from: ", is_version)?,
            to: lines.value("to: ", is_version)?,
            kind: {
                let kind = lines.value("kind: ", |kind| PackageKind::from_word(kind).is_some())?;
                PackageKind::from_word(&kind).expect("it was asked for")
            },
            size_bytes: {
                let size = lines.value("size: ", |size| whole(size).is_some())?;
                whole(&size).expect("it was asked for")
            },
            payload_sha256: lines.value("payload-sha256: ", is_digest)?,
        };
        lines.value("", str::is_empty)?;
        Ok((header, bytes.len() - lines.rest.len()))
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == DIGEST_DIGITS && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

/// A size as we write it: no sign, no zero in front.
fn whole(text: &str) -> Option<u64> {
    let size = u64::from_str(text).ok().filter(|size| *size <= MAX_SIZE_BYTES)?;
    (size.to_string() == text).then_some(size)
}

/// What is left of a header, line by line.
struct Lines<'b> {
    /// Of the whole file.
    has_bytes: usize,
    rest: &'b [u8],
    /// Of the line that was read last, from 1.
    number: usize,
}

impl<'b> Lines<'b> {
    fn next(&mut self) -> Result<&'b str, Flaw> {
        self.number += 1;
        let near = &self.rest[..self.rest.len().min(MAX_LINE_BYTES)];
        let Some(end) = near.iter().position(|byte| *byte == b'\n') else {
            return Err(if near.len() < MAX_LINE_BYTES {
                Flaw::Truncated { has_bytes: self.has_bytes as u64, of_bytes: None }
            } else {
                Flaw::Header { line: self.number }
            });
        };
        self.rest = &self.rest[end + 1..];
        std::str::from_utf8(&near[..end]).map_err(|_| Flaw::Header { line: self.number })
    }

    fn value(&mut self, key: &str, is_right: fn(&str) -> bool) -> Result<String, Flaw> {
        let value = self.next()?.strip_prefix(key).filter(|value| is_right(value));
        value.map(str::to_owned).ok_or(Flaw::Header { line: self.number })
    }
}
