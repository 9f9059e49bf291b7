//! Plain texts of a rig file that may be secrets, covered in whatever is complained about there.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::plugin::Manifest;
use crate::plugin::environment::is_variable;
use crate::plugin::setting::Kind;
use crate::rig::Filled;
use crate::source::{Place, Source};
use crate::yaml::{Node, Tree};

/// What is drawn instead of each byte: the marks of a complaint so stay where they are.
const COVER: &str = "*";

/// Places that no complaint may draw. The name of a variable may be read, and helps.
#[derive(Debug, Default)]
pub(super) struct Covered(Vec<Place>);

impl Covered {
    /// Covers what may be secret in the settings of a plugin: with a manifest that is what it calls
    /// so and what it does not know, which may be misspelt; without one it is everything.
    pub(super) fn add(&mut self, filled: &[&Filled], manifest: Option<&Manifest>) {
        let is_secret = |kind: Kind| kind == Kind::Secret;
        let has_secrets =
            |manifest: &Manifest| manifest.settings.iter().any(|setting| is_secret(setting.kind));
        if manifest.is_some_and(|manifest| !has_secrets(manifest)) {
            return;
        }
        let named = |name: Option<&str>| {
            let mut settings = manifest?.settings.iter();
            settings.find(|setting| Some(setting.name.as_str()) == name)
        };
        for with in filled.iter().filter_map(|filled| filled.with.as_ref()) {
            let Tree::Map(entries) = &with.tree else {
                self.cover(with);
                continue;
            };
            for entry in entries {
                if named(entry.key.text()).is_none_or(|setting| is_secret(setting.kind)) {
                    self.cover(&entry.value);
                }
            }
        }
    }

    fn cover(&mut self, node: &Node) {
        if !node.text().is_some_and(is_variable) {
            self.0.push(node.place.clone());
        }
    }

    /// The complaint as it may be read in a log.
    pub(super) fn hide(&self, mut complaint: Diagnostic) -> Diagnostic {
        if let Some(excerpt) = &mut complaint.excerpt {
            let here: Vec<&Place> =
                self.0.iter().filter(|place| place.source.name == excerpt.file).collect();
            if let Some(place) = here.first() {
                let held = held(excerpt, &place.source);
                for place in here {
                    hide_in(excerpt, &held, place);
                }
            }
        }
        complaint
    }
}

/// The part of a source that an excerpt holds.
fn held(excerpt: &mut Excerpt, source: &Source) -> Range<usize> {
    let mark = source.offset(excerpt.line, excerpt.column);
    let first = mark.saturating_sub(excerpt.start);
    let held = first..first + excerpt.text.len();
    if source.text.get(held.clone()) != Some(excerpt.text.as_str()) {
        // A mark behind the last line: better no line than one that says too much.
        excerpt.text.clear();
        (excerpt.start, excerpt.end) = (0, 0);
    }
    held
}

/// Covers the part of a place that an excerpt holds.
fn hide_in(excerpt: &mut Excerpt, held: &Range<usize>, place: &Place) {
    let (start, end) = (place.range.start.max(held.start), place.range.end.min(held.end));
    if start >= end {
        return;
    }
    let inside = start - held.start..end - held.start;
    let Some(text) = excerpt.text.get(inside.clone()) else { return };
    let cover = |byte| if byte == b'\n' { "\n" } else { COVER };
    let covered: String = text.bytes().map(cover).collect();
    excerpt.text.replace_range(inside, &covered);
}
