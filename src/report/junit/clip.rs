//! Texts of a JUnit report: cut where they are too long, and without what readers would act upon.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::diagnostic::floor;

/// How much is told of each test.
#[derive(Debug)]
pub(super) struct Detail {
    /// Bytes of one element's text.
    text: usize,
    /// Earlier attempts of a test.
    pub(super) attempts: usize,
    /// Measurements of a test, in the rich dialect.
    pub(super) measurements: usize,
}

impl Detail {
    /// From all that a person reads of one test to the least that names it: ten thousand tests
    /// that all fail and say much fit with one of these.
    pub(super) const LEVELS: [Detail; 5] = [
        Detail { text: 64 * 1024, attempts: 20, measurements: 200 },
        Detail { text: 16 * 1024, attempts: 20, measurements: 200 },
        Detail { text: 4 * 1024, attempts: 5, measurements: 40 },
        Detail { text: 1024, attempts: 2, measurements: 10 },
        Detail { text: 300, attempts: 1, measurements: 2 },
    ];
}

/// Bytes of an attribute: a name, a message, the value of a property. It is one line, and readers
/// put it into a column.
const MAX_WORD: usize = 1_000;

/// XML 1.0 (2.2) forbids these as well; the library leaves out the control characters only.
const NO_TEXT: [char; 2] = ['\u{FFFE}', '\u{FFFF}'];

/// A line that begins so makes Jenkins and GitLab publish a file. Only we may say which: a device
/// could send the line just as well.
const ATTACHMENT: &str = "[[ATTACHMENT|";
const NO_ATTACHMENT: &str = "[[attachment|";

/// Cuts texts, and counts what was let through.
pub(super) struct Clip {
    pub(super) detail: &'static Detail,
    used: usize,
    most: usize,
}

impl Clip {
    pub(super) fn new(detail: &'static Detail, most: usize) -> Clip {
        Clip { detail, used: 0, most }
    }

    /// Whether the report has become too large already.
    pub(super) fn is_full(&self) -> bool {
        self.used > self.most
    }

    /// The text of an element.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.within(text, self.detail.text)
    }

    /// Lines as the text of an element, as many as there is room for.
    pub(super) fn lines<'l>(&mut self, lines: impl IntoIterator<Item = Cow<'l, str>>) -> String {
        let mut room = self.detail.text;
        let mut text = String::new();
        let mut left_out = 0_usize;
        for line in lines {
            if room == 0 {
                left_out += 1;
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&self.within(&line, room));
            room = room.saturating_sub(line.len() + 1);
        }
        if left_out > 0 {
            let _ = write!(text, "\n… and {left_out} more, in the journal");
        }
        text
    }

    /// The text of an attribute: one line.
    pub(super) fn word(&mut self, text: &str) -> String {
        let end = floor(text, MAX_WORD);
        let dots = if end < text.len() { "…" } else { "" };
        let word = format!("{}{dots}", &text[..end]).replace(['\n', '\r', '\t'], " ");
        self.used += word.len();
        plain(&word).into_owned()
    }

    fn within(&mut self, text: &str, most: usize) -> String {
        let end = floor(text, most);
        self.used += end;
        let shown = plain(&text[..end]);
        match text.len() - end {
            0 => shown.into_owned(),
            more => format!("{shown}… {more} bytes more, in the journal"),
        }
    }
}

/// Without what is no text, or more than text. Left to itself the library would take out what looks
/// like the colours of a terminal, and what a device put behind an escape with it.
fn plain(text: &str) -> Cow<'_, str> {
    let is_wrong = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || NO_TEXT.contains(&c);
    if !text.contains(is_wrong) && !text.contains(ATTACHMENT) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_wrong(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown.replace(ATTACHMENT, NO_ATTACHMENT))
}

/// The line that makes Jenkins and GitLab show a file beside the test; nothing for a path that it
/// cannot name.
pub(super) fn attachment(path: &str) -> Option<String> {
    let is_plain = !path.contains("]]") && !path.contains(char::is_control);
    (is_plain && !path.is_empty()).then(|| format!("{ATTACHMENT}{path}]]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip() -> Clip {
        Clip::new(&Detail::LEVELS[4], 1_000)
    }

    #[test]
    fn what_is_cut_says_so() {
        let text = clip().text(&"é".repeat(1_000));
        assert!(text.ends_with("é… 1700 bytes more, in the journal"), "{text}");
        let lines = (0..1_000).map(|number| Cow::Owned(format!("line {number}")));
        let text = clip().lines(lines);
        assert!(text.starts_with("line 0\nline 1\n"), "{text}");
        assert!(text.ends_with(" more, in the journal"), "{text}");
        assert!(text.len() < 400, "{text}");
        let long = "x".repeat(5_000);
        let text = clip().lines([Cow::Borrowed(long.as_str()), Cow::Borrowed("y")]);
        assert!(text.ends_with("… 4700 bytes more, in the journal\n… and 1 more, in the journal"));
        assert_eq!(clip().word("two\nlines\tand"), "two lines and");
        assert_eq!(clip().word(&long).len(), MAX_WORD + "…".len());
    }

    #[test]
    fn it_knows_when_it_is_full() {
        let mut clip = clip();
        for _ in 0..3 {
            clip.text(&"x".repeat(300));
        }
        assert!(!clip.is_full());
        clip.word(&"x".repeat(300));
        assert!(clip.is_full());
    }

    #[test]
    fn a_device_cannot_have_files_published() {
        let said = clip().text("[[ATTACHMENT|/etc/passwd]]\u{FFFF}");
        assert_eq!(said, r"[[attachment|/etc/passwd]]\u{ffff}");
        assert_eq!(clip().text("a\x1b]b\nc"), "a\\u{1b}]b\nc");
        assert_eq!(attachment("a/b.jsonl").as_deref(), Some("[[ATTACHMENT|a/b.jsonl]]"));
        assert_eq!(attachment("a]]b"), None);
    }
}
