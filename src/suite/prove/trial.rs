//! One test on a virtual module that is made for it: what it came to, and a print of all it did.

use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fault::Verdict;
use crate::journal::{Entry, Event, Header, Journal, VERSION};
use crate::moment::Moment;
use crate::proof::Finding;
use crate::rig::{Port, VirtualSettings};
use crate::run::Test;
use crate::suite::prove::Prove;
use crate::suite::{Conduct, Desk, Patience};
use crate::tally::Tally;

/// What a test came to.
pub(super) struct Trial {
    pub(super) finding: Finding,
    /// Two runs with one print have one journal: the module said the same at the same moments.
    pub(super) print: u64,
}

/// What came from the module, with its stamps.
pub(super) type Heard = Vec<(Moment, Vec<u8>)>;

impl Prove<'_> {
    /// The desk with a virtual module that differs.
    pub(super) fn desk_with(&self, change: impl FnOnce(&mut VirtualSettings)) -> Desk {
        let mut desk = self.desk.clone();
        match &mut desk.rig.port {
            Port::Virtual(settings) => change(settings),
            Port::Device(_) => unreachable!("a proof begins with a virtual rig only"),
        }
        desk
    }

    pub(super) fn try_out(&self, test: &Test, desk: &Desk, seed: u64) -> Trial {
        let printer = Printer::default();
        let mut journal = Journal::new(Box::new(printer.clone()), &header());
        let tally = Tally::follow(&mut journal);
        drop(self.conduct(desk, seed).run(std::slice::from_ref(test), journal));
        let finding = finding(test, &open(&tally));
        let print = open(&printer.0).finish();
        Trial { finding, print }
    }

    /// The same once more, to look at what the module says.
    pub(super) fn listen(&self, test: &Test, desk: &Desk) -> Heard {
        let heard = Arc::new(Mutex::new(Heard::new()));
        let mut journal = Journal::nowhere();
        let hears = Arc::clone(&heard);
        journal.listen(Box::new(move |entry: &Entry<'_>| {
            if let Event::Received(bytes) = &entry.is {
                open(&hears).push((Moment::from_nanos(entry.ns), bytes.0.to_vec()));
            }
        }));
        drop(self.conduct(desk, self.seed).run(std::slice::from_ref(test), journal));
        std::mem::take(&mut *open(&heard))
    }

    fn conduct<'c>(&self, desk: &'c Desk, seed: u64) -> Conduct<'c> {
        let interrupts = self.interrupts.clone();
        Conduct { desk, seed, patience: Patience::GoOn, clock: self.clock, interrupts }
    }
}

fn finding(test: &Test, tally: &Tally) -> Finding {
    let outcome = tally.tests.first();
    Finding {
        test: test.at.id.clone(),
        verdict: outcome.map_or(Verdict::Interrupted, |outcome| outcome.verdict),
        cause: outcome.and_then(|outcome| outcome.cause()).unwrap_or_default().to_owned(),
    }
}

/// Nobody reads the journal of a trial, so it has no date.
fn header() -> Header {
    Header { journal: VERSION, ..Header::default() }
}

/// A journal is written by one thread here, so nobody waits.
fn open<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the print of what is written.
#[derive(Clone, Default)]
struct Printer(Arc<Mutex<DefaultHasher>>);

impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        open(&self.0).write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
