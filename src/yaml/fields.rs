//! Walks a mapping key by key, collecting every complaint instead of stopping at the first.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::duration;
use crate::source::{Place, Source};
use crate::yaml::{Entry, Node, Plain, Scalar, Tree, parse};

/// Complaints that are told at once: nobody mends more than these before the next check.
const MAX_COMPLAINTS: usize = 100;

/// The mistakes found so far, in all files.
#[derive(Debug, Default)]
pub struct Complaints {
    all: Vec<Diagnostic>,
    /// Place and message of each: a place in a file has one mistake of a kind.
    known: BTreeSet<String>,
}

impl Complaints {
    /// Adds a complaint, once: a fragment that is used five times has one mistake, not five.
    pub fn push(&mut self, complaint: Diagnostic) {
        let at = complaint.excerpt.as_ref().map(ToString::to_string).unwrap_or_default();
        let new = self.known.insert(format!("{at}: {}", complaint.message));
        if new && self.all.len() < MAX_COMPLAINTS {
            self.all.push(complaint);
        }
    }

    /// Adds what there is of complaints.
    pub fn extend(&mut self, complaints: impl IntoIterator<Item = Diagnostic>) {
        complaints.into_iter().for_each(|complaint| self.push(complaint));
    }

    /// Whether there are more than will be told, so that looking for others is of no use.
    pub fn is_full(&self) -> bool {
        self.known.len() > MAX_COMPLAINTS
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// All complaints in the order of files and lines.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        let full = self.is_full();
        self.all.sort_by(|a, b| a.order().cmp(&b.order()));
        if full {
            let message = format!("there are more mistakes than these {MAX_COMPLAINTS}");
            self.all.push(Diagnostic::new(message).help("mend these, then check again"));
        }
        self.all
    }

    fn wrong_type(&mut self, node: &Node, wanted: &str) {
        let found = node.kind();
        self.push(Diagnostic::at(&node.place, format!("expected {wanted}, found {found}")));
    }

    /// Text; a number counts as its text.
    pub fn text(&mut self, node: &Node) -> Option<String> {
        if node.text().is_none() {
            self.wrong_type(node, "text");
        }
        node.text().map(str::to_owned)
    }

    /// `true` or `false`.
    pub fn truth(&mut self, node: &Node) -> Option<bool> {
        if let Tree::Scalar(Scalar { plain: Plain::Truth(truth), .. }) = &node.tree {
            return Some(*truth);
        }
        self.wrong_type(node, "`true` or `false`");
        None
    }

    /// A whole number from `least` up.
    pub fn whole(&mut self, node: &Node, least: u64) -> Option<u64> {
        let number = match &node.tree {
            Tree::Scalar(Scalar { plain: Plain::Whole(number), .. }) => u64::try_from(*number).ok(),
            _ => None,
        };
        match number {
            Some(number) if number >= least => Some(number),
            _ => {
                self.wrong_type(node, &format!("a whole number from {least} up"));
                None
            }
        }
    }

    /// A whole number from 1 to `most`.
    pub fn whole_32(&mut self, node: &Node, most: u32) -> Option<NonZeroU32> {
        let number = match &node.tree {
            Tree::Scalar(Scalar { plain: Plain::Whole(number), .. }) => u32::try_from(*number).ok(),
            _ => None,
        };
        let number = number.filter(|number| *number <= most).and_then(NonZeroU32::new);
        if number.is_none() {
            self.wrong_type(node, &format!("a whole number from 1 to {most}"));
        }
        number
    }

    /// A duration with its unit.
    pub fn duration(&mut self, node: &Node) -> Option<Duration> {
        let text = self.text(node)?;
        match duration::parse(&text) {
            Ok(length) => Some(length),
            Err(bad) => {
                let message = format!("`{text}` is not a duration");
                self.push(Diagnostic::at(&node.place, message).help(bad.remedy()));
                None
            }
        }
    }

    /// A list, or one value that stands for a list of one.
    pub fn one_or_more<'n>(&mut self, node: &'n Node) -> Vec<&'n Node> {
        match &node.tree {
            Tree::List(items) => items.iter().collect(),
            Tree::Null => {
                self.wrong_type(node, "a value or a list");
                Vec::new()
            }
            Tree::Scalar(_) | Tree::Map(_) => vec![node],
        }
    }
}

/// Reads a whole file into one thing, or returns all its mistakes.
pub fn read_whole<T>(
    source: &Arc<Source>,
    read: impl FnOnce(&Node, &mut Complaints) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let node = parse(source).map_err(|complaint| vec![complaint])?;
    let mut complaints = Complaints::default();
    match read(&node, &mut complaints) {
        Some(thing) if complaints.is_empty() => Ok(thing),
        Some(_) | None => Err(complaints.into_sorted()),
    }
}

/// The keys of one mapping. Take what is known, then [`Fields::finish`] complains of the rest.
pub struct Fields<'n> {
    entries: &'n [Entry],
    /// What is being read, for messages: "a step".
    what: &'static str,
    place: &'n Place,
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Complains and returns nothing when the node is no mapping.
    pub fn of(node: &'n Node, what: &'static str, complaints: &mut Complaints) -> Option<Self> {
        let Tree::Map(entries) = &node.tree else {
            complaints.wrong_type(node, &format!("{what}: a mapping of keys to values"));
            return None;
        };
        Some(Fields { entries, what, place: &node.place, known: Vec::new() })
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.take_entry(key).map(|entry| &entry.value)
    }

    /// Key and value, where the key's place matters.
    pub fn take_entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key.text() == Some(key))
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str, complaints: &mut Complaints) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            let message = format!("{} needs `{key}`", self.what);
            complaints.push(Diagnostic::at(self.place, message));
        }
        found
    }

    pub fn place(&self) -> &'n Place {
        self.place
    }

    /// Complains of every key that was not asked for.
    pub fn finish(mut self, complaints: &mut Complaints) {
        self.known.sort_unstable();
        for entry in self.entries {
            let key = entry.key.text().unwrap_or("");
            if self.known.contains(&key) {
                continue;
            }
            if complaints.is_full() {
                return;
            }
            let known = self.known.iter().copied();
            let remedy = did_you_mean(key, known.clone())
                .unwrap_or_else(|| format!("{} may have {}", self.what, either(known)));
            let message = format!("unknown key `{key}` in {}", self.what);
            complaints.push(Diagnostic::at(&entry.key.place, message).help(remedy));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::yaml::parse;

    #[test]
    fn complaints_are_told_once_and_not_without_end() {
        let keys: Vec<String> = (0..MAX_COMPLAINTS * 2).map(|n| format!("key{n}: 1")).collect();
        let text = keys.join("\n");
        let node = parse(&Source::new("t.yaml", text)).unwrap();
        let mut complaints = Complaints::default();
        for _ in 0..2 {
            Fields::of(&node, "a test", &mut complaints).unwrap().finish(&mut complaints);
        }
        let all = complaints.into_sorted();
        assert_eq!(all.len(), MAX_COMPLAINTS + 1);
        assert!(all.last().unwrap().message.starts_with("there are more"));
    }
}
