//! The history of runs: what each came to, kept in one file that many processes share.
//!
//! A history is a convenience and no result: the journal is the source of everything, and a run
//! whose history cannot be written has its verdict all the same.

mod courses;
mod durations;
mod file;
mod journals;
mod phases;
mod read;
mod record;
mod retain;
mod tables;
mod trend;
mod unusable;
mod which;
mod write;

use rusqlite::Connection;

pub use courses::{Course, Courses, Mark, Unrest};
pub use durations::Durations;
pub use file::{Kept, MAX_WAIT, MAX_WAIT_AT_BEGINNING};
pub use phases::Phases;
pub use record::{Bench, Counts, Done, Head, Planned, Record, Sample, State};
pub use retain::{MAX_BYTES, USUAL_RUNS};
pub use trend::{Line, Measured};
pub use unusable::Unusable;
pub use which::Which;
pub use write::Added;

/// A history that is open.
pub struct History {
    connection: Connection,
}
