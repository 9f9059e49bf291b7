//! A terminal with a person at it: a PTY on which the real binary runs.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::program::fotarig;

/// What is awaited comes in seconds; beyond this nothing comes any more.
const HANGS_AFTER_S: i64 = 60;

pub(crate) struct Terminal {
    master: File,
    child: Child,
    /// All that was shown and not yet awaited.
    shown: String,
}

impl Terminal {
    /// `fotarig console` on the built-in virtual module, with a state folder of its own.
    pub(crate) fn start(folder: &Path) -> Terminal {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let open = || OpenOptions::new().read(true).write(true).open(name.to_str().unwrap());
        let mut console = fotarig(folder);
        console.arg("console").env("TERM", "xterm").env("XDG_STATE_HOME", folder.join("state"));
        console.stdin(open().unwrap()).stdout(open().unwrap()).stderr(open().unwrap());
        let child = console.spawn().unwrap();
        drop(console);
        Terminal { master: File::from(master), child, shown: String::new() }
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this is shown, and forgets all up to there.
    pub(crate) fn await_text(&mut self, text: &str) {
        loop {
            if let Some(at) = self.shown.find(text) {
                self.shown.drain(..at + text.len());
                return;
            }
            assert!(self.read(), "`{text}` was not shown behind: {:?}", self.shown);
        }
    }

    /// Reads what is shown next; false when nothing comes any more.
    fn read(&mut self) -> bool {
        let timeout = Timespec { tv_sec: HANGS_AFTER_S, tv_nsec: 0 };
        let mut fds = [PollFd::new(&self.master, PollFlags::IN)];
        if poll(&mut fds, Some(&timeout)).unwrap() == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        match self.master.read(&mut bytes) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.shown += &String::from_utf8_lossy(&bytes[..count]);
                true
            }
        }
    }

    /// Waits for the end; returns the exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        while self.read() {}
        self.child.wait().unwrap().code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
