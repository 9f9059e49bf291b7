//! Writes the journal as things happen, and tells the listeners of this run.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fault::Verdict;
use crate::journal::{Entry, Event, Header};
use crate::moment::Moment;

/// A night of traffic is some hundred megabytes; beyond this a run would fill the disk.
pub const MAX_JOURNAL_BYTES: u64 = 8 << 30;
/// Entries are handed to the system at the latest when this much is waiting.
const BUFFER_BYTES: usize = 64 << 10;

/// Somebody in this process who follows the run: the tally, the progress on the terminal. It is
/// called from the thread of each rig, one entry after the other.
pub type Listener = Box<dyn FnMut(&Entry<'_>) + Send>;

/// Somebody who is told, once, that nothing more can be written down.
pub type Mourner = Box<dyn FnOnce(&io::Error) + Send>;

/// Where events go. [`Journal::flush`] hands everything to the system, so that a killed run has
/// its journal up to there; the session flushes before it waits for the device.
///
/// Each rig of a run writes by a journal of its own, and all of them onto one paper.
pub struct Journal {
    paper: Arc<Mutex<Paper>>,
    /// The rig that writes, when there are several.
    on: Option<String>,
    last: Moment,
    worst: Verdict,
    course: Course,
}

/// How the last test went, as far as it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// The worst of it, also of its teardown.
    pub verdict: Verdict,
    /// What was complained of, in order.
    pub causes: Vec<String>,
}

/// What all rigs of a run write on.
struct Paper {
    file: Box<dyn Write + Send>,
    buffer: Vec<u8>,
    written_bytes: u64,
    /// Why nothing more is written.
    error: Option<io::Error>,
    listeners: Vec<Listener>,
    mourner: Option<Mourner>,
}

impl Journal {
    /// Starts a journal with its header.
    pub fn new(file: Box<dyn Write + Send>, header: &Header) -> Journal {
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + 8192);
        serde_json::to_writer(&mut buffer, header).expect("a header is plain data");
        buffer.push(b'\n');
        let (written_bytes, error, listeners, mourner) = (0, None, Vec::new(), None);
        let paper = Paper { file, buffer, written_bytes, error, listeners, mourner };
        Journal::onto(Arc::new(Mutex::new(paper)), None)
    }

    fn onto(paper: Arc<Mutex<Paper>>, on: Option<String>) -> Journal {
        let course = Course::default();
        Journal { paper, on, last: Moment::START, worst: Verdict::Passed, course }
    }

    /// A journal that is kept nowhere, for tests and trials.
    pub fn nowhere() -> Journal {
        let header = Header::default();
        Journal::new(Box::new(io::sink()), &header)
    }

    /// The journal of one of several rigs: each of its entries says on which rig it was.
    #[must_use]
    pub fn on(&self, rig: &str) -> Journal {
        Journal::onto(Arc::clone(&self.paper), Some(rig.to_owned()))
    }

    pub fn listen(&mut self, listener: Listener) {
        self.paper().listeners.push(listener);
    }

    /// Who is to be told when nothing more can be written.
    pub fn mourn(&mut self, mourner: Mourner) {
        self.paper().mourner = Some(mourner);
    }

    /// The stamp of the last event.
    pub fn last(&self) -> Moment {
        self.last
    }

    /// The worst that was written down of any test, also of its teardown.
    pub fn worst(&self) -> Verdict {
        self.worst
    }

    /// How the last test went.
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// Writes one event down.
    pub fn record(&mut self, at: Moment, event: Event<'_>) {
        self.last = at;
        self.follow(&event);
        let on = self.on.as_deref().map(Into::into);
        let entry = Entry { ns: at.as_nanos(), on, is: event };
        open(&self.paper).write(&entry);
    }

    fn follow(&mut self, event: &Event<'_>) {
        match event {
            Event::TestStarted(_) => self.course = Course::default(),
            Event::Complained { verdict, diagnostic } => {
                self.course.causes.push(diagnostic.message.clone());
                // Of a failure its test's verdict tells, which knows whether it was expected.
                if *verdict != Verdict::Failed {
                    self.come_to(*verdict);
                }
            }
            Event::TestEnded { verdict, .. } => self.come_to(*verdict),
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::StepStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::PortGone { .. }
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Called { .. }
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::StepEnded { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {}
        }
    }

    fn come_to(&mut self, verdict: Verdict) {
        self.worst = self.worst.or_worse(verdict);
        self.course.verdict = self.course.verdict.or_worse(verdict);
    }

    /// Hands everything to the system. After an error the run goes on without its journal, which
    /// then ends with what was whole: a full disk says nothing about a device.
    pub fn flush(&self) {
        self.paper().hand_over();
    }

    /// Hands everything to the system, and says why the journal is not whole if it is not.
    pub fn whole(&self) -> Result<(), io::Error> {
        let mut paper = self.paper();
        paper.hand_over();
        paper.error.take().map_or(Ok(()), Err)
    }

    fn paper(&self) -> MutexGuard<'_, Paper> {
        open(&self.paper)
    }
}

/// What a rig whose thread panicked has written is whole entries, so the others go on.
fn open(paper: &Mutex<Paper>) -> MutexGuard<'_, Paper> {
    paper.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Course {
    fn default() -> Course {
        Course { verdict: Verdict::Passed, causes: Vec::new() }
    }
}

impl Paper {
    fn write(&mut self, entry: &Entry<'_>) {
        serde_json::to_writer(&mut self.buffer, entry).expect("events are plain data");
        self.buffer.push(b'\n');
        for listener in &mut self.listeners {
            listener(entry);
        }
        if self.buffer.len() >= BUFFER_BYTES {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if self.buffer.is_empty() {
            return;
        }
        self.written_bytes += self.buffer.len() as u64;
        let result = if self.written_bytes > MAX_JOURNAL_BYTES {
            Err(io::Error::other(format!("it is larger than {} GiB", MAX_JOURNAL_BYTES >> 30)))
        } else {
            self.file.write_all(&self.buffer)
        };
        self.buffer.clear();
        if let Err(error) = result {
            self.file = Box::new(io::sink());
            self.written_bytes = 0;
            if let Some(mourner) = self.mourner.take() {
                mourner(&error);
            }
            self.error.get_or_insert(error);
        }
    }
}

impl Drop for Paper {
    /// A run that ends by any way keeps what was recorded; there is nobody left to tell an error.
    fn drop(&mut self) {
        self.hand_over();
    }
}
