//! A process with its children on Unix: one group, watched without a poll, ended together.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, test_kill_process_group,
    waitid,
};

use crate::plugin::Terminal;

/// A started process, until it is reaped: its number cannot become another's before that.
#[derive(Clone, Copy)]
pub(super) struct Kin {
    leader: Pid,
    terminal: Terminal,
}

/// How strongly an end is asked for.
#[derive(Clone, Copy)]
pub(super) enum Push {
    /// SIGTERM: it can still tidy up.
    Ask,
    /// SIGKILL.
    Force,
}

/// Starts a command in a process group of its own, so that Ctrl-C does not reach it and its
/// children end with it. Who talks to the person at the terminal must stay in the terminal's.
pub(super) fn spawn(command: &mut Command, terminal: Terminal) -> io::Result<Child> {
    match terminal {
        Terminal::Unused => command.process_group(0).spawn(),
        Terminal::Used => command.spawn(),
    }
}

impl Kin {
    pub(super) fn of(pid: u32, terminal: Terminal) -> Option<Kin> {
        let leader = i32::try_from(pid).ok().and_then(Pid::from_raw)?;
        Some(Kin { leader, terminal })
    }

    /// Waits until the process has ended, and leaves it for who reaps it.
    pub(super) fn await_end(self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(Errno::INTR) = waitid(WaitId::Pid(self.leader), options) {}
    }

    /// Whether processes of the group are left, once the first is reaped.
    pub(super) fn is_left(self) -> bool {
        self.terminal == Terminal::Unused && test_kill_process_group(self.leader).is_ok()
    }

    /// Ends the process and its group. Whoever is gone already is no trouble.
    pub(super) fn end(self, push: Push) {
        let signal = match push {
            Push::Ask => Signal::TERM,
            Push::Force => Signal::KILL,
        };
        let _ = match self.terminal {
            Terminal::Unused => kill_process_group(self.leader, signal),
            Terminal::Used => kill_process(self.leader, signal),
        };
    }
}
