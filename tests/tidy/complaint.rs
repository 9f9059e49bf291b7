//! One thing that is untidy, with its place.

use std::fmt;

/// Reads as `src/at/line.rs:12: …`, which terminals and editors make a link of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) path: String,
    /// Counts from 1.
    pub(crate) line: usize,
    pub(crate) sentence: String,
}

impl Complaint {
    pub(crate) fn new(path: &str, line: usize, sentence: impl Into<String>) -> Complaint {
        Complaint { path: path.to_owned(), line, sentence: sentence.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.sentence)
    }
}
