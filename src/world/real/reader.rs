//! The thread that reads a port while nobody waits for it, and follows a port that vanishes.

use std::io;
use std::thread::{self, JoinHandle};

use crate::world::real::arrivals::{CHUNK_BYTES, Hand, Intake, Unwanted};
use crate::world::real::follow::Follow;
use crate::world::real::line::Line;
use crate::world::real::port::{Ready, Stop, Stopped};

/// A running reader; dropping it ends the thread and lets go of the port.
pub(super) struct Reader {
    stop: Option<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Reads `line` and those that follow it into `intake`, until it is dropped or the port does
    /// not come back. The thread has the name of its port, as `top -H` and a panic report show it.
    pub(super) fn start(
        line: Line,
        follow: Follow,
        stop: Stop,
        intake: Intake,
    ) -> io::Result<Reader> {
        let thread = thread::Builder::new().name(follow.name().replace('\0', ""));
        let thread = thread.spawn(move || run(line, follow, &intake))?;
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

fn run(first: Line, mut follow: Follow, intake: &Intake) {
    let mut next = Some(first);
    while let Some(line) = next {
        let Ended::Gone(why) = read(&line, follow.stopped(), intake) else { return };
        drop(line);
        next = follow.again(&why, intake);
    }
}

/// How the reading of a line ended.
enum Ended {
    /// Nobody wants more.
    Unwanted,
    Gone(io::Error),
}

impl From<Unwanted> for Ended {
    fn from(_: Unwanted) -> Ended {
        Ended::Unwanted
    }
}

fn read(line: &Line, stopped: &Stopped, intake: &Intake) -> Ended {
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let more = match line.ready(stopped) {
            Ok(Ready::Stopped) => return Ended::Unwanted,
            Ok(Ready::Nothing) => Ok(()),
            Ok(Ready::Bytes) => read_once(line, &mut buffer, intake.hand()),
            Err(error) => Err(Ended::Gone(error)),
        };
        if let Err(ended) = more {
            return ended;
        }
    }
}

/// The stamp is taken after the read: no byte may be stamped before it was there.
fn read_once(line: &Line, buffer: &mut [u8], hand: Hand<'_>) -> Result<(), Ended> {
    match line.read(buffer) {
        Ok(0) => Err(Ended::Gone(io::Error::other("it was closed at the other end"))),
        Ok(length) => Ok(hand.bytes(&buffer[..length])?),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        Err(error) => Err(Ended::Gone(error)),
    }
}
