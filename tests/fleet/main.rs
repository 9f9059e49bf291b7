//! Many rigs in one run of the real binary, with retries, quarantine and shared instruments.

#![cfg(unix)]

#[path = "../support/program.rs"]
mod program;

mod attempts;
mod bench;
mod locks;
mod sharing;
mod side_by_side;
mod wrong;
