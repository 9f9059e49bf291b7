//! A serial port on Unix: opened exclusively, written with a limit, read by another thread.
//!
//! The device is opened by two descriptors. The serialport crate's sets speed, flow control and
//! control lines and holds both locks (`TIOCEXCL` and `flock`); ours does the reading and writing,
//! because waiting on several descriptors and a write that cannot hang need one that is
//! non-blocking, which the crate's is not. Both are opened before any setting is made, so the
//! device sees one opening.

use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::isatty;
use serialport::{FlowControl, SerialPort, TTYPort};

use crate::moment::Moment;
use crate::rig::{DeviceSettings, Flow, LinePolicy};
use crate::world::real::Clock;
use crate::world::real::refusal::Refusal;

/// How long a write may make no progress before flow control counts as stuck. A module that is
/// busy with its flash holds the line for less [guess]; a person waits no longer than this.
const STUCK: Duration = Duration::from_secs(5);

/// How long to wait for room before trying anyway: Linux moves bytes on inside of a PTY without
/// waking its writer.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// An open port, for writing. Dropping it gives the device free.
pub(super) struct Port {
    file: Arc<File>,
    /// Holds the locks.
    _lock: TTYPort,
}

impl Port {
    pub(super) fn open(path: &str, settings: &DeviceSettings) -> Result<Port, Refusal> {
        let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
            .map_err(|error| refusal(&error))?;
        if !isatty(&file) {
            return Err(Refusal::NotSerial);
        }
        let lock = lock(path, settings)?;
        Ok(Port { file: Arc::new(file), _lock: lock })
    }

    /// What reads this port, and what stops that.
    pub(super) fn input(&self) -> io::Result<(Input, Stop)> {
        let (stopped, stop) = io::pipe()?;
        Ok((Input { file: Arc::clone(&self.file), stopped }, Stop { _pipe: stop }))
    }

    /// Hands all bytes to the driver. The moment is that before the last of them left our hands,
    /// so that no answer can be stamped earlier.
    pub(super) fn write(&mut self, bytes: &[u8], clock: Clock) -> io::Result<Moment> {
        let mut rest = bytes;
        let mut at = clock.now();
        let mut stuck = at + clock.told(STUCK);
        while !rest.is_empty() {
            at = clock.now();
            match (&*self.file).write(rest) {
                Ok(length) if length > 0 => {
                    rest = &rest[length..];
                    stuck = at + clock.told(STUCK);
                    continue;
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if at >= stuck {
                return Err(io::ErrorKind::TimedOut.into());
            }
            wait_for(&mut [PollFd::new(&self.file, PollFlags::OUT)], Some(TRY_AGAIN))?;
        }
        Ok(at)
    }
}

/// Dropping it makes [`Input::ready`] say `Stopped` at once.
pub(super) struct Stop {
    _pipe: PipeWriter,
}

/// What the reader thread has of a port.
pub(super) struct Input {
    file: Arc<File>,
    stopped: PipeReader,
}

/// What there is to do for a reader.
pub(super) enum Ready {
    Bytes,
    Nothing,
    Stopped,
}

impl Input {
    /// Sleeps until there is something to read, without any limit: a quiet port wakes nobody.
    pub(super) fn ready(&mut self) -> io::Result<Ready> {
        let mut fds = [
            PollFd::from_borrowed_fd(self.stopped.as_fd(), PollFlags::IN),
            PollFd::new(&self.file, PollFlags::IN),
        ];
        wait_for(&mut fds, None)?;
        if !fds[0].revents().is_empty() {
            return Ok(Ready::Stopped);
        }
        // A hang-up is read, too: the bytes before it first, then the error.
        Ok(if fds[1].revents().is_empty() { Ready::Nothing } else { Ready::Bytes })
    }

    /// Takes what is there; `WouldBlock` when that is nothing, zero when the port was hung up.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.file).read(buffer)
    }
}

/// Sleeps until one of `fds` has something or the time is over. A signal ends it early.
pub(super) fn wait_for(fds: &mut [PollFd<'_>], limit: Option<Duration>) -> io::Result<()> {
    let limit = limit.map(|limit| Timespec {
        tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: limit.subsec_nanos().into(),
    });
    match poll(fds, limit.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Opens by the serialport crate: settings, control lines and both locks.
fn lock(path: &str, settings: &DeviceSettings) -> Result<TTYPort, Refusal> {
    let flow = match settings.flow {
        Flow::None => FlowControl::None,
        Flow::Hardware => FlowControl::Hardware,
        Flow::Software => FlowControl::Software,
    };
    let builder = serialport::new(path, settings.baud).flow_control(flow);
    let builder = match settings.dtr {
        LinePolicy::On => builder.dtr_on_open(true),
        LinePolicy::Off => builder.dtr_on_open(false),
        LinePolicy::Keep => builder.preserve_dtr_on_open(),
    };
    let mut port = TTYPort::open(&builder).map_err(|error| Refusal::from_crate(&error))?;
    // Like the crate for DTR: a port without control lines (a PTY) is no fault.
    let _ = match settings.rts {
        LinePolicy::On => port.write_request_to_send(true),
        LinePolicy::Off => port.write_request_to_send(false),
        LinePolicy::Keep => Ok(()),
    };
    Ok(port)
}

fn refusal(error: &io::Error) -> Refusal {
    use rustix::io::Errno;
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOENT | Errno::NOTDIR) => Refusal::Missing,
        Some(Errno::ACCESS | Errno::PERM) => Refusal::Denied,
        Some(Errno::BUSY) => Refusal::Busy,
        Some(Errno::ISDIR) => Refusal::NotSerial,
        _ => Refusal::Other(error.to_string()),
    }
}
