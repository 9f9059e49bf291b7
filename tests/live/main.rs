//! Who follows a run: a person at a terminal, other programs by its journal; the slow among them.

#![cfg(unix)]

mod moving;
#[path = "../support/program.rs"]
mod program;
mod readers;
mod streams;
mod terminal;
