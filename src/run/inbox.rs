//! The lines that came and that nobody has taken yet. Nothing is thrown away.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::at::Kind;
use crate::moment::Moment;
use crate::scenario::Ready;

/// Lines in memory at once: a device that sends more without being asked is faulty.
pub(crate) const MAX_WAITING_LINES: usize = 1_000_000;
/// Their bytes: far more than any scenario leaves behind.
pub(crate) const MAX_WAITING_BYTES: usize = 64 << 20;

/// A line's number in order of arrival, from 0.
pub type Number = u64;

/// A line in the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub at: Moment,
    pub kind: Kind,
    pub text: Vec<u8>,
    taken: bool,
}

/// Keeps every line until an expectation takes it or the scenario ends.
#[derive(Debug, Default)]
pub struct Inbox {
    lines: VecDeque<Waiting>,
    /// The number of the front line.
    first: Number,
    waiting_bytes: usize,
    /// Up to where each pattern has been looked for in vain: lines never change, so they need not
    /// be tried again by the same pattern.
    missed: BTreeMap<Arc<str>, Number>,
}

impl Inbox {
    pub fn push(&mut self, at: Moment, kind: Kind, text: &[u8]) {
        self.waiting_bytes += text.len();
        self.lines.push_back(Waiting { at, kind, text: text.to_vec(), taken: false });
    }

    /// The number that the next line will have.
    pub fn end(&self) -> Number {
        self.first + self.lines.len() as u64
    }

    /// A line that still waits.
    pub fn get(&self, number: Number) -> Option<&Waiting> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.lines.get(index).filter(|line| !line.taken)
    }

    /// The lines from `from` on that still wait.
    pub fn waiting_from(&self, from: Number) -> impl Iterator<Item = (Number, &Waiting)> {
        let skip = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        (self.first..).zip(&self.lines).skip(skip).filter(|(_, line)| !line.taken)
    }

    /// The first waiting line that matches.
    pub fn find(&mut self, pattern: &Ready) -> Option<Number> {
        let from = self.missed.get(&pattern.text).copied().unwrap_or(0);
        let found = self.waiting_from(from).find(|(_, line)| pattern.regex.is_match(&line.text));
        let found = found.map(|(number, _)| number);
        self.missed.insert(Arc::clone(&pattern.text), found.unwrap_or_else(|| self.end()));
        found
    }

    /// Takes a line out.
    pub fn take(&mut self, number: Number) -> Option<Waiting> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let line = self.lines.get_mut(index).filter(|line| !line.taken)?;
        line.taken = true;
        self.waiting_bytes -= line.text.len();
        let kept = Waiting { at: line.at, kind: line.kind, text: Vec::new(), taken: true };
        let taken = std::mem::replace(line, kept);
        while self.lines.front().is_some_and(|line| line.taken) {
            self.lines.pop_front();
            self.first += 1;
        }
        Some(taken)
    }

    /// Takes out the final result codes that nobody wanted: they belonged to their command.
    pub fn drop_finals_from(&mut self, from: Number) {
        let finals = self.waiting_from(from).filter(|(_, line)| line.kind == Kind::Final);
        let numbers: Vec<Number> = finals.map(|(number, _)| number).collect();
        for number in numbers {
            self.take(number);
        }
    }

    /// Whether more waits than memory is good for.
    pub fn is_flooded(&self) -> bool {
        self.lines.len() > MAX_WAITING_LINES || self.waiting_bytes > MAX_WAITING_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(lines: &[&str]) -> Inbox {
        let mut inbox = Inbox::default();
        for line in lines {
            inbox.push(Moment::START, Kind::Urc, line.as_bytes());
        }
        inbox
    }

    #[test]
    fn an_expectation_takes_only_the_line_it_matches() {
        let mut inbox = inbox(&["a", "b", "a"]);
        let pattern = Ready::compile("^b$").unwrap();
        let number = inbox.find(&pattern).unwrap();
        assert_eq!(inbox.take(number).unwrap().text, b"b");
        assert_eq!(inbox.find(&pattern), None);
        inbox.push(Moment::START, Kind::Urc, b"b");
        assert_eq!(inbox.find(&pattern), Some(3));
        assert_eq!(inbox.waiting_from(0).map(|(number, _)| number).collect::<Vec<_>>(), [0, 2, 3]);
    }

    #[test]
    fn taken_lines_leave_memory() {
        let mut inbox = inbox(&["a", "b"]);
        inbox.take(1);
        inbox.take(0);
        assert_eq!((inbox.lines.len(), inbox.end(), inbox.waiting_bytes), (0, 2, 0));
        assert_eq!(inbox.take(0), None);
    }
}
