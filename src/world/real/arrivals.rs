//! Hands what arrived from the reader thread to the one who waits: stamped, in order, bounded.
//!
//! A stamp must win over a late loop. So a wait ends with `Deadline` only when nothing stamped up
//! to the deadline can still come: the queue is empty *and* the reader has nothing in its hand.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::world::real::Clock;
use crate::world::real::slot::Life;

/// How many arrivals may wait before the reader leaves bytes in the system's buffer, where flow
/// control can act. With chunks of 64 KB this bounds the memory of a flood at 16 MB.
const QUEUE_ARRIVALS: usize = 256;

/// How long a wait looks at the queue before it sleeps. A device that answers at once (a command
/// over USB or a PTY takes 30 to 100 µs) then costs no second sleep and wake-up after that of the
/// reader: 32 µs instead of 78 µs for an exchange, measured over a PTY. Once per wait, so that a
/// quiet port costs nothing.
const SPIN: Duration = Duration::from_micros(200);

/// How long a deadline waits for a reader that holds bytes in its hand. It needs microseconds,
/// unless the system has just given its core to someone else.
const GRACE: Duration = Duration::from_millis(5);

/// What lies in the queue.
enum Arrival {
    Bytes {
        at: Moment,
        bytes: Vec<u8>,
    },
    /// The port has vanished, and is looked for.
    Gone {
        at: Moment,
        why: String,
    },
    /// It is there again, under this name.
    Back {
        at: Moment,
        port: String,
        life: Life,
    },
    /// It does not come back; nothing comes after this.
    Lost(Broken),
    /// Look up: somebody interrupted.
    Nudge,
}

impl Arrival {
    fn stamp(&self) -> Option<Moment> {
        match self {
            Arrival::Bytes { at, .. } | Arrival::Gone { at, .. } | Arrival::Back { at, .. } => {
                Some(*at)
            }
            Arrival::Lost(_) | Arrival::Nudge => None,
        }
    }
}

/// How a look for arrivals ended.
pub(super) enum Next {
    Bytes { at: Moment, bytes: Vec<u8> },
    Deadline,
    Nudged,
    Gone { at: Moment, why: String },
    Back { at: Moment, port: String, life: Life },
    Lost(Broken),
}

/// The two ends of a new queue.
pub(super) fn queue(clock: Clock) -> (Intake, Arrivals) {
    let (sender, receiver) = sync_channel(QUEUE_ARRIVALS);
    let in_hand = Arc::new(AtomicBool::new(false));
    let intake = Intake { sender: Arc::new(sender), in_hand: Arc::clone(&in_hand), clock };
    (intake, Arrivals { receiver, in_hand, clock, kept: None })
}

/// The reader's end.
pub(super) struct Intake {
    sender: Arc<SyncSender<Arrival>>,
    in_hand: Arc<AtomicBool>,
    clock: Clock,
}

/// Nobody waits for arrivals any more.
pub(super) struct Unwanted;

impl Intake {
    /// Announces that something is about to be read; until the hand is dropped, a deadline waits.
    pub(super) fn hand(&self) -> Hand<'_> {
        self.in_hand.store(true, Ordering::SeqCst);
        Hand { intake: self }
    }

    /// Wakes the one who waits. A full queue needs no nudge: who waits at it is awake.
    pub(super) fn nudger(&self) -> impl Fn() + Send + 'static {
        let sender = Arc::downgrade(&self.sender);
        move || {
            if let Some(sender) = sender.upgrade() {
                let _ = sender.try_send(Arrival::Nudge);
            }
        }
    }
}

/// The reader's hand, with or without something in it.
pub(super) struct Hand<'a> {
    intake: &'a Intake,
}

impl Hand<'_> {
    /// Stamps bytes that have just been read, and puts them into the queue.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), Unwanted> {
        let at = self.intake.clock.now();
        self.over(Arrival::Bytes { at, bytes: bytes.to_vec() })
    }

    /// Tells that the port has vanished, and why.
    pub(super) fn gone(&self, why: &io::Error) -> Result<(), Unwanted> {
        let at = self.intake.clock.now();
        self.over(Arrival::Gone { at, why: why.to_string() })
    }

    /// Tells that the port is there again.
    pub(super) fn back(&self, port: String, life: Life) -> Result<(), Unwanted> {
        let at = self.intake.clock.now();
        self.over(Arrival::Back { at, port, life })
    }

    /// Tells that the port does not come back; nothing is wanted of this reader after that.
    pub(super) fn lost(&self, broken: Broken) -> Unwanted {
        let _ = self.over(Arrival::Lost(broken));
        Unwanted
    }

    /// Blocks while the queue is full.
    fn over(&self, arrival: Arrival) -> Result<(), Unwanted> {
        self.intake.sender.send(arrival).map_err(|_| Unwanted)
    }
}

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        self.intake.in_hand.store(false, Ordering::SeqCst);
    }
}

/// The end of the one who waits.
pub(super) struct Arrivals {
    receiver: Receiver<Arrival>,
    in_hand: Arc<AtomicBool>,
    clock: Clock,
    /// What came after the last deadline; it belongs to the next wait.
    kept: Option<Arrival>,
}

impl Arrivals {
    /// What is next until `until`; bytes stamped later are kept.
    pub(super) fn next(&mut self, until: Moment) -> Next {
        let arrival = match self.kept.take() {
            Some(kept) => Some(kept),
            None => self.spin(until).or_else(|| self.sleep(until)),
        };
        match arrival {
            Some(late) if late.stamp().is_some_and(|at| at > until) => {
                self.kept = Some(late);
                Next::Deadline
            }
            Some(Arrival::Bytes { at, bytes }) => Next::Bytes { at, bytes },
            Some(Arrival::Gone { at, why }) => Next::Gone { at, why },
            Some(Arrival::Back { at, port, life }) => Next::Back { at, port, life },
            Some(Arrival::Lost(broken)) => Next::Lost(broken),
            Some(Arrival::Nudge) => Next::Nudged,
            None => Next::Deadline,
        }
    }

    /// Looks again and again for a short time, giving way to others between looks.
    fn spin(&mut self, until: Moment) -> Option<Arrival> {
        let end = until.min(self.clock.now() + self.clock.told(SPIN));
        while self.clock.now() < end {
            if let Some(arrival) = self.look() {
                return Some(arrival);
            }
            thread::yield_now();
        }
        None
    }

    fn sleep(&mut self, until: Moment) -> Option<Arrival> {
        loop {
            let left = self.clock.real(until.since(self.clock.now()));
            if left.is_zero() {
                return self.last_look();
            }
            match self.receiver.recv_timeout(left) {
                Ok(arrival) => return Some(arrival),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Some(ended()),
            }
        }
    }

    /// At or after the deadline. The hand is looked at before the queue: a hand that is empty now
    /// has put its bytes into the queue, and those it takes up later get a later stamp.
    fn last_look(&mut self) -> Option<Arrival> {
        let end = self.clock.now() + self.clock.told(GRACE);
        loop {
            let in_hand = self.in_hand.load(Ordering::SeqCst);
            if let Some(arrival) = self.look() {
                return Some(arrival);
            }
            if !in_hand || self.clock.now() >= end {
                return None;
            }
            thread::yield_now();
        }
    }

    fn look(&mut self) -> Option<Arrival> {
        match self.receiver.try_recv() {
            Ok(arrival) => Some(arrival),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(ended()),
        }
    }
}

/// The reader says why it ends, once; later looks find the queue without a reader.
fn ended() -> Arrival {
    Arrival::Lost(Broken::new("the reader of the port has ended"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(at: Moment) -> Arrival {
        Arrival::Bytes { at, bytes: b"x".to_vec() }
    }

    #[test]
    fn a_stamp_before_the_deadline_counts_however_late_the_look() {
        let clock = Clock::start();
        let (intake, mut arrivals) = queue(clock);
        let stamp = clock.now();
        let _ = intake.hand().over(bytes(stamp));
        let _ = intake.hand().over(bytes(clock.now() + Duration::from_secs(9)));
        assert!(matches!(arrivals.next(stamp), Next::Bytes { at, .. } if at == stamp));
        assert!(matches!(arrivals.next(stamp), Next::Deadline));
        assert!(matches!(arrivals.next(stamp), Next::Deadline));
        assert!(matches!(arrivals.next(Moment::NEVER), Next::Bytes { at, .. } if at > stamp));
    }

    #[test]
    fn a_deadline_waits_for_what_is_in_the_hand() {
        let clock = Clock::start();
        let (intake, mut arrivals) = queue(clock);
        let (told, tell) = sync_channel(0);
        let reader = thread::spawn(move || {
            let hand = intake.hand();
            let stamp = clock.now();
            let _ = told.send(());
            thread::yield_now();
            let _ = hand.over(bytes(stamp));
        });
        let _ = tell.recv();
        assert!(matches!(arrivals.next(clock.now()), Next::Bytes { .. }));
        let _ = reader.join();
    }

    #[test]
    fn a_nudge_neither_blocks_nor_keeps_the_queue_alive() {
        let (intake, mut arrivals) = queue(Clock::start());
        let nudge = intake.nudger();
        for _ in 0..2 * QUEUE_ARRIVALS {
            nudge();
        }
        assert!(matches!(arrivals.next(Moment::START), Next::Nudged));
        drop(intake);
        nudge();
    }
}
