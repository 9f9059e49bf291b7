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
    if next_line(&mut from, &mut line)? != Next::Line {
        return Err(Unreadable::NoHeader);
    }
    let header: Header = serde_json::from_slice(&line).map_err(|_| Unreadable::NoHeader)?;
    if header.journal > VERSION {
        return Err(Unreadable::TooNew { version: header.journal, tool: header.tool });
    }
    let mut number = 1;
    loop {
        number += 1;
        let damaged = |reason| Unreadable::Damaged { line: number, reason };
        match next_line(&mut from, &mut line)? {
            Next::End => return Ok(header),
            Next::TooLong => {
                return Err(damaged(format!("it is longer than {} MiB", MAX_ENTRY_BYTES >> 20)));
            }
            Next::Line => {}
        }
        hear(serde_json::from_slice(&line).map_err(|error| damaged(error.to_string()))?);
    }
}

/// What comes next in a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Line,
    TooLong,
    /// The end of the journal, maybe in the middle of a line.
    End,
}

/// Reads the next line without its end.
fn next_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Next, Unreadable> {
    line.clear();
    let mut limited = io::Read::take(&mut *from, MAX_ENTRY_BYTES);
    limited.read_until(b'\n', line).map_err(Unreadable::Io)?;
    if line.pop() == Some(b'\n') {
        return Ok(Next::Line);
    }
    let is_at_end = from.fill_buf().map_err(Unreadable::Io)?.is_empty();
    Ok(if is_at_end { Next::End } else { Next::TooLong })
}
