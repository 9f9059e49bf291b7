//! YAML text -> a tree in which every key and value knows its place in the file.
//!
//! A tree instead of derived types, because a person wants all mistakes of a file at once, each
//! with its place, and a derived reader stops at the first one. [`Fields`] walks a mapping and
//! complains about what it does not know.

mod fields;
mod parse;
mod written;

use serde_json::Value;

use crate::source::Place;

pub use fields::{Complaints, Fields, read_whole};
pub use parse::{MAX_FILE_BYTES, parse};
pub use written::locate;

/// How much of a wrong value is repeated in a message, in characters.
const MAX_SHOWN: usize = 40;

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    pub place: Place,
    pub tree: Tree,
}

#[derive(Clone, Debug)]
pub enum Tree {
    Null,
    /// A scalar as it was written, and what plain YAML takes it for.
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Clone, Debug)]
pub struct Scalar {
    pub text: String,
    pub plain: Plain,
}

/// What an unquoted scalar looks like; quoted ones are always text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plain {
    Text,
    Truth(bool),
    Whole(i64),
    Fraction(f64),
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub key: Node,
    pub value: Node,
}

impl Node {
    /// The scalar's text: `1.10` stays `1.10`, whatever YAML takes it for.
    pub fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Scalar(scalar) => Some(&scalar.text),
            Tree::Null | Tree::List(_) | Tree::Map(_) => None,
        }
    }

    pub fn list(&self) -> Option<&[Node]> {
        match &self.tree {
            Tree::List(items) => Some(items),
            Tree::Null | Tree::Scalar(_) | Tree::Map(_) => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.tree, Tree::Null)
    }

    /// What stands here, for a message: "a list", "`x`".
    pub fn kind(&self) -> String {
        match &self.tree {
            Tree::Null => "nothing".to_owned(),
            Tree::List(_) => "a list".to_owned(),
            Tree::Map(_) => "a mapping".to_owned(),
            Tree::Scalar(Scalar { text, .. }) => {
                let start: String = text.chars().take(MAX_SHOWN).collect();
                let rest = if start.len() < text.len() { "…" } else { "" };
                format!("`{start}{rest}`")
            }
        }
    }

    /// As a variable's value. A number whose text would change (`1.10`, `007`) stays text.
    pub fn to_value(&self) -> Value {
        match &self.tree {
            Tree::Null => Value::Null,
            Tree::Scalar(scalar) => scalar.to_value(),
            Tree::List(items) => items.iter().map(Node::to_value).collect(),
            Tree::Map(entries) => {
                let pair = |e: &Entry| Some((e.key.text()?.to_owned(), e.value.to_value()));
                Value::Object(entries.iter().filter_map(pair).collect())
            }
        }
    }
}

impl Scalar {
    fn to_value(&self) -> Value {
        let value = match self.plain {
            Plain::Text => Value::Null,
            Plain::Truth(truth) => Value::Bool(truth),
            Plain::Whole(number) => Value::from(number),
            Plain::Fraction(number) => Value::from(number),
        };
        let written = Value::to_string(&value);
        if written.as_str() == self.text { value } else { Value::from(self.text.as_str()) }
    }
}
