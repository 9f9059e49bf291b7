//! Where there are no process groups (Windows): plugins cannot be started there yet.

use std::io;
use std::process::{Child, Command};

use crate::plugin::Terminal;

#[derive(Clone, Copy)]
pub(super) struct Kin;

/// How strongly an end is asked for.
#[derive(Clone, Copy)]
pub(super) enum Push {
    Ask,
    Force,
}

/// Refuses: what a plugin leaves behind could not be ended.
pub(super) fn spawn(_command: &mut Command, _terminal: Terminal) -> io::Result<Child> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "plugins need process groups, as on Unix"))
}

impl Kin {
    pub(super) fn of(_pid: u32, _terminal: Terminal) -> Option<Kin> {
        None
    }

    pub(super) fn await_end(self) {}

    pub(super) fn is_left(self) -> bool {
        false
    }

    pub(super) fn end(self, push: Push) {
        match push {
            Push::Ask | Push::Force => {}
        }
    }
}
