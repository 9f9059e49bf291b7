//! Text files that people wrote, and places inside them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A file's text under the name that people know it by.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Path as given or found, with forward slashes: `scenarios/connect/open.yaml`.
    pub name: String,
    pub text: String,
    pub origin: Origin,
    /// Where each line starts: places are asked for far more often than files are read.
    lines: Vec<usize>,
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
        Source::of(name.into(), text.into(), Origin::Disk)
    }

    pub fn built_in(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Source::of(name.into(), text.into(), Origin::BuiltIn)
    }

    fn of(name: String, text: String, origin: Origin) -> Arc<Source> {
        let behind = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let lines = std::iter::once(0).chain(behind).collect();
        Arc::new(Source { name, text, origin, lines })
    }

    /// Tells it from all others: a file of the disk may have the name of a built-in one.
    pub fn identity(&self) -> Cow<'_, str> {
        match self.origin {
            Origin::Disk => Cow::Borrowed(&self.name),
            Origin::BuiltIn => Cow::Owned(format!("built-in {}", self.name)),
        }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        let column = self.text[self.lines[line - 1]..offset].chars().count() + 1;
        (line, column)
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// The byte range of a line, from 1, without its end; past the last line it is empty.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let at = |line: usize| self.lines.get(line).copied();
        let Some(start) = at(line.saturating_sub(1)) else {
            return self.text.len()..self.text.len();
        };
        let end = at(line.max(1)).map_or(self.text.len(), |next| next - 1);
        start..end
    }

    /// Byte offset of a line and column, both from 1; past the end of a line means its end.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let range = self.line_range(line);
        let within = self.text[range.clone()].char_indices().nth(column.saturating_sub(1));
        within.map_or(range.end, |(at, _)| range.start + at)
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
        self.source.line(self.range.start)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let source = Source::new("t", "a\né€x\n\nz");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(1), (1, 2));
        assert_eq!(source.line_column(source.text.find('x').unwrap()), (2, 3));
        assert_eq!(source.line_column(usize::MAX), (4, 2));
        assert_eq!(source.offset(2, 3), source.text.find('x').unwrap());
        assert_eq!(source.offset(2, 99), source.text.find("\n\n").unwrap());
        assert_eq!(source.offset(9, 1), source.text.len());
        assert_eq!(&source.text[source.line_range(4)], "z");
    }
}
