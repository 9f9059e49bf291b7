//! A port on Unix, be it serial or a TCP connection: written with a limit, read by another thread.
//!
//! A serial device is opened by two descriptors. The serialport crate's sets speed, flow control
//! and control lines and holds both locks (`TIOCEXCL` and `flock`); ours does the reading and
//! writing, because waiting on several descriptors and a write that cannot hang need one that is
//! non-blocking, which the crate's is not. Both are opened before any setting is made, so the
//! device sees one opening.
//!
//! A serial port is left without HUPCL, whatever the policy for DTR: the system drops DTR at the
//! last closing otherwise, and a module that was told `AT&D2` or `AT+KSLEEP=0` hangs up or falls
//! asleep between two runs. The other settings stay as well; the next program makes its own.

use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::ioctl_fionbio;
use rustix::net::{Shutdown, shutdown, sockopt};
use rustix::termios::{ControlModes, OptionalActions, isatty, tcgetattr, tcsetattr};
use serialport::{FlowControl, SerialPort, TTYPort};

use crate::rig::{DeviceSettings, Flow, LinePolicy};
use crate::world::real::refusal::Refusal;

/// How long to wait for room before trying anyway: Linux moves bytes on inside of a PTY without
/// waking its writer.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// How long what was sent may stay without room at the other system, or its acknowledgement: less
/// than the 6 s that a module has for its answer, so that a network that is cut is not taken for a
/// mute module.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED_MS: u32 = 5_000;

// A connection on which nobody speaks is asked for a sign of life, and is given up like one with
// unacknowledged bytes: after 5 s without any sign, three probes lost. Linux goes by the limit
// above from the first probe on, whatever the count (tcp_keepalive_timer in net/ipv4/tcp_timer.c),
// so a probe that comes only after that limit could not be lost even once.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(2);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(1);
const KEEPALIVE_COUNT: u32 = 3;

/// An open port. Dropping it gives the device free.
pub(super) struct Port {
    file: File,
    /// Holds the locks of a serial port; a TCP connection has none.
    lock: Option<TTYPort>,
}

/// What was heard of a port.
pub(super) enum Sound {
    Bytes,
    /// The bell rang, or the time is over.
    Nothing,
    /// It ends, as its reader will find out.
    Unclear,
}

/// What there is to do for a reader.
pub(super) enum Ready {
    Bytes,
    Nothing,
    Stopped,
}

impl Port {
    pub(super) fn serial(path: &str, settings: &DeviceSettings) -> Result<Port, Refusal> {
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
        keep_lines_at_close(&file).map_err(|error| Refusal::Other(error.to_string()))?;
        Ok(Port { file, lock: Some(lock) })
    }

    pub(super) fn tcp(stream: TcpStream) -> io::Result<Port> {
        stream.set_nonblocking(true)?;
        // A command is short and must not wait for more.
        stream.set_nodelay(true)?;
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, KEEPALIVE_IDLE)?;
        sockopt::set_tcp_keepintvl(&stream, KEEPALIVE_INTERVAL)?;
        sockopt::set_tcp_keepcnt(&stream, KEEPALIVE_COUNT)?;
        #[cfg(target_os = "linux")]
        sockopt::set_tcp_user_timeout(&stream, UNACKNOWLEDGED_MS)?;
        Ok(Port { file: File::from(OwnedFd::from(stream)), lock: None })
    }

    /// Hands over as many bytes as there is room for, which can be nothing.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match (&self.file).write(bytes) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
                ) =>
            {
                Ok(0)
            }
            other => other,
        }
    }

    /// Sleeps until there seems to be room. What is wrong shows at the next write.
    pub(super) fn wait_for_room(&self) {
        let _ = wait_for(&mut [PollFd::new(&self.file, PollFlags::OUT)], Some(TRY_AGAIN));
    }

    /// Sleeps until there is something to read; without a limit a quiet port wakes nobody.
    pub(super) fn ready(&self, stopped: &Stopped, limit: Option<Duration>) -> io::Result<Ready> {
        let mut fds = [
            PollFd::from_borrowed_fd(stopped.pipe.as_fd(), PollFlags::IN),
            PollFd::new(&self.file, PollFlags::IN),
        ];
        wait_for(&mut fds, limit)?;
        if !fds[0].revents().is_empty() {
            return Ok(Ready::Stopped);
        }
        // A hang-up is read, too: the bytes before it first, then the error.
        Ok(if fds[1].revents().is_empty() { Ready::Nothing } else { Ready::Bytes })
    }

    /// Sleeps until there is something to read, somebody rings or the time is over.
    pub(super) fn listen(&self, bell: &Bell, limit: Duration) -> Sound {
        let mut fds = [
            PollFd::new(&self.file, PollFlags::IN),
            PollFd::from_borrowed_fd(bell.pipe.as_fd(), PollFlags::IN),
        ];
        if wait_for(&mut fds, Some(limit)).is_err() {
            return Sound::Unclear;
        }
        if !fds[1].revents().is_empty() {
            bell.quiet();
        }
        match fds[0].revents() {
            PollFlags::IN => Sound::Bytes,
            heard if heard.is_empty() => Sound::Nothing,
            _ => Sound::Unclear,
        }
    }

    /// Takes what is there; `WouldBlock` when that is nothing, zero when the port was hung up.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&self.file).read(buffer)
    }

    /// Ends a connection, so that its reader notices; a device ends by itself.
    pub(super) fn hang_up(&self) {
        if self.lock.is_none() {
            let _ = shutdown(&self.file, Shutdown::Both);
        }
    }
}

/// A way to wake one who listens to a port, and how that one learns of it.
pub(super) fn bell() -> io::Result<(Ringer, Bell)> {
    let (bell, ringer) = io::pipe()?;
    ioctl_fionbio(&bell, true)?;
    ioctl_fionbio(&ringer, true)?;
    Ok((Ringer { pipe: ringer }, Bell { pipe: bell }))
}

pub(super) struct Ringer {
    pipe: PipeWriter,
}

impl Ringer {
    /// A pipe without room has been rung already.
    pub(super) fn ring(&self) {
        let _ = (&self.pipe).write(&[0]);
    }
}

pub(super) struct Bell {
    pipe: PipeReader,
}

impl Bell {
    fn quiet(&self) {
        let _ = (&self.pipe).read(&mut [0; 64]);
    }
}

/// A way to end a reader, and how the reader learns of it.
pub(super) fn stop() -> io::Result<(Stop, Stopped)> {
    let (stopped, stop) = io::pipe()?;
    Ok((Stop { _pipe: stop }, Stopped { pipe: stopped }))
}

/// Dropping it stops who holds the [`Stopped`], at once.
pub(super) struct Stop {
    _pipe: PipeWriter,
}

/// Tells when to stop.
pub(super) struct Stopped {
    pipe: PipeReader,
}

impl Stopped {
    /// Sleeps for so long, unless it is told to stop before.
    pub(super) fn within(&self, limit: Duration) -> bool {
        let mut fds = [PollFd::new(&self.pipe, PollFlags::IN)];
        // Without `poll` nothing could be waited for at all.
        wait_for(&mut fds, Some(limit)).is_err() || !fds[0].revents().is_empty()
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

fn keep_lines_at_close(file: &File) -> io::Result<()> {
    let mut settings = tcgetattr(file)?;
    settings.control_modes.remove(ControlModes::HUPCL);
    tcsetattr(file, OptionalActions::Now, &settings)?;
    Ok(())
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
