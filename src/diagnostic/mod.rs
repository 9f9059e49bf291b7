//! A complaint about a place in a person's file: what is wrong, where, and what to do.
//!
//! The same type serves mistakes in files, script errors and device failures, on the terminal and
//! in JUnit. It carries the lines it speaks of, so that a journal can be drawn without the files.

mod draw;
mod scene;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::Place;

pub use draw::{Paint, draw, draw_all, draw_within, printable};
pub use scene::{Scene, Way};

/// How many lines of one place are kept; a step's head is enough to find it.
const EXCERPT_LINES: usize = 6;
/// How much of one source line is kept, in bytes: a line beyond that is not read by a person.
const EXCERPT_BYTES: usize = 2_000;

/// One complaint. Sentences start lowercase and name things in backticks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where: the marked text; nothing for a complaint about a whole file or the world.
    pub excerpt: Option<Box<Excerpt>>,
    /// Further facts, one line each: what came instead, how long it waited.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Option<String>,
    /// What only a run knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<Box<Scene>>,
}

/// Source lines with a marked part, complete in itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    pub file: String,
    /// Line of the first character of `text`, from 1.
    pub line: usize,
    /// Column of the mark, in characters, from 1.
    pub column: usize,
    /// Whole source lines.
    pub text: String,
    /// Where the mark starts and ends in `text`, in bytes.
    pub start: usize,
    pub end: usize,
    /// What is said beside the mark; may be empty.
    pub label: String,
}

impl Diagnostic {
    /// A complaint without a place.
    pub fn new(message: impl Into<String>) -> Diagnostic {
        let (message, notes) = (message.into(), Vec::new());
        Diagnostic { message, excerpt: None, notes, help: None, scene: None }
    }

    /// A complaint about a place.
    pub fn at(place: &Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(message).marking(place, "")
    }

    /// Marks a place, with words beside the mark.
    #[must_use]
    pub fn marking(mut self, place: &Place, label: impl Into<String>) -> Diagnostic {
        self.excerpt = Some(Box::new(Excerpt::new(place, label.into())));
        self
    }

    /// Words beside the mark that is there already.
    #[must_use]
    pub fn marking_label(mut self, label: impl Into<String>) -> Diagnostic {
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.label = label.into();
        }
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The scene, for what a run adds to it.
    pub fn scene(&mut self) -> &mut Scene {
        self.scene.get_or_insert_default()
    }

    /// Order of appearance in files: by file, line, column, then message.
    pub fn order(&self) -> impl Ord + use<'_> {
        let place = self.excerpt.as_ref().map(|e| (e.file.as_str(), e.line, e.column));
        (place, self.message.as_str())
    }
}

impl Excerpt {
    fn new(place: &Place, label: String) -> Excerpt {
        let text = &place.source.text;
        let start = floor(text, place.range.start);
        let end = floor(text, place.range.end.max(start));
        let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let (line, column) = place.source.line_column(start);
        let mut last = first;
        for _ in 0..EXCERPT_LINES {
            last = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
            if last >= end {
                break;
            }
        }
        let last = floor(text, last.min(start + EXCERPT_BYTES));
        let first = floor(text, first.max(start.saturating_sub(EXCERPT_BYTES)));
        let lines = text[first..last].trim_end_matches(['\n', '\r']);
        let inside = |at: usize| at.saturating_sub(first).min(lines.len());
        Excerpt {
            file: place.source.name.clone(),
            line,
            column,
            text: lines.to_owned(),
            start: inside(start),
            end: inside(end),
            label,
        }
    }

    /// Line and column behind the mark's last character.
    pub fn end_line_column(&self) -> (usize, usize) {
        let marked = self.text.get(self.start..self.end).unwrap_or("");
        match marked.rsplit_once('\n') {
            None => (self.line, self.column + marked.chars().count()),
            Some((before, last)) => {
                (self.line + before.matches('\n').count() + 1, last.chars().count() + 1)
            }
        }
    }
}

impl fmt::Display for Excerpt {
    /// `scenarios/connect/open.yaml:12:5`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The nearest character boundary at or before `at`, within the text.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// "did you mean `x`?" for a word that is not in the list, when one is near enough.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = word.to_lowercase();
    let near = known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= (name.chars().count().max(3) / 3).min(3))
        .min_by_key(|(distance, _)| *distance);
    near.map(|(_, name)| format!("did you mean `{name}`?"))
}

/// "`a`, `b` or `c`".
pub fn either<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
