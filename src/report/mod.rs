//! Reports: functions of a tally, that is, of a journal.

mod columns;
pub mod console;
mod cuts;
pub mod dialogue;
mod fold;
pub mod history;
pub mod html;
pub mod junit;
pub mod live;
pub mod plot;
pub mod proof;
pub mod proof_table;
pub mod replay;
mod rigs;
mod sweep;
pub mod trend;
