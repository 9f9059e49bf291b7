//! Whole numbers that may come from a variable.

use crate::scenario::{Library, Template};
use crate::yaml::Node;

/// A whole number, or a template that becomes one.
#[derive(Clone, Debug)]
pub enum Number {
    Fixed(u64),
    Computed(Template),
}

impl Library {
    /// A whole number from 1 up, or a template.
    pub(crate) fn number(&mut self, node: &Node) -> Option<Number> {
        if node.text().is_some_and(|text| text.contains("${")) {
            return self.template(node).map(Number::Computed);
        }
        self.complaints.whole(node, 1).map(Number::Fixed)
    }
}

impl Number {
    /// The template, when it is one.
    pub fn template(&self) -> Option<&Template> {
        match self {
            Number::Fixed(_) => None,
            Number::Computed(template) => Some(template),
        }
    }
}
