//! The history of runs: kept by many processes at once, whatever becomes of its file.

#[path = "../support/program.rs"]
mod program;

mod again;
mod changes;
mod damage;
mod scenarios;
mod together;
mod trend;
