//! A serial port where there is no `poll` (Windows): read with short time-outs.
//!
//! A read that waits blocks a write there, since both share one synchronous handle (serialport-rs
//! issue 55). So the reader must let go often, and a quiet port wakes it that often.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serialport::{FlowControl, SerialPort};

use crate::moment::Moment;
use crate::rig::{DeviceSettings, Flow, LinePolicy};
use crate::world::real::Clock;
use crate::world::real::refusal::Refusal;

/// How long a read waits, and so how long it can hold up a write or the end of the reader.
const READ: Duration = Duration::from_millis(20);

/// How long a write may make no progress before flow control counts as stuck.
const STUCK: Duration = Duration::from_secs(5);

/// An open port, for writing. Dropping it gives the device free.
pub(super) struct Port {
    port: Box<dyn SerialPort>,
}

impl Port {
    pub(super) fn open(path: &str, settings: &DeviceSettings) -> Result<Port, Refusal> {
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
        Ok(Port { port })
    }

    /// What reads this port, and what stops that.
    pub(super) fn input(&self) -> io::Result<(Input, Stop)> {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Stop { stopped: Arc::clone(&stopped) };
        Ok((Input { port: self.port.try_clone()?, stopped, waiting: VecDeque::new() }, stop))
    }

    /// Hands all bytes to the driver. The moment is that before the last of them left our hands,
    /// so that no answer can be stamped earlier.
    pub(super) fn write(&mut self, bytes: &[u8], clock: Clock) -> io::Result<Moment> {
        let mut rest = bytes;
        let mut at = clock.now();
        let mut stuck = at + clock.told(STUCK);
        while !rest.is_empty() {
            at = clock.now();
            match self.port.write(rest) {
                Ok(length) if length > 0 => {
                    rest = &rest[length..];
                    stuck = at + clock.told(STUCK);
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                Err(error) => return Err(error),
            }
            if !rest.is_empty() && at >= stuck {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
        Ok(at)
    }
}

/// Dropping it makes [`Input::ready`] say `Stopped` within [`READ`].
pub(super) struct Stop {
    stopped: Arc<AtomicBool>,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
    }
}

/// What the reader thread has of a port.
pub(super) struct Input {
    port: Box<dyn SerialPort>,
    stopped: Arc<AtomicBool>,
    /// Read while waiting, to be taken by [`Input::read`].
    waiting: VecDeque<u8>,
}

/// What there is to do for a reader.
pub(super) enum Ready {
    Bytes,
    Nothing,
    Stopped,
}

impl Input {
    /// Waits for a short time until there is something to read.
    pub(super) fn ready(&mut self) -> io::Result<Ready> {
        if self.stopped.load(Ordering::SeqCst) {
            return Ok(Ready::Stopped);
        }
        let mut buffer = [0; 4096];
        match self.port.read(&mut buffer) {
            Ok(length) => {
                self.waiting.extend(&buffer[..length]);
                Ok(Ready::Bytes)
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(Ready::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Takes what came; zero when the port was hung up.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.waiting.read(buffer)
    }
}
