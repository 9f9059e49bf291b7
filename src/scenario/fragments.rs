//! Fragments: finds and reads the file that a `use` names, once, and complains of circles.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::scenario::{Argument, Fragment, Library, Step};
use crate::shelf;
use crate::source::{Place, Source};
use crate::yaml::{Fields, Node};

/// A fragment that was looked for; nothing when it had mistakes.
pub(crate) type Shelved = Option<Arc<Fragment>>;

/// Fragments inside fragments; a scenario needs two or three.
const MAX_NESTING: usize = 16;

impl Library {
    /// The fragment that `from` names with `wanted`, which stands at `place`.
    pub(crate) fn fragment(
        &mut self,
        from: &Source,
        wanted: &str,
        place: &Place,
    ) -> Option<Arc<Fragment>> {
        let source = match shelf::beside(from, wanted) {
            Ok(Ok(source)) => source,
            Ok(Err(unreadable)) => {
                self.complaints.push(unreadable.marking(place, ""));
                return None;
            }
            Err(tried) => {
                let message = format!("there is no fragment `{wanted}`");
                self.complaints.push(
                    Diagnostic::at(place, message)
                        .note(format!("looked for {}", tried.join(", ")))
                        .help("the name is relative to this file or to a folder above it"),
                );
                return None;
            }
        };
        if let Some(start) = self.opening.iter().position(|open| *open == source) {
            let circle = self.opening[start..].iter().chain([&source]);
            let circle: Vec<&str> = circle.map(|source| source.name.as_str()).collect();
            let message = format!("fragments use each other in a circle: {}", circle.join(" → "));
            self.complaints.push(Diagnostic::at(place, message).help("break the circle here"));
            return None;
        }
        if self.opening.len() >= MAX_NESTING {
            let message = format!("fragments are nested more than {MAX_NESTING} deep");
            let complaint = Diagnostic::at(place, message);
            self.complaints.push(complaint.help("put the steps of some into one file"));
            return None;
        }
        let identity = source.identity().into_owned();
        if let Some(known) = self.shelved.get(&identity) {
            return known.clone();
        }
        self.opening.push(Arc::clone(&source));
        let fragment = self.read_fragment(&source).map(Arc::new);
        self.opening.pop();
        self.shelved.insert(identity, fragment.clone());
        fragment
    }

    fn read_fragment(&mut self, source: &Arc<Source>) -> Option<Fragment> {
        let node = self.document(source)?;
        let mut fields = Fields::of(&node, "a fragment", &mut self.complaints)?;
        fields.take("about").map(|node| self.complaints.text(node));
        let args = fields.take("args").map(|node| self.args(node)).unwrap_or_default();
        let steps = fields.need("steps", &mut self.complaints);
        let steps = steps.and_then(|node| self.steps(source, node));
        fields.finish(&mut self.complaints);
        let steps = steps?;
        let expanded = steps.iter().map(Step::expanded).sum();
        let calls = steps.iter().flat_map(Step::calls).collect();
        Some(Fragment { source: Arc::clone(source), args, steps, expanded, calls })
    }

    fn args(&mut self, node: &Node) -> Vec<Argument> {
        let named = self.named(node, "`args`");
        named
            .into_iter()
            .map(|(name, entry)| {
                let value = &entry.value;
                let default = (!value.is_null()).then(|| self.data(value)).flatten();
                Argument { name, default }
            })
            .collect()
    }
}
