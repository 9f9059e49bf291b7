//! Counts Ctrl-C and its kin, and wakes whoever waits.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

type Waker = Box<dyn Fn() + Send>;

/// Shared by the signal handler, which raises, and the worlds, which look.
#[derive(Clone, Default)]
pub struct Interrupts {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    raised: AtomicU32,
    wakers: Mutex<Vec<Waker>>,
}

impl Interrupts {
    /// Somebody wants the run to end.
    pub fn raise(&self) {
        self.shared.raised.fetch_add(1, Ordering::SeqCst);
        for waker in self.shared.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            waker();
        }
    }

    /// How often it was raised so far.
    pub fn count(&self) -> u32 {
        self.shared.raised.load(Ordering::SeqCst)
    }

    /// Calls `waker` at each raise, from the thread that raises.
    pub fn wake_with(&self, waker: impl Fn() + Send + 'static) {
        let mut wakers = self.shared.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        wakers.push(Box::new(waker));
    }
}
