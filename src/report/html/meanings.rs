//! What the lines of a run mean: each meaning is kept once for the whole page.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::glossary::Explanation;
use crate::profile::Profile;
use crate::report::escape::visible;

/// Different lines that are looked up; modules repeat themselves, and a flood of lines that never
/// do is no conversation.
const MAX_LOOKED_UP: usize = 10_000;
/// Different meanings on a page: a thousand is more than any glossary fills in usefully.
const MAX_MEANINGS: usize = 5_000;

/// The meanings of a page, and which lines have them.
#[derive(Default)]
pub(super) struct Meanings {
    all: Vec<Meaning>,
    /// Which number a meaning has, by its sentence and its source.
    numbers: HashMap<(String, String), usize>,
    /// Lines that were looked up, by their profile.
    known: HashMap<String, HashMap<String, Option<usize>>>,
    looked_up: usize,
}

/// What a line means, what a host does next, and who says so.
#[derive(Clone, Debug, Serialize)]
struct Meaning {
    means: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    see: String,
}

impl Meanings {
    /// The number of a line's meaning, if it has one.
    pub(super) fn of(&mut self, profile: &Arc<Profile>, line: &str) -> Option<usize> {
        if let Some(known) = self.known.get(&profile.name).and_then(|lines| lines.get(line)) {
            return *known;
        }
        if self.looked_up >= MAX_LOOKED_UP || self.all.len() >= MAX_MEANINGS {
            return None;
        }
        self.looked_up += 1;
        let found = explained(profile, line).map(|found| self.number(&found));
        let lines = self.known.entry(profile.name.clone()).or_default();
        lines.insert(line.to_owned(), found);
        found
    }

    fn number(&mut self, found: &Explanation) -> usize {
        let key = (found.means.clone(), found.see.clone());
        *self.numbers.entry(key).or_insert_with(|| {
            let next = found.next.as_deref().map(visible);
            let (means, see) = (visible(&found.means), visible(&found.see));
            self.all.push(Meaning { means, next, see });
            self.all.len() - 1
        })
    }

    /// What stands behind a line: its meaning without what is said beside.
    pub(super) fn brief(&self, number: usize) -> &str {
        self.all[number].means.split(';').next().unwrap_or_default()
    }

    /// All of them for the page's script, in a form that cannot end its element.
    pub(super) fn json(&self) -> String {
        let json = serde_json::to_string(&self.all).expect("meanings are plain data");
        json.replace('<', "\\u003c")
    }
}

/// Only what is written out is looked up: a bare number may be anything.
fn explained(profile: &Profile, line: &str) -> Option<Explanation> {
    let glossary = &profile.glossary;
    let is_named = line.starts_with('+') || line.get(..2).is_some_and(|start| start == "AT");
    let is_known = is_named || glossary.shape_of(line).is_some();
    is_known.then(|| glossary.explain(line).into_iter().next()).flatten()
}
