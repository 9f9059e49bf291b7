//! Whose turn it is to read a line: who waits reads it, and the reader as long as nobody waits.
//!
//! The reader's thread stamps what comes while the program is busy. When the program waits, a
//! thread between it and the device would cost a second wake-up for each answer.

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
}

/// While it is held nobody begins to wait, and no deadline is told.
pub(super) struct Turn<'t> {
    state: MutexGuard<'t, State>,
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
        Turn { state }
    }

    /// Between all others.
    pub(super) fn between(&self) -> Turn<'_> {
        Turn { state: self.lock() }
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

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.lock();
        state.is_waited = false;
        if state.is_reader_parked {
            self.turns.waited.notify_one();
        }
    }
}
