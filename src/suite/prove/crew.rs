//! Shares independent jobs among the processor's cores; the results come in the jobs' order.

use std::num::NonZeroUsize;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

use crate::world::Interrupts;

/// Does the jobs `0..count`. Nothing when somebody interrupts, since then some are not done.
pub(super) fn share<T: Send>(
    count: usize,
    interrupts: &Interrupts,
    job: impl Fn(usize) -> T + Sync,
) -> Option<Vec<T>> {
    let next = AtomicUsize::new(0);
    // A reference, so that each of the crew can have it.
    let work = &|| {
        let mut done = Vec::new();
        while interrupts.count() == 0 {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                break;
            }
            done.push((number, job(number)));
        }
        done
    };
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let crew: Vec<_> = (0..cores.min(count)).map(|_| scope.spawn(work)).collect();
        let all = crew.into_iter().map(ScopedJoinHandle::join);
        // A job that panicked is our bug, and ends as any other.
        all.flat_map(|done| done.unwrap_or_else(|panic| panic::resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(number, _)| *number);
    let is_whole = interrupts.count() == 0;
    is_whole.then(|| done.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_an_interrupt_ends_all() {
        let interrupts = Interrupts::default();
        let squares = share(1000, &interrupts, |number| number * number).expect("whole");
        assert!(squares.iter().enumerate().all(|(number, square)| *square == number * number));
        assert_eq!(share(0, &interrupts, |number| number), Some(Vec::new()));
        let cut = share(1000, &interrupts, |number| {
            if number == 10 {
                interrupts.raise();
            }
        });
        assert_eq!(cut, None);
    }
}
