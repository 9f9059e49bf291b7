//! A terminal of a certain size, in memory, on which the real binary runs.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// What is awaited comes in seconds; beyond this nothing comes any more.
const HANGS_AFTER_S: i64 = 60;

pub(crate) struct Terminal {
    master: File,
    child: Child,
    screen: vt100::Parser,
}

impl Terminal {
    /// Starts a command whose standard error, and output, is a terminal of this size.
    pub(crate) fn start(command: Command, lines: u16, columns: u16) -> Terminal {
        Terminal::after(b"", command, (lines, columns))
    }

    /// The same with keys that were typed before.
    pub(crate) fn after(
        keys: &[u8],
        mut command: Command,
        (lines, columns): (u16, u16),
    ) -> Terminal {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let size = Winsize { ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let name = name.to_str().expect("a plain one");
        let open = || OpenOptions::new().read(true).write(true).open(name).expect("a terminal");
        let slave = open();
        tcsetwinsize(&slave, size).expect("it has a size");
        let mut master = File::from(master);
        master.write_all(keys).expect("a terminal takes keys");
        command.env("TERM", "xterm").stdout(open()).stderr(open());
        let child = command.spawn().expect("our own program");
        drop(command);
        let count = |of: u16| NonZeroU16::new(of).expect("a terminal has some");
        let screen = vt100::Parser::new(count(lines), count(columns), 1_000);
        Terminal { master, child, screen }
    }

    /// What a person sees now, line by line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let columns = self.screen.screen().size().1;
        self.screen.screen().rows(0, columns.get()).map(|line| line.trim_end().to_owned()).collect()
    }

    /// Reads until what a person sees is so; returns it.
    pub(crate) fn until(&mut self, is_so: impl Fn(&[String]) -> bool) -> Vec<String> {
        loop {
            let lines = self.lines();
            if is_so(&lines) {
                return lines;
            }
            assert!(self.read(), "that was never seen; what is: {lines:#?}");
        }
    }

    /// What a person types.
    pub(crate) fn type_in(&mut self, keys: &[u8]) {
        self.master.write_all(keys).expect("a terminal takes keys");
    }

    /// Reads what comes next; false when nothing comes any more.
    fn read(&mut self) -> bool {
        let timeout = Timespec { tv_sec: HANGS_AFTER_S, tv_nsec: 0 };
        let mut fds = [PollFd::new(&self.master, PollFlags::IN)];
        if poll(&mut fds, Some(&timeout)).expect("a poll") == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        match self.master.read(&mut bytes) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.screen.process(&bytes[..count]);
                true
            }
        }
    }

    /// Reads to the end; returns the exit code and what is on the screen then.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        while self.read() {}
        let code = self.child.wait().expect("it has ended").code();
        (code, self.lines())
    }

    /// Whether it runs still, a moment later.
    pub(crate) fn runs(&mut self) -> bool {
        std::thread::park_timeout(Duration::from_millis(10));
        self.child.try_wait().expect("it is our child").is_none()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
