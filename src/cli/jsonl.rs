//! The journal for other programs, as it grows: a thread copies its whole lines out of its file.
//!
//! The file is the queue. So nothing is lost and nothing is held in memory, however slow a reader
//! is, and no rig ever waits for one.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::cli::claim::Claim;
use crate::cli::formats::is_standard_output;
use crate::cli::outputs::{Taken, unwritable};
use crate::diagnostic::Diagnostic;
use crate::shelf::shown;

/// How soon a line is passed on after it was written; nobody sees a difference below this.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A reader that has taken nothing for so long after the end of the run is given up. One that
/// works through what it has read last takes less.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is read of the journal at once.
const CHUNK_BYTES: usize = 64 << 10;
/// What is handed to a reader at once: so much it must take to count as alive. No more than a pipe
/// takes as a whole (`PIPE_BUF`).
const PIECE_BYTES: usize = 4 << 10;

/// Tells the person who follows the run something, at once.
pub(crate) type Tell = Box<dyn Fn(&str) + Send>;

/// A place for the journal's lines, before the run.
pub(crate) struct Wanted {
    path: PathBuf,
    way: Way,
}

enum Way {
    StandardOutput,
    /// A pipe or a device, which may let nobody in before it has a reader.
    Stream,
    Kept(Claim),
}

/// Lines on their way to a reader.
pub(crate) struct Stream {
    path: PathBuf,
    shared: Arc<Shared>,
}

/// What the thread and the run tell each other.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The journal does not grow any more.
    is_over: bool,
    taken_bytes: u64,
    end: Option<io::Result<()>>,
}

impl Wanted {
    /// Makes sure that the lines can be written there.
    pub(crate) fn prepare(path: &Path, taken: &mut Taken) -> Result<Wanted, Diagnostic> {
        let way = if is_standard_output(path) {
            Way::StandardOutput
        } else if path.exists() && !path.is_file() && !path.is_dir() {
            Way::Stream
        } else {
            taken.refuse(path)?;
            let claim = Claim::stake(path)?;
            taken.add(path, "another report of this command");
            Way::Kept(claim)
        };
        Ok(Wanted { path: path.to_owned(), way })
    }

    /// Begins to follow a journal that begins now. A reader that goes away is no trouble of the
    /// run; `tell` says it once.
    pub(crate) fn start(self, journal: &Path, tell: Tell) -> Result<Stream, Diagnostic> {
        let from = File::open(journal).map_err(|error| unwritable(journal, &error))?;
        let shared = Arc::new(Shared::default());
        let (path, hears) = (self.path.clone(), Arc::clone(&shared));
        let way = match self.way {
            Way::Kept(claim) => Open::File(claim.start()?),
            Way::StandardOutput => Open::StandardOutput,
            Way::Stream => Open::Later,
        };
        let copies = move || {
            // The reader of a pipe may come late, so it is waited for here.
            let to: io::Result<Box<dyn Write>> = match way {
                Open::File(file) => Ok(Box::new(file)),
                Open::StandardOutput => Ok(Box::new(io::stdout())),
                Open::Later => {
                    File::options().write(true).open(&path).map(|file| Box::new(file) as _)
                }
            };
            let end = to.and_then(|mut to| hears.copy(from, &mut *to));
            if end.as_ref().is_err_and(is_gone) {
                let name = shown(&path);
                tell(&format!("warning: the reader of `{name}` is gone; the run goes on"));
            }
            hears.lock().end = Some(end);
            hears.changed.notify_all();
        };
        let thread = thread::Builder::new().name("jsonl".to_owned()).spawn(copies);
        thread.map_err(|error| unwritable(&self.path, &error))?;
        Ok(Stream { path: self.path, shared })
    }
}

/// The way of a stream whose run has begun.
enum Open {
    StandardOutput,
    File(File),
    Later,
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe
}

impl Stream {
    /// The journal is complete.
    pub(crate) fn close(&self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
    }

    /// All of the journal is passed on, unless its reader takes nothing.
    pub(crate) fn finish(self) -> Result<(), Diagnostic> {
        self.end(PATIENCE).map_err(|why| match why {
            End::Error(error) => unwritable(&self.path, &error),
            End::Stuck(bytes) => {
                let message = format!(
                    "the reader of `{}` has taken nothing for {} s, after {bytes} bytes",
                    shown(&self.path),
                    PATIENCE.as_secs(),
                );
                Diagnostic::new(message).help("the journal has all lines")
            }
        })
    }

    fn end(&self, patience: Duration) -> Result<(), End> {
        self.close();
        let mut state = self.shared.lock();
        loop {
            let seen = state.taken_bytes;
            let waits = |state: &mut State| state.end.is_none() && state.taken_bytes == seen;
            let turn = self.shared.changed.wait_timeout_while(state, patience, waits);
            state = turn.unwrap_or_else(PoisonError::into_inner).0;
            match state.end.take() {
                Some(Err(error)) if !is_gone(&error) => return Err(End::Error(error)),
                Some(_) => return Ok(()),
                None if state.taken_bytes == seen => return Err(End::Stuck(seen)),
                None => {}
            }
        }
    }
}

/// Why not all lines have come to their reader.
#[derive(Debug)]
enum End {
    Error(io::Error),
    /// It took no more after so many bytes.
    Stuck(u64),
}

impl Shared {
    /// No state is ever half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Copies whole lines until the journal is over. What a run that could not write its journal
    /// any more has left of its last line stays out.
    fn copy(&self, mut journal: impl Read, to: &mut dyn Write) -> io::Result<()> {
        let mut lines = Vec::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            // What was written before it was over is read after it was seen to be.
            let is_over = self.wait();
            loop {
                let count = journal.read(&mut chunk)?;
                if count == 0 {
                    break;
                }
                lines.extend_from_slice(&chunk[..count]);
                let Some(last) = memchr::memrchr(b'\n', &lines) else { continue };
                for piece in lines[..=last].chunks(PIECE_BYTES) {
                    to.write_all(piece)?;
                    to.flush()?;
                    self.lock().taken_bytes += piece.len() as u64;
                    self.changed.notify_all();
                }
                lines.drain(..=last);
            }
            if is_over {
                return Ok(());
            }
        }
    }

    /// Waits a moment; returns whether the journal is over.
    fn wait(&self) -> bool {
        let turn = self.changed.wait_timeout_while(self.lock(), LOOK_EVERY, |state| !state.is_over);
        turn.unwrap_or_else(PoisonError::into_inner).0.is_over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    /// A stream of this journal to a pipe, and the pipe's other end.
    fn stream(journal: &[u8]) -> (Stream, io::PipeReader) {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let shared = Arc::new(Shared::default());
        let (hears, journal) = (Arc::clone(&shared), journal.to_vec());
        thread::spawn(move || {
            let end = hears.copy(journal.as_slice(), &mut writer);
            drop(writer);
            hears.lock().end = Some(end);
            hears.changed.notify_all();
        });
        (Stream { path: PathBuf::from("pipe"), shared }, reader)
    }

    #[test]
    fn whole_lines_come_through_and_a_half_one_does_not() {
        let (stream, mut reader) = stream(b"{\"journal\":1}\n{}\n{\"ns\"");
        stream.end(PATIENCE).expect("all is taken");
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        assert_eq!(text, "{\"journal\":1}\n{}\n");
    }

    #[test]
    fn a_reader_that_takes_nothing_is_given_up_and_one_that_is_slow_is_not() {
        let line = [b"x".repeat(200_000), b"\n".to_vec()].concat();
        let (stuck, _reader) = stream(&line);
        let End::Stuck(bytes) = stuck.end(SOON).expect_err("nobody reads") else {
            panic!("it is stuck");
        };
        assert!(bytes > 0 && bytes < 200_000, "{bytes}");
        let (slow, mut reader) = stream(&line);
        let reads = thread::spawn(move || {
            let (mut piece, mut all) = ([0; 5_000], 0);
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                all += count;
                thread::park_timeout(Duration::from_millis(20));
            }
            all
        });
        slow.end(SOON * 10).expect("it takes its time");
        assert_eq!(reads.join().expect("a count"), line.len());
    }

    #[test]
    fn a_reader_that_is_gone_is_no_error() {
        let (stream, reader) = stream(&[b"x".repeat(200_000), b"\n".to_vec()].concat());
        drop(reader);
        stream.end(PATIENCE).expect("nobody is left to miss it");
    }
}
