//! Whose turn it is to read a line: who waits reads it, and the reader as long as nobody waits.
//!
//! The reader's thread stamps what comes while the program is busy. When the program waits, a
//! thread between it and the device would cost a second wake-up for each answer.
//!
//! Nobody blocks with a turn in the hand: who has no room for what was read lets the turn go, and
//! leaves a note that there is something in between.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Shared by the one who waits and the reader.
#[derive(Default)]
pub(super) struct Turns {
    state: Mutex<State>,
    waited: Condvar,
}

#[derive(Default)]
struct State {
    is_waited: bool,
    /// Whether the reader is to be told when nobody waits any more.
    is_reader_parked: bool,
    /// Whether something has been read or is to be told, and waits for room.
    is_handing_over: bool,
}

/// While it is held nobody begins to wait, and no deadline is told.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    state: MutexGuard<'t, State>,
}

/// While it is held something is on its way from the reader to the one who waits.
pub(super) struct HandingOver<'t> {
    turns: &'t Turns,
}

/// While it is held the line is read by the one who waits.
pub(super) struct Waiting<'t> {
    turns: &'t Turns,
}

impl Turns {
    /// The reader's turn, as soon as nobody waits.
    pub(super) fn of_reader(&self) -> Turn<'_> {
        let mut state = self.lock();
        while state.is_waited {
            state.is_reader_parked = true;
            state = self.waited.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_reader_parked = false;
        Turn { turns: self, state }
    }

    /// Between all others.
    pub(super) fn between(&self) -> Turn<'_> {
        Turn { turns: self, state: self.lock() }
    }

    /// Leaves the line to the one who has this turn.
    pub(super) fn wait<'t>(&'t self, mut turn: Turn<'t>) -> Waiting<'t> {
        turn.state.is_waited = true;
        Waiting { turns: self }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'t> Turn<'t> {
    /// Lets the turn go while something still waits for room.
    pub(super) fn hand_over(mut self) -> HandingOver<'t> {
        self.state.is_handing_over = true;
        HandingOver { turns: self.turns }
    }

    /// Whether something is on its way that nobody has room for yet.
    pub(super) fn is_handing_over(&self) -> bool {
        self.state.is_handing_over
    }
}

impl Drop for HandingOver<'_> {
    fn drop(&mut self) {
        self.turns.lock().is_handing_over = false;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.lock();
        state.is_waited = false;
        if state.is_reader_parked {
            self.turns.waited.notify_one();
        }
    }
}
