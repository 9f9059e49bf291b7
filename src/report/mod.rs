//! Reports: functions of a tally, that is, of a journal.

pub mod console;
mod cuts;
pub mod dialogue;
mod fold;
pub mod junit;
pub mod live;
pub mod proof;
pub mod proof_table;
mod rigs;
mod sweep;
pub mod trend;
