//! What a scenario says of itself for other programs: test keys, requirements.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::scenario::Library;
use crate::source::Place;
use crate::yaml::{Node, Tree};

/// Properties of a scenario: each is repeated for each of its tests, of which there may be ten
/// thousand.
const MAX_PROPERTIES: usize = 32;

/// Characters of a property's name and of its value; importers keep 255 of either.
const MAX_TEXT: usize = 255;

impl Library {
    /// Names with one text each.
    pub(crate) fn properties(&mut self, node: &Node) -> BTreeMap<String, String> {
        let Tree::Map(entries) = &node.tree else {
            let message = format!("expected names with texts, found {}", node.kind());
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints.push(complaint.help("for example `{ test_key: FOTA-12 }`"));
            return BTreeMap::new();
        };
        if entries.len() > MAX_PROPERTIES {
            let message = format!("more than {MAX_PROPERTIES} properties");
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints
                .push(complaint.help("several values may stand in one: `FOTA-1, FOTA-2`"));
        }
        let mut properties = BTreeMap::new();
        for entry in entries {
            let Some(name) = self.complaints.text(&entry.key) else { continue };
            let Some(value) = self.complaints.text(&entry.value) else { continue };
            self.single(&name, &entry.key.place);
            self.single(&value, &entry.value.place);
            properties.insert(name, value);
        }
        properties
    }

    /// One line that says something, as it stands: importers compare it letter by letter.
    fn single(&mut self, text: &str, place: &Place) {
        let (message, remedy) = if text.trim().is_empty() {
            ("this says nothing", "leave the property out, or say it")
        } else if text.trim() != text || text.contains(char::is_control) {
            ("a property is one line without space around it", "take out what is too much")
        } else if text.contains("${") {
            ("properties have no variables", "write it out: they are those of all its tests")
        } else if text.chars().count() > MAX_TEXT {
            ("this is longer than importers keep: 255 characters", "use a shorter one")
        } else {
            return;
        };
        self.complaints.push(Diagnostic::at(place, message).help(remedy));
    }
}
