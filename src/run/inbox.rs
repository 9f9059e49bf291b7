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
    pub number: Number,
    pub at: Moment,
    pub kind: Kind,
    pub text: Vec<u8>,
}

/// Keeps every line until an expectation takes it or the scenario ends.
#[derive(Debug, Default)]
pub struct Inbox {
    /// In order of their numbers. Lines are taken near the front or near the end, where a deque
    /// closes a gap quickly.
    lines: VecDeque<Waiting>,
    /// The number of the next line.
    end: Number,
    waiting_bytes: usize,
    /// Up to where each pattern has been looked for in vain: lines never change, so they need not
    /// be tried again by the same pattern.
    missed: BTreeMap<Arc<str>, Number>,
}

impl Inbox {
    pub fn push(&mut self, at: Moment, kind: Kind, text: &[u8]) {
        self.waiting_bytes += text.len();
        self.lines.push_back(Waiting { number: self.end, at, kind, text: text.to_vec() });
        self.end += 1;
    }

    /// The number that the next line will have.
    pub fn end(&self) -> Number {
        self.end
    }

    /// A line that still waits.
    pub fn get(&self, number: Number) -> Option<&Waiting> {
        self.lines.get(self.index(number)).filter(|line| line.number == number)
    }

    /// The lines from `from` on that still wait.
    pub fn waiting_from(&self, from: Number) -> impl Iterator<Item = &Waiting> {
        self.lines.range(self.index(from)..)
    }

    /// The first waiting line from `from` on that matches.
    pub fn find(&mut self, pattern: &Ready, from: Number) -> Option<Number> {
        let missed = self.missed.get(&pattern.text).copied().unwrap_or(0);
        let start = from.max(missed);
        let found = self.waiting_from(start).find(|line| pattern.regex.is_match(&line.text));
        let found = found.map(|line| line.number);
        if from <= missed {
            // Without a gap behind it, all up to here is known to be in vain.
            self.missed.insert(Arc::clone(&pattern.text), found.unwrap_or(self.end));
        }
        found
    }

    /// The number of the first line that still waits.
    pub fn start(&self) -> Number {
        self.lines.front().map_or(self.end, |line| line.number)
    }

    /// Forgets all lines; returns how many there were. Numbers go on.
    pub fn clear(&mut self) -> u64 {
        let forgotten = self.lines.len() as u64;
        self.lines.clear();
        self.missed.clear();
        self.waiting_bytes = 0;
        forgotten
    }

    /// Takes a line out.
    pub fn take(&mut self, number: Number) -> Option<Waiting> {
        self.get(number)?;
        let line = self.lines.remove(self.index(number))?;
        self.waiting_bytes -= line.text.len();
        Some(line)
    }

    /// Where the line with this number is, or would be. Most often it is at one of the ends.
    fn index(&self, number: Number) -> usize {
        match (self.lines.front(), self.lines.back()) {
            (Some(first), _) if number <= first.number => 0,
            (_, Some(last)) if number == last.number => self.lines.len() - 1,
            (_, Some(last)) if number > last.number => self.lines.len(),
            _ => self.lines.partition_point(|line| line.number < number),
        }
    }

    /// Takes out the final result codes that nobody wanted: they belonged to their command.
    pub fn drop_finals_from(&mut self, from: Number) {
        let finals = self.waiting_from(from).filter(|line| line.kind == Kind::Final);
        let numbers: Vec<Number> = finals.map(|line| line.number).collect();
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
        let number = inbox.find(&pattern, 0).unwrap();
        assert_eq!(inbox.take(number).unwrap().text, b"b");
        assert_eq!(inbox.find(&pattern, 0), None);
        inbox.push(Moment::START, Kind::Urc, b"b");
        assert_eq!(inbox.find(&pattern, 0), Some(3));
        assert_eq!(inbox.waiting_from(0).map(|line| line.number).collect::<Vec<_>>(), [0, 2, 3]);
    }

    #[test]
    fn a_line_that_is_passed_over_is_still_there() {
        let mut inbox = inbox(&["a", "b", "a"]);
        let pattern = Ready::compile("^a$").unwrap();
        assert_eq!(inbox.find(&pattern, 1), Some(2));
        assert_eq!(inbox.find(&pattern, 3), None);
        assert_eq!(inbox.find(&pattern, 0), Some(0));
        assert_eq!(inbox.clear(), 3);
        inbox.push(Moment::START, Kind::Urc, b"a");
        assert_eq!(inbox.find(&pattern, 0), Some(3));
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
