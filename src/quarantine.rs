//! Tests that may fail for a while, in a file beside the scenarios: each with a reason and an end.
//!
//! A scenario's own `expected_failure` is for whoever may change it; this is for the lab that runs
//! scenarios of others, and for a test that fails on one rig only.

use std::sync::Arc;

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::journal::TestAt;
use crate::scenario::Waiver;
use crate::source::Source;
use crate::yaml::{self, Complaints, Fields, Node, Tree};

/// What a quarantine file holds.
#[derive(Clone, Debug, Default)]
pub struct Quarantine {
    pub cases: Vec<Case>,
}

/// Tests that are in quarantine together.
#[derive(Clone, Debug)]
pub struct Case {
    /// As written: an id, of a test or a scenario, or a pattern of those.
    pub test: String,
    /// The only rig on which they are.
    pub rig: Option<String>,
    pub waiver: Waiver,
    ids: Regex,
}

impl Case {
    /// Whether the test is one of them.
    pub fn is_about(&self, at: &TestAt) -> bool {
        let on_rig = self.rig.as_ref().is_none_or(|rig| *rig == at.rig);
        on_rig && (self.ids.is_match(&at.id) || self.ids.is_match(&at.scenario))
    }
}

/// Reads a quarantine file, or returns all its mistakes.
pub fn load(source: &Arc<Source>) -> Result<Quarantine, Vec<Diagnostic>> {
    yaml::read_whole(source, |node, complaints| {
        let items = match &node.tree {
            Tree::Null => Vec::new(),
            Tree::List(_) => complaints.one_or_more(node),
            Tree::Scalar(_) | Tree::Map(_) => {
                let message = format!("a quarantine file is a list, but here is {}", node.kind());
                let help = "begin each of its tests with `- test: …`";
                complaints.push(Diagnostic::at(&node.place, message).help(help));
                return None;
            }
        };
        let cases = items.into_iter().filter_map(|item| case(item, complaints)).collect();
        Some(Quarantine { cases })
    })
}

fn case(node: &Node, complaints: &mut Complaints) -> Option<Case> {
    let mut fields = Fields::of(node, "a test in quarantine", complaints)?;
    let test = fields.need("test", complaints);
    let rig = fields.take("rig").and_then(|node| complaints.text(node));
    let reason = fields.need("reason", complaints);
    let until = fields.need("until", complaints);
    fields.finish(complaints);
    let reason = reason.and_then(|node| Waiver::reason(node, complaints));
    let until = until.and_then(|node| Waiver::date(node, complaints));
    let place = test?.place.clone();
    let test = complaints.text(test?)?;
    let ids = ids(&test);
    Some(Case { test, rig, waiver: Waiver { place, reason: reason?, until: until? }, ids })
}

/// `*` stands for any text, `?` for any character; everything else for itself, also the brackets
/// of a test's parameters.
pub fn ids(pattern: &str) -> Regex {
    let plain = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
    Regex::new(&format!("(?s)^{plain}$")).expect("an escaped text with wildcards is a pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_about_whole_ids() {
        let fits = |pattern: &str, id: &str| ids(pattern).is_match(id);
        assert!(fits("update/*", "update/plain[cut=5]") && !fits("update/*", "x/update/plain"));
        assert!(fits("a[cut=?]", "a[cut=5]") && !fits("a[cut=?]", "a[cut=50]"));
        assert!(fits("a", "a") && !fits("a", "ab") && !fits("a.c", "abc"));
    }
}
