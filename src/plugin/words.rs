//! The last words of a plugin: the end of its stderr, without secrets.

use std::collections::VecDeque;

use crate::plugin::secrets::Secrets;

/// Lines that are kept: a traceback has about ten.
const MAX_LINES: usize = 20;
/// How much of each line is kept, in bytes.
const MAX_LINE_BYTES: usize = 500;

/// Hears a log, however long, and remembers its end.
#[derive(Debug)]
pub(super) struct Words {
    secrets: Secrets,
    lines: VecDeque<String>,
    /// The line that has not ended, as much of it as can be shown.
    line: Vec<u8>,
}

impl Words {
    pub(super) fn new(secrets: Secrets) -> Words {
        Words { secrets, lines: VecDeque::new(), line: Vec::new() }
    }

    pub(super) fn hear(&mut self, mut bytes: &[u8]) {
        // What is hidden gets shorter, so the cut comes after it; and half a secret is none.
        let most = MAX_LINE_BYTES + 2 * self.secrets.longest();
        while !bytes.is_empty() {
            let end = memchr::memchr(b'\n', bytes);
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            let room = most.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            let Some(end) = end else { return };
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            let line = self.shown(&line);
            if self.lines.len() == MAX_LINES {
                self.lines.pop_front();
            }
            self.lines.push_back(line);
        }
    }

    fn shown(&self, line: &[u8]) -> String {
        let hidden = self.secrets.hide(String::from_utf8_lossy(line).trim_end());
        let most = MAX_LINE_BYTES.min(hidden.len());
        // A line that was cut may end in the middle of a secret.
        let is_cut = line.len() >= MAX_LINE_BYTES + 2 * self.secrets.longest();
        let most = if is_cut {
            most.min(hidden.len().saturating_sub(self.secrets.longest()))
        } else {
            most
        };
        let mut most = most;
        while !hidden.is_char_boundary(most) {
            most -= 1;
        }
        hidden[..most].to_owned()
    }

    /// All that is kept, one line each.
    pub(super) fn last(&self) -> Vec<String> {
        let unfinished = (!self.line.is_empty()).then(|| self.shown(&self.line));
        let mut all: Vec<String> = self.lines.iter().cloned().chain(unfinished).collect();
        let more = all.len().saturating_sub(MAX_LINES);
        all.drain(..more);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept() {
        let mut words = Words::new(Secrets::default());
        (0..100).for_each(|n| words.hear(format!("line {n}\n").as_bytes()));
        words.hear(b"no end");
        let last = words.last();
        assert_eq!(last.len(), MAX_LINES);
        assert_eq!((last[0].as_str(), last[19].as_str()), ("line 81", "no end"));
    }

    #[test]
    fn a_flood_is_not_kept() {
        let mut words = Words::new(Secrets::default());
        (0..1000).for_each(|_| words.hear("x".repeat(64 * 1024).as_bytes()));
        assert_eq!(words.line.len(), MAX_LINE_BYTES);
        assert_eq!(words.last(), ["x".repeat(MAX_LINE_BYTES)]);
        words.hear("\n\u{20ac}".repeat(500).as_bytes());
        assert_eq!(words.last().len(), MAX_LINES);
    }

    #[test]
    fn a_secret_is_hidden_also_where_a_line_is_cut_and_where_a_piece_ends() {
        let secret = "s3cret-".repeat(20);
        for before in 0..700 {
            let mut secrets = Secrets::default();
            secrets.add(&secret);
            let mut words = Words::new(secrets);
            let line = format!("{}{secret}\n", "-".repeat(before));
            let (one, two) = line.as_bytes().split_at(before + 70);
            words.hear(one);
            words.hear(two);
            assert!(!words.last()[0].contains("s3c"), "{before}: {:?}", words.last());
        }
    }
}
