//! A scenario's first draft, computed from the journal of a conversation or of a run.
//!
//! What was sent becomes steps, what came becomes expectations behind them, and how long it took
//! becomes bounds. A line is as exact as it was heard, but for the parts that the glossary knows
//! to differ. The draft says what was observed; what of it matters is for a person to decide.

mod gather;
mod lines;
mod page;
mod pattern;
mod prepare;
mod steps;
mod timing;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::at::Kind;
use crate::fault::Verdict;
use crate::moment::Moment;
use crate::profile::Profile;
use crate::source::Source;

pub use gather::{Gather, MAX_DEEDS, MAX_LINES, interesting};

/// One test of a journal, as far as a draft needs it.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: String,
    pub rig: String,
    pub origin: Origin,
    pub verdict: Option<Verdict>,
    /// `firmware` is `BHL78…`, in the order in which it was brought about.
    pub given: Vec<(String, String)>,
    pub deeds: Vec<Deed>,
    /// The package under test.
    pub package: BTreeMap<String, Value>,
    /// Not everything is here: it was too much.
    pub is_cut: bool,
}

/// Who was in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person, whose pauses mean little.
    Console,
    /// A scenario, whose pauses are meant.
    Run,
}

/// Something that was done to the device, and all that came until the next.
#[derive(Clone, Debug)]
pub struct Deed {
    pub at: Moment,
    pub what: What,
    pub part: Part,
    pub lines: Vec<Heard>,
    /// Somebody has waited on purpose.
    pub waits: bool,
}

/// Which part of a test it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Steps,
    Teardown,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The test began.
    Beginning,
    Command(String),
    /// So many bytes of blocks.
    File(usize),
    Raw(Vec<u8>),
    Call {
        role: String,
        method: String,
        params: Option<Value>,
    },
    Note(String),
}

/// A line that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub at: Moment,
    pub kind: Kind,
    pub text: Vec<u8>,
}

/// What else a draft is made with.
pub struct Means<'m> {
    pub profile: &'m Profile,
    /// `fragments/prepare.yaml`, when a scenario at that place can use it.
    pub prepare: Option<Arc<Source>>,
}

/// The draft as a YAML file. `name` is what people will call the scenario, `from` the journal.
pub fn draft(record: &Record, means: &Means<'_>, name: &str, from: &str) -> String {
    page::page(record, means, name, from)
}

impl Deed {
    /// The final result code or the prompt that ended a command.
    fn answer(&self) -> Option<&Heard> {
        self.lines.iter().find(|line| matches!(line.kind, Kind::Final | Kind::Prompt))
    }

    /// When something last happened.
    fn last(&self) -> Moment {
        self.lines.last().map_or(self.at, |line| line.at)
    }

    fn is_command(&self, command: &str) -> bool {
        matches!(&self.what, What::Command(own) if own == command)
    }

    fn is_ok(&self) -> bool {
        self.answer().is_some_and(|line| line.text == b"OK")
    }
}
