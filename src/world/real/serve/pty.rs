//! A PTY as the far end of a serial cable: clients come, speak and go.
//!
//! We hold the master and never keep the slave open: so a client that locks the slave is alone,
//! and the master tells when nobody is there (reading it is an I/O error, or zero on the BSDs).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};

pub(super) struct Pty {
    pub(super) master: File,
    /// The name that clients open.
    pub(super) slave: String,
}

/// What a look at the cable gives.
pub(super) enum PtyHeard {
    Bytes(usize),
    /// A client is there and silent.
    Silence,
    NoClient,
}

impl Pty {
    pub(super) fn open() -> io::Result<Pty> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        fcntl_setfd(&master, FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        fcntl_setfl(&master, fcntl_getfl(&master)? | OFlags::NONBLOCK)?;
        let slave = ptsname(&master, Vec::new())?;
        let slave = slave.into_string().map_err(io::Error::other)?;
        let pty = Pty { master: File::from(master), slave };
        pty.renew()?;
        Ok(pty)
    }

    /// Makes the slave as new: raw, and without bytes that the last client did not read. A master
    /// whose slave was never opened does not say that nobody is there; after this it does.
    pub(super) fn renew(&self) -> io::Result<()> {
        let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
        let slave = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags.bits().cast_signed())
            .open(&self.slave)?;
        let mut settings = tcgetattr(&slave)?;
        settings.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &settings)?;
        tcflush(&slave, QueueSelector::IFlush)?;
        Ok(())
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<PtyHeard> {
        match self.master.read(buffer) {
            Ok(0) => Ok(PtyHeard::NoClient),
            Ok(length) => Ok(PtyHeard::Bytes(length)),
            Err(error) => match Errno::from_io_error(&error) {
                Some(Errno::IO) => Ok(PtyHeard::NoClient),
                Some(Errno::AGAIN | Errno::INTR) => Ok(PtyHeard::Silence),
                _ => Err(error),
            },
        }
    }

    /// Writes as much as there is room for, which can be nothing.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.master.write(bytes) {
            Ok(length) => Ok(length),
            Err(error) => match Errno::from_io_error(&error) {
                Some(Errno::AGAIN | Errno::INTR | Errno::IO) => Ok(0),
                _ => Err(error),
            },
        }
    }
}
