//! A port where there is no `poll` (Windows): read with short time-outs.
//!
//! A read that waits blocks a write there, since both share one synchronous handle (serialport-rs
//! issue 55). So the reader must let go often, and a quiet port wakes it that often.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serialport::FlowControl;

use crate::rig::{DeviceSettings, Flow, LinePolicy};
use crate::world::real::refusal::Refusal;

/// How long a read waits, and so how long it can hold up a write or the end of the reader.
const READ: Duration = Duration::from_millis(20);

/// What one read of [`Port::ready`] takes at most.
const CHUNK_BYTES: usize = 4096;

/// An open port. Dropping it gives the device free.
pub(super) struct Port {
    reading: Mutex<Reading>,
    writing: Mutex<Box<dyn Stream>>,
    connection: Option<TcpStream>,
}

trait Stream: Read + Write + Send {}

impl<S: Read + Write + Send> Stream for S {}

struct Reading {
    stream: Box<dyn Stream>,
    /// Read while waiting, to be taken by [`Port::read`].
    waiting: Vec<u8>,
    closed: bool,
}

/// What was heard of a port.
pub(super) enum Sound {
    /// Nobody but the reader can wait for a port here.
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
        let flow = match settings.flow {
            Flow::None => FlowControl::None,
            Flow::Hardware => FlowControl::Hardware,
            Flow::Software => FlowControl::Software,
        };
        let builder = serialport::new(path, settings.baud).flow_control(flow).timeout(READ);
        let builder = match settings.dtr {
            LinePolicy::On => builder.dtr_on_open(true),
            LinePolicy::Off => builder.dtr_on_open(false),
            LinePolicy::Keep => builder.preserve_dtr_on_open(),
        };
        let mut port = builder.open().map_err(|error| Refusal::from_crate(&error))?;
        let _ = match settings.rts {
            LinePolicy::On => port.write_request_to_send(true),
            LinePolicy::Off => port.write_request_to_send(false),
            LinePolicy::Keep => Ok(()),
        };
        let other = port.try_clone().map_err(|error| Refusal::from_crate(&error))?;
        Ok(Port::of(Box::new(other), Box::new(port), None))
    }

    pub(super) fn tcp(stream: TcpStream) -> io::Result<Port> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(READ))?;
        stream.set_write_timeout(Some(READ))?;
        let (reading, connection) = (stream.try_clone()?, stream.try_clone()?);
        Ok(Port::of(Box::new(reading), Box::new(stream), Some(connection)))
    }

    fn of(
        reading: Box<dyn Stream>,
        writing: Box<dyn Stream>,
        connection: Option<TcpStream>,
    ) -> Port {
        let reading = Reading { stream: reading, waiting: Vec::new(), closed: false };
        Port { reading: Mutex::new(reading), writing: Mutex::new(writing), connection }
    }

    /// Hands over as many bytes as there is room for, which can be nothing.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        match writing.write(bytes) {
            Err(error) if is_for_later(&error) => Ok(0),
            other => other,
        }
    }

    /// A write has waited already.
    #[expect(clippy::unused_self, reason = "the same on each system")]
    pub(super) fn wait_for_room(&self) {}

    /// Waits for a short time until there is something to read.
    pub(super) fn ready(&self, stopped: &Stopped, _limit: Option<Duration>) -> io::Result<Ready> {
        if stopped.within(Duration::ZERO) {
            return Ok(Ready::Stopped);
        }
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let mut buffer = [0; CHUNK_BYTES];
        match reading.stream.read(&mut buffer) {
            Ok(length) => {
                reading.closed = length == 0;
                reading.waiting.extend(&buffer[..length]);
                Ok(Ready::Bytes)
            }
            Err(error) if is_for_later(&error) => Ok(Ready::Nothing),
            Err(error) => Err(error),
        }
    }

    #[expect(clippy::unused_self, reason = "the same on each system")]
    pub(super) fn listen(&self, _bell: &Bell, _limit: Duration) -> Sound {
        Sound::Unclear
    }

    /// Takes what is there; `WouldBlock` when that is nothing, zero when the port was hung up.
    pub(super) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if reading.waiting.is_empty() && !reading.closed {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = reading.waiting.len().min(buffer.len());
        buffer[..length].copy_from_slice(&reading.waiting[..length]);
        reading.waiting.drain(..length);
        Ok(length)
    }

    /// Ends a connection, so that its reader notices; a device ends by itself.
    pub(super) fn hang_up(&self) {
        if let Some(connection) = &self.connection {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// A way to wake one who listens to a port, which nobody does here.
#[expect(clippy::unnecessary_wraps, reason = "the same on each system")]
pub(super) fn bell() -> io::Result<(Ringer, Bell)> {
    Ok((Ringer, Bell))
}

pub(super) struct Ringer;

impl Ringer {
    #[expect(clippy::unused_self, reason = "the same on each system")]
    pub(super) fn ring(&self) {}
}

pub(super) struct Bell;

/// A way to end a reader, and how the reader learns of it.
pub(super) fn stop() -> io::Result<(Stop, Stopped)> {
    let (stop, stopped) = channel();
    Ok((Stop { _sender: stop }, Stopped { receiver: stopped }))
}

/// Dropping it stops who holds the [`Stopped`], within [`READ`].
pub(super) struct Stop {
    _sender: Sender<()>,
}

/// Tells when to stop.
pub(super) struct Stopped {
    receiver: Receiver<()>,
}

impl Stopped {
    /// Sleeps for so long, unless it is told to stop before.
    pub(super) fn within(&self, limit: Duration) -> bool {
        self.receiver.recv_timeout(limit) == Err(RecvTimeoutError::Disconnected)
    }
}
