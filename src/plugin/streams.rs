//! Threads between a process and its host: what it is told, what it says, how it ends.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::plugin::words::Words;

/// What happens to a process.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// Bytes of its stdout.
    Said(Vec<u8>),
    /// Its stdout has ended.
    SaidAll,
    /// Its stderr has ended.
    LoggedAll,
    /// The process has ended; what it has said may still be on its way.
    Ended,
    /// The alarm of this number.
    Alarm(u64),
}

/// Events that wait to be looked at: with pieces of 64 KiB this bounds the memory of a flood.
pub(super) const MAX_EVENTS: usize = 16;

/// How much is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Writes what comes, until nobody sends any more; then the process's stdin is closed. A process
/// that reads nothing so holds up this thread, and not the host.
pub(super) fn tell(
    mut stdin: impl Write + Send + 'static,
    lines: Receiver<Vec<u8>>,
) -> io::Result<()> {
    start("plugin-stdin", move || {
        for line in lines {
            // A process that is gone, or reads no more, shows that by its silence.
            if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
                return;
            }
        }
    })
}

/// Hands on what the process says.
pub(super) fn listen(
    mut stdout: impl Read + Send + 'static,
    events: SyncSender<Event>,
) -> io::Result<()> {
    start("plugin-stdout", move || {
        let mut piece = vec![0; PIECE_BYTES];
        while let Some(count) = next(&mut stdout, &mut piece) {
            if events.send(Event::Said(piece[..count].to_vec())).is_err() {
                return;
            }
        }
        let _ = events.send(Event::SaidAll);
    })
}

/// Keeps the end of the process's log, and throws the rest away.
pub(super) fn keep_words(
    mut stderr: impl Read + Send + 'static,
    words: Arc<Mutex<Words>>,
    events: SyncSender<Event>,
) -> io::Result<()> {
    start("plugin-stderr", move || {
        let mut piece = vec![0; PIECE_BYTES];
        while let Some(count) = next(&mut stderr, &mut piece) {
            words.lock().unwrap_or_else(PoisonError::into_inner).hear(&piece[..count]);
        }
        let _ = events.send(Event::LoggedAll);
    })
}

/// The next bytes; none at the end, or when the pipe is broken.
fn next(stream: &mut impl Read, piece: &mut [u8]) -> Option<usize> {
    loop {
        match stream.read(piece) {
            Ok(0) => return None,
            Ok(count) => return Some(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// Starts a thread that nobody waits for: a pipe that a grandchild holds open may keep it for ever.
pub(super) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}
