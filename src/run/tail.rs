//! The end of a conversation: what was sent and what came last, kept for what a failure says.

use std::collections::VecDeque;

use regex::bytes::Regex;

use crate::at::{Kind, Line};
use crate::moment::Moment;
use crate::run::inbox::Number;
use crate::run::session::Session;
use crate::run::shown::{MAX_SHOWN, meaning, shortened, word};

/// What is kept: more than is shown, since an `OK` is left out.
const MAX_KEPT: usize = 24;
/// What a complaint carries into the reports; the journal has all of it.
const MAX_TOLD: usize = 8;

/// The last lines, in both directions.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    spoken: VecDeque<Spoken>,
}

#[derive(Debug)]
struct Spoken {
    at: Moment,
    what: What,
}

#[derive(Debug)]
enum What {
    /// By the host: a command or a call of a role.
    Said(String),
    /// Past both, to the port between them.
    Happened(String),
    /// By the device; the last one of `like` lines that differ in a growing number at most, and
    /// when the first of them came.
    Heard { number: Number, kind: Kind, text: Vec<u8>, like: u64, first: Moment },
}

impl Tail {
    /// A command or a call; what is asked again and again is one line.
    pub(crate) fn said(&mut self, at: Moment, what: String) {
        let last = self.spoken.back().map(|spoken| &spoken.what);
        if matches!(last, Some(What::Said(before)) if *before == what) {
            self.spoken.pop_back();
        }
        self.keep(Spoken { at, what: What::Said(what) });
    }

    /// Something that neither has said.
    pub(crate) fn happened(&mut self, at: Moment, what: String) {
        self.keep(Spoken { at, what: What::Happened(what) });
    }

    pub(crate) fn heard(&mut self, number: Number, line: &Line<'_>) {
        let text = line.text[..line.text.len().min(MAX_SHOWN + 1)].to_vec();
        let (mut like, mut first) = (1, line.at);
        if let Some(Spoken {
            what: What::Heard { text: before, kind, like: so_far, first: since, .. },
            ..
        }) = self.spoken.back()
            && *kind == line.kind
            && goes_on(before, &text)
        {
            (like, first) = (like + so_far, *since);
            self.spoken.pop_back();
        }
        let what = What::Heard { number, kind: line.kind, text, like, first };
        self.keep(Spoken { at: line.at, what });
    }

    fn keep(&mut self, spoken: Spoken) {
        if self.spoken.len() == MAX_KEPT {
            self.spoken.pop_front();
        }
        self.spoken.push_back(spoken);
    }

    /// Whether a line came since then.
    pub(crate) fn has_line_since(&self, start: Moment) -> bool {
        let mut late = self.spoken.iter().filter(|spoken| spoken.at >= start);
        late.any(|spoken| matches!(spoken.what, What::Heard { .. }))
    }

    /// When a line that matches came last, before `start`.
    pub(crate) fn came_before(&self, regex: &Regex, start: Moment) -> Option<Moment> {
        let mut early = self.spoken.iter().rev().filter(|spoken| spoken.at < start);
        let fits = |spoken: &&Spoken| match &spoken.what {
            What::Said(_) | What::Happened(_) => false,
            What::Heard { text, .. } => regex.is_match(text),
        };
        early.find(fits).map(|spoken| spoken.at)
    }

    /// As a person reads it, the oldest first.
    pub(crate) fn told(&self, session: &Session) -> Vec<String> {
        let mut lines: Vec<(Moment, String)> = self
            .spoken
            .iter()
            .filter_map(|spoken| Some((spoken.at, spoken.told(session)?)))
            .collect();
        if !session.partial().is_empty() {
            lines.push((
                session.heard_at(),
                format!("? unfinished: {}", shortened(session.partial())),
            ));
        }
        lines.drain(..lines.len().saturating_sub(MAX_TOLD));
        let lines = lines.into_iter().map(|(at, text)| (session.age(at).to_string(), text));
        let lines: Vec<(String, String)> = lines.collect();
        let width = lines.iter().map(|(at, _)| at.len()).max().unwrap_or_default();
        lines.iter().map(|(at, text)| format!("{at:>width$}  {text}")).collect()
    }
}

impl Spoken {
    /// Nothing for an `OK`, which says that all is well, unless no step wanted it.
    fn told(&self, session: &Session) -> Option<String> {
        let (number, kind, text) = match &self.what {
            What::Said(what) => return Some(format!("> {what}")),
            What::Happened(what) => return Some(format!("- {what}")),
            What::Heard { number, kind, text, .. } => (*number, *kind, text.as_slice()),
        };
        let is_free = session.inbox.get(number).is_some();
        if kind == Kind::Final && text == b"OK" && !is_free {
            return None;
        }
        let mark = if is_free { '?' } else { ' ' };
        let text = word(kind, text);
        let means = meaning(&text, session.profile());
        let means = means.map(|means| format!("  ({means})")).unwrap_or_default();
        let like = match &self.what {
            What::Heard { like, first, .. } if *like > 1 => {
                format!("  (×{like} since {} s)", session.age(*first))
            }
            What::Heard { .. } | What::Said(_) | What::Happened(_) => String::new(),
        };
        Some(format!("{mark} {text}{like}{means}"))
    }
}

/// Whether a line says the same as the one before it, or the same with a higher last number, as
/// the progress of a download does.
fn goes_on(before: &[u8], line: &[u8]) -> bool {
    before == line
        || match (counted(before), counted(line)) {
            (Some((before, low)), Some((line, high))) => before == line && low < high,
            _ => false,
        }
}

/// A line that ends with a comma and a number, and that number.
fn counted(line: &[u8]) -> Option<(&[u8], u32)> {
    let comma = line.iter().rposition(|byte| *byte == b',')?;
    let (start, number) = line.split_at(comma + 1);
    Some((start, str::from_utf8(number).ok()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_and_repetitions_are_one_line() {
        assert!(goes_on(b"+WDSI: 18,9", b"+WDSI: 18,100"));
        assert!(goes_on(b"+CEREG: 5", b"+CEREG: 5"));
        assert!(!goes_on(b"+WDSI: 18,100", b"+WDSI: 18,1"));
        assert!(!goes_on(b"+WDSI: 4", b"+WDSI: 6"));
        assert!(!goes_on(b"+WDSI: 18,x", b"+WDSI: 18,y"));
    }
}
