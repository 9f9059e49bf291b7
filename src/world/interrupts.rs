//! Counts Ctrl-C and its kin, and wakes whoever waits.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

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
    /// For [`Interrupts::pause`].
    came: Condvar,
}

impl Interrupts {
    /// Somebody wants the run to end.
    pub fn raise(&self) {
        self.shared.raised.fetch_add(1, Ordering::SeqCst);
        for waker in self.shared.wakers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            waker();
        }
        self.shared.came.notify_all();
    }

    /// Lets so much time pass where no device is waited for; less when it is raised.
    pub fn pause(&self, length: Duration) {
        let before = self.count();
        let wakers = self.shared.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = |_: &mut Vec<Waker>| self.count() == before;
        drop(self.shared.came.wait_timeout_while(wakers, length, is_quiet));
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
