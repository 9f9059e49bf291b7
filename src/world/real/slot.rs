//! The place of the open line, shared by who writes and who follows a port that vanishes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::moment::Moment;
use crate::world::Supplied;
use crate::world::real::Clock;
use crate::world::real::line::{Line, Unwritten};

/// How many times the port has been opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Life(u64);

/// Holds the line while there is one. Who follows the port takes it out at once: the system gives
/// a device its old name again only when nobody holds the old one open.
pub(super) struct Slot {
    held: Mutex<Held>,
    /// Whether the device is without its supply, and so cannot be there.
    is_dark: AtomicBool,
}

struct Held {
    life: Life,
    line: Option<Line>,
}

impl Slot {
    /// With the line of the first life.
    pub(super) fn with(line: Line) -> Slot {
        let held = Held { life: Life::default(), line: Some(line) };
        Slot { held: Mutex::new(held), is_dark: AtomicBool::new(false) }
    }

    pub(super) fn supplied(&self, supplied: Supplied) {
        self.is_dark.store(supplied == Supplied::Off, Ordering::SeqCst);
    }

    pub(super) fn is_dark(&self) -> bool {
        self.is_dark.load(Ordering::SeqCst)
    }

    /// The line of this life, to listen to.
    pub(super) fn line(&self, life: Life) -> Option<Line> {
        let held = self.held();
        held.line.as_ref().filter(|_| held.life == life).cloned()
    }

    pub(super) fn empty(&self) {
        self.held().line = None;
    }

    /// Puts in the line of the next life.
    pub(super) fn fill(&self, line: Line) -> Life {
        let mut held = self.held();
        held.life = Life(held.life.0 + 1);
        held.line = Some(line);
        held.life
    }

    /// Writes to the line of this life; it is gone when another has begun.
    pub(super) fn write(
        &self,
        life: Life,
        bytes: &[u8],
        clock: Clock,
    ) -> Result<Moment, Unwritten> {
        let held = self.held();
        match &held.line {
            Some(line) if held.life == life => line.write(bytes, clock),
            Some(_) | None => Err(Unwritten::Gone),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
