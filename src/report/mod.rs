//! Reports: functions of a tally, that is, of a journal.

mod columns;
pub mod comparison;
pub mod console;
mod cuts;
pub mod dialogue;
mod escape;
mod fold;
pub mod github;
pub mod history;
pub mod html;
pub mod junit;
pub mod lacks;
pub mod live;
pub mod plot;
pub mod proof;
pub mod proof_table;
pub mod replay;
mod rigs;
mod sweep;
pub mod trend;
