//! Writes the journal as things happen, and tells the listeners of this run.

use std::io::{self, Write};

use crate::fault::{Broken, Verdict};
use crate::journal::{Entry, Event, Header};
use crate::moment::Moment;

/// A night of traffic is some hundred megabytes; beyond this a run would fill the disk.
pub const MAX_JOURNAL_BYTES: u64 = 8 << 30;
/// Entries are handed to the system at the latest when this much is waiting.
const BUFFER_BYTES: usize = 64 << 10;

/// Somebody in this process who follows the run: the tally, the progress on the terminal.
pub type Listener = Box<dyn FnMut(&Entry<'_>)>;

/// Where events go. [`Journal::flush`] hands everything to the system, so that a killed run has
/// its journal up to there; the session flushes before it waits for the device.
pub struct Journal {
    file: Box<dyn Write>,
    buffer: Vec<u8>,
    written_bytes: u64,
    /// The first error; told once, at the next flush.
    error: Option<io::Error>,
    listeners: Vec<Listener>,
    last: Moment,
    worst: Verdict,
}

impl Journal {
    /// Starts a journal with its header.
    pub fn new(file: Box<dyn Write>, header: &Header) -> Journal {
        let mut buffer = Vec::with_capacity(BUFFER_BYTES + 8192);
        serde_json::to_writer(&mut buffer, header).expect("a header is plain data");
        buffer.push(b'\n');
        Journal {
            file,
            buffer,
            written_bytes: 0,
            error: None,
            listeners: Vec::new(),
            last: Moment::START,
            worst: Verdict::Passed,
        }
    }

    /// A journal that is kept nowhere, for tests and trials.
    pub fn nowhere() -> Journal {
        let header = Header { journal: 0, tool: String::new(), started: String::new() };
        Journal::new(Box::new(io::sink()), &header)
    }

    pub fn listen(&mut self, listener: Listener) {
        self.listeners.push(listener);
    }

    /// The stamp of the last event.
    pub fn last(&self) -> Moment {
        self.last
    }

    /// The worst that was written down of any test, also of its teardown.
    pub fn worst(&self) -> Verdict {
        self.worst
    }

    /// Writes one event down.
    pub fn record(&mut self, at: Moment, event: Event<'_>) {
        self.last = at;
        if let Event::Complained { verdict, .. } | Event::TestEnded { verdict, .. } = &event
            // Of a failure its test's verdict tells, which knows whether it was expected.
            && (*verdict != Verdict::Failed || matches!(event, Event::TestEnded { .. }))
        {
            self.worst = self.worst.or_worse(*verdict);
        }
        let entry = Entry { ns: at.as_nanos(), is: event };
        serde_json::to_writer(&mut self.buffer, &entry).expect("events are plain data");
        self.buffer.push(b'\n');
        for listener in &mut self.listeners {
            listener(&entry);
        }
        if self.buffer.len() >= BUFFER_BYTES {
            self.hand_over();
        }
    }

    /// Hands everything to the system. The run goes on without its journal after an error, but
    /// says so: the first error is returned once.
    pub fn flush(&mut self) -> Result<(), Broken> {
        self.hand_over();
        match self.error.take() {
            None => Ok(()),
            Some(error) => Err(Broken::new(format!("the journal cannot be written: {error}"))
                .help("free some space, or choose another folder with --reports")),
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
            self.error.get_or_insert(error);
        }
    }
}

impl Drop for Journal {
    /// A run that ends by any way keeps what was recorded; there is nobody left to tell an error.
    fn drop(&mut self) {
        self.hand_over();
    }
}
