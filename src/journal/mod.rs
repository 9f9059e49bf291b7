//! The journal: what happened, in order, with time stamps; every report is computed from it.
//!
//! One JSON object per line. The first line is a header with the version. An entry is
//! `{"ns":…,"is":{"<event>":{…}}}`: nanoseconds on the world's clock, which starts anew with each
//! test of a virtual rig, and one event; `"on"` between them is the rig, when there are several,
//! whose entries then stand between each other, each rig's own in their order. Events are
//! facts; they never say how they should be shown. Bytes are written as text in which each
//! character up to U+00FF is one byte: readable for AT traffic, and nothing is lost.

mod bytes;
mod event;
mod figure;
mod read;
mod write;

pub use bytes::{Wire, readable};
pub use event::{
    Cue, Entry, Event, Flaky, Header, Met, Plan, Rig, StepAt, TestAt, Unclaimed, Waits,
};
pub use figure::{Figure, Grade};
pub use read::{Unreadable, read};
pub use write::{Course, Journal, Listener, MAX_JOURNAL_BYTES, Mourner};

/// Changes when a reader of the old version would misunderstand the new one.
pub const VERSION: u32 = 1;
