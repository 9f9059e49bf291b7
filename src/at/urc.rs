//! A URC: its name, and its shape where a command has the same name.

use regex::bytes::Regex;

use crate::at::dialect_error::DialectError;

/// A URC as a profile states it. The patterns are regular expressions on the bytes of the whole
/// line; they are only needed when a command has the same name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Urc {
    /// What stands before the colon (`+WDSI`), or the whole line (`RING`).
    pub name: String,
    /// How the URC looks.
    pub urc: Option<String>,
    /// How the answer to `AT<name>?` and to `AT<name>` looks.
    pub read: Option<String>,
    /// How the answer to `AT<name>=…` looks; without it there is none.
    pub set: Option<String>,
}

impl Urc {
    /// A URC whose name is all that is known of it.
    pub fn named(name: impl Into<String>) -> Urc {
        Urc { name: name.into(), ..Urc::default() }
    }
}

/// Which shape of a [`Urc`] a pattern is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Urc,
    Read,
    Set,
}

/// Whether a line has a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    No,
    /// The dialect does not say how the shape looks.
    Unknown,
}

/// A URC, ready for use.
#[derive(Clone, Debug)]
pub(crate) struct UrcRule {
    pub(crate) name: Vec<u8>,
    urc: Option<Regex>,
    read: Option<Regex>,
    set: Option<Regex>,
}

impl UrcRule {
    pub(crate) fn new(urc: &Urc) -> Result<UrcRule, DialectError> {
        Ok(UrcRule {
            name: urc.name.clone().into_bytes(),
            urc: compile(Shape::Urc, urc.urc.as_deref())?,
            read: compile(Shape::Read, urc.read.as_deref())?,
            set: compile(Shape::Set, urc.set.as_deref())?,
        })
    }

    pub(crate) fn fit(&self, shape: Shape, text: &[u8]) -> Fit {
        let pattern = match shape {
            Shape::Urc => &self.urc,
            Shape::Read => &self.read,
            Shape::Set => &self.set,
        };
        match pattern {
            None => Fit::Unknown,
            Some(pattern) if pattern.is_match(text) => Fit::Yes,
            Some(_) => Fit::No,
        }
    }
}

fn compile(shape: Shape, pattern: Option<&str>) -> Result<Option<Regex>, DialectError> {
    let compiled = pattern.map(|pattern| {
        Regex::new(pattern).map_err(|reason| DialectError::Pattern {
            shape,
            pattern: pattern.to_owned(),
            reason: reason.to_string(),
        })
    });
    compiled.transpose()
}
