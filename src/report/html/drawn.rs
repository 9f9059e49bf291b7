//! A complaint as the page draws it: its sentence, the marked lines of the file, what is known
//! beside, and the remedy.

use crate::diagnostic::{Diagnostic, Excerpt, Scene};
use crate::fault::Verdict;
use crate::report::html::words::{Word, words};

/// A complaint, ready for its template.
pub(super) struct Drawn {
    pub(super) verdict: Verdict,
    pub(super) message: Vec<Word>,
    pub(super) place: Option<String>,
    pub(super) lines: Vec<SourceLine>,
    /// What is said beside the mark.
    pub(super) label: Vec<Word>,
    pub(super) notes: Vec<Vec<Word>>,
    /// The end of the conversation.
    pub(super) tail: Vec<String>,
    pub(super) help: Option<Vec<Word>>,
}

/// A line of the file, in three parts; the middle one is marked.
pub(super) struct SourceLine {
    pub(super) number: usize,
    pub(super) before: String,
    pub(super) marked: String,
    pub(super) after: String,
}

impl Drawn {
    pub(super) fn of(verdict: Verdict, diagnostic: &Diagnostic) -> Drawn {
        let excerpt = diagnostic.excerpt.as_deref();
        let scene = diagnostic.scene.as_deref();
        let when = scene.map(Scene::sentence).filter(|sentence| !sentence.is_empty());
        let notes = when.iter().chain(&diagnostic.notes);
        Drawn {
            verdict,
            message: words(&diagnostic.message),
            place: excerpt.map(ToString::to_string),
            lines: excerpt.map(source_lines).unwrap_or_default(),
            label: words(excerpt.map_or("", |excerpt| &excerpt.label)),
            notes: notes.map(|note| words(note)).collect(),
            tail: scene.map(|scene| scene.tail.clone()).unwrap_or_default(),
            help: diagnostic.help.as_deref().map(words),
        }
    }
}

fn source_lines(excerpt: &Excerpt) -> Vec<SourceLine> {
    let text = excerpt.text.as_str();
    // A journal that was damaged can hold any numbers here.
    let start = boundary(text, excerpt.start);
    let end = boundary(text, excerpt.end).max(start);
    let mut lines = Vec::new();
    let mut at = 0;
    for (index, line) in text.split('\n').enumerate() {
        let inside = |place: usize| place.clamp(at, at + line.len()) - at;
        let (from, to) = (inside(start), inside(end));
        lines.push(SourceLine {
            number: excerpt.line.saturating_add(index),
            before: line[..from].to_owned(),
            marked: line[from..to].to_owned(),
            after: line[to..].to_owned(),
        });
        at += line.len() + 1;
    }
    lines
}

/// The nearest character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    let most = at.min(text.len());
    (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(start: usize, end: usize) -> Excerpt {
        let (file, text) = ("a.yaml".to_owned(), "ä: ö\n  b\nc".to_owned());
        Excerpt { file, line: 7, column: 1, text, start, end, label: String::new() }
    }

    #[test]
    fn the_mark_is_where_it_was_set() {
        let lines = source_lines(&excerpt(4, 10));
        let parts: Vec<_> = lines
            .iter()
            .map(|line| format!("{} {}[{}]{}", line.number, line.before, line.marked, line.after))
            .collect();
        assert_eq!(parts, ["7 ä: [ö]", "8 [  b]", "9 []c"]);
    }

    #[test]
    fn marks_of_a_damaged_journal_are_drawn_somewhere() {
        let far = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, usize::MAX];
        for (start, end) in far.iter().flat_map(|start| far.map(|end| (*start, end))) {
            let mut excerpt = excerpt(start, end);
            excerpt.line = usize::MAX;
            assert_eq!(source_lines(&excerpt).len(), 3);
        }
    }
}
