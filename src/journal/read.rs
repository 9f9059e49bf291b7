//! Reads a journal, also one that ends in the middle.

use std::fmt;
use std::io::{self, BufRead};

use crate::journal::{Entry, Header, VERSION};

/// A line above this is no entry: the largest holds one chunk of bytes, each as up to six.
const MAX_ENTRY_BYTES: u64 = 16 << 20;

/// Why a journal cannot be read at all.
#[derive(Debug)]
pub enum Unreadable {
    Io(io::Error),
    /// The first line is not a header.
    NoHeader,
    /// Written by a later version of the program.
    TooNew {
        version: u32,
        tool: String,
    },
    /// A line in the middle is no entry.
    Damaged {
        line: usize,
        reason: String,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Io(error) => write!(f, "{error}"),
            Unreadable::NoHeader => f.write_str("it does not start with the header of a journal"),
            Unreadable::TooNew { version, tool } => {
                write!(f, "it was written by {tool} in version {version} of the format")
            }
            Unreadable::Damaged { line, reason } => write!(f, "line {line} is damaged: {reason}"),
        }
    }
}

/// Hands every entry to `hear`. A last line without its end is what a killed run leaves: it is
/// left out, and everything before it counts.
pub fn read(mut from: impl BufRead, mut hear: impl FnMut(Entry<'_>)) -> Result<Header, Unreadable> {
    let mut line = Vec::new();
    if !whole_line(&mut from, &mut line)? {
        return Err(Unreadable::NoHeader);
    }
    let header: Header = serde_json::from_slice(&line).map_err(|_| Unreadable::NoHeader)?;
    if header.journal > VERSION {
        return Err(Unreadable::TooNew { version: header.journal, tool: header.tool });
    }
    let mut number = 1;
    while whole_line(&mut from, &mut line)? {
        number += 1;
        match serde_json::from_slice::<Entry<'_>>(&line) {
            Ok(entry) => hear(entry),
            Err(error) => {
                return Err(Unreadable::Damaged { line: number, reason: error.to_string() });
            }
        }
    }
    Ok(header)
}

/// Reads the next line without its end; false at the end of the journal or in a cut line.
fn whole_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, Unreadable> {
    line.clear();
    let mut limited = io::Read::take(from, MAX_ENTRY_BYTES);
    limited.read_until(b'\n', line).map_err(Unreadable::Io)?;
    Ok(line.pop() == Some(b'\n'))
}
