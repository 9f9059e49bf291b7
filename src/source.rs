//! Text files that people wrote, and places inside them.

use std::ops::Range;
use std::sync::Arc;

/// A file's text under the name that people know it by.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Path as given or found, with forward slashes: `scenarios/connect/open.yaml`.
    pub name: String,
    pub text: String,
    pub origin: Origin,
}

/// Where a source came from; what it refers to is looked for there first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Disk,
    /// Compiled into the binary.
    BuiltIn,
}

impl Source {
    /// A file from the disk, or a text that stands for one.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source { name: name.into(), text: text.into(), origin: Origin::Disk })
    }

    pub fn built_in(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source { name: name.into(), text: text.into(), origin: Origin::BuiltIn })
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line = before.matches('\n').count() + 1;
        let column = before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count() + 1;
        (line, column)
    }

    /// Byte offset of a line and column, both from 1; past the end of a line means its end.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start = match line {
            0 | 1 => 0,
            _ => match self.text.match_indices('\n').nth(line - 2) {
                Some((newline, _)) => newline + 1,
                None => return self.text.len(),
            },
        };
        let rest = &self.text[start..];
        let length = rest.find('\n').unwrap_or(rest.len());
        let within = rest[..length].char_indices().nth(column.saturating_sub(1));
        start + within.map_or(length, |(at, _)| at)
    }
}

/// A stretch of a source: where a value, a step or a mistake stands.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Arc<Source>,
    /// Byte range in the source's text.
    pub range: Range<usize>,
}

impl Place {
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Place {
        Place { source: Arc::clone(source), range }
    }

    /// The text that stands at this place.
    pub fn text(&self) -> &str {
        self.source.text.get(self.range.clone()).unwrap_or("")
    }

    /// Line, from 1.
    pub fn line(&self) -> usize {
        self.source.line_column(self.range.start).0
    }

    /// A part of this place, by byte offsets from its start.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Place {
        let start = self.range.start;
        let end = self.range.end;
        let part = (start + range.start).min(end)..(start + range.end).min(end);
        Place { source: Arc::clone(&self.source), range: part }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        Arc::ptr_eq(&self.source, &other.source) && self.range == other.range
    }
}
