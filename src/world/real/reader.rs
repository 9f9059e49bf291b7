//! The thread that reads a port and stamps bytes when they arrive.

use std::io;
use std::thread::{self, JoinHandle};

use crate::world::real::arrivals::{Hand, Intake, Unwanted};
use crate::world::real::port::{Input, Ready, Stop};

/// The most that one stamp covers. A PTY or a USB port gives at most 4 KB at a time; the rest is
/// room for drivers that give more.
const CHUNK_BYTES: usize = 65_536;

/// A running reader; dropping it ends the thread and lets go of the port.
pub(super) struct Reader {
    stop: Option<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Reads `input` into `intake` until it is dropped or the port is gone. The thread has the
    /// name of its port, as `top -H` and a panic report show it.
    pub(super) fn start(
        port: &str,
        input: Input,
        stop: Stop,
        intake: Intake,
    ) -> io::Result<Reader> {
        let thread = thread::Builder::new().name(port.replace('\0', ""));
        let thread = thread.spawn(move || read(input, &intake))?;
        Ok(Reader { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn read(mut input: Input, intake: &Intake) {
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let wanted = match input.ready() {
            Ok(Ready::Stopped) => return,
            Ok(Ready::Nothing) => Ok(()),
            Ok(Ready::Bytes) => read_once(&mut input, &mut buffer, &intake.hand()),
            Err(error) => Err(intake.hand().gone(&error)),
        };
        if wanted.is_err() {
            return;
        }
    }
}

/// The stamp is taken after the read: no byte may be stamped before it was there.
fn read_once(input: &mut Input, buffer: &mut [u8], hand: &Hand<'_>) -> Result<(), Unwanted> {
    match input.read(buffer) {
        Ok(0) => Err(hand.gone(&io::Error::other("it was closed at the other end"))),
        Ok(length) => hand.bytes(&buffer[..length]),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        Err(error) => Err(hand.gone(&error)),
    }
}
