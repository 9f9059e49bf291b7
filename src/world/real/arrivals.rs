//! What arrived at a port, for the one who waits for it: stamped, in order, bounded.
//!
//! A stamp must win over a late loop. So a wait ends with `Deadline` only when nothing stamped up
//! to the deadline can still come: the queue is empty *and* the reader has nothing in its hand.
//! A wait that finds the queue empty listens to the line itself, see [`Turns`].

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::time::Duration;

use crate::fault::Broken;
use crate::moment::Moment;
use crate::world::real::Clock;
use crate::world::real::line::{Heard, Line};
use crate::world::real::port::{Bell, Ringer, bell};
use crate::world::real::slot::Life;
use crate::world::real::turns::{Turn, Turns};

/// How many arrivals may wait before the reader leaves bytes in the system's buffer, where flow
/// control can act. With chunks of 64 KB this bounds the memory of a flood at 16 MB.
const QUEUE_ARRIVALS: usize = 256;

/// The most that one stamp covers. A PTY or a USB port gives at most 4 KB at a time; the rest is
/// room for drivers that give more.
pub(super) const CHUNK_BYTES: usize = 65_536;

/// How often to look for what the reader still has in its hand, after a queue that was full: it
/// comes as soon as its thread runs.
const HANDED_OVER: Duration = Duration::from_millis(1);

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
pub(super) fn queue(clock: Clock) -> io::Result<(Intake, Arrivals)> {
    queue_of(QUEUE_ARRIVALS, clock)
}

fn queue_of(arrivals: usize, clock: Clock) -> io::Result<(Intake, Arrivals)> {
    let (sender, receiver) = sync_channel(arrivals);
    let (ringer, bell) = bell()?;
    let turns = Arc::new(Turns::default());
    let way = Arc::new(Way { sender, ringer });
    let intake = Intake { way, turns: Arc::clone(&turns), clock };
    let buffer = vec![0; CHUNK_BYTES];
    Ok((intake, Arrivals { receiver, bell, turns, clock, buffer, kept: None }))
}

/// The reader's end.
pub(super) struct Intake {
    way: Arc<Way>,
    turns: Arc<Turns>,
    clock: Clock,
}

/// The way to the one who waits.
struct Way {
    sender: SyncSender<Arrival>,
    /// For one who listens to the line and does not look at the queue.
    ringer: Ringer,
}

/// Nobody waits for arrivals any more.
pub(super) struct Unwanted;

impl Intake {
    /// Announces that something is about to be read, as soon as it is the reader's turn; until the
    /// hand is dropped, a deadline waits.
    pub(super) fn hand(&self) -> Hand<'_> {
        Hand { intake: self, turn: self.turns.of_reader() }
    }

    /// Tells that the port has vanished, and why.
    pub(super) fn gone(&self, why: &io::Error) -> Result<(), Unwanted> {
        self.tell(|at| Arrival::Gone { at, why: why.to_string() })
    }

    /// Tells that the port is there again.
    pub(super) fn back(&self, port: String, life: Life) -> Result<(), Unwanted> {
        self.tell(|at| Arrival::Back { at, port, life })
    }

    /// Tells that the port does not come back; nothing is wanted of this reader after that.
    pub(super) fn lost(&self, broken: Broken) -> Unwanted {
        let _ = self.tell(|_| Arrival::Lost(broken));
        Unwanted
    }

    /// Tells something of the port itself, also to one who listens to what is left of it.
    fn tell(&self, arrival: impl FnOnce(Moment) -> Arrival) -> Result<(), Unwanted> {
        let turn = self.turns.between();
        self.over(arrival(self.clock.now()), turn)?;
        self.way.ringer.ring();
        Ok(())
    }

    /// Blocks while the queue is full, but never with the turn: who makes room may wait for it.
    fn over(&self, arrival: Arrival, turn: Turn<'_>) -> Result<(), Unwanted> {
        match self.way.sender.try_send(arrival) {
            Ok(()) => Ok(()),
            Err(TrySendError::Disconnected(_)) => Err(Unwanted),
            Err(TrySendError::Full(arrival)) => {
                let _handing_over = turn.hand_over();
                self.way.sender.send(arrival).map_err(|_| Unwanted)
            }
        }
    }

    /// Wakes the one who waits. A full queue needs no nudge: who waits at it is awake.
    pub(super) fn nudger(&self) -> impl Fn() + Send + 'static {
        let way = Arc::downgrade(&self.way);
        move || {
            if let Some(way) = way.upgrade() {
                let _ = way.sender.try_send(Arrival::Nudge);
                way.ringer.ring();
            }
        }
    }
}

/// The reader's hand, with or without something in it.
pub(super) struct Hand<'a> {
    intake: &'a Intake,
    turn: Turn<'a>,
}

impl Hand<'_> {
    /// Stamps bytes that have just been read, and puts them into the queue.
    pub(super) fn bytes(self, bytes: &[u8]) -> Result<(), Unwanted> {
        let at = self.intake.clock.now();
        self.intake.over(Arrival::Bytes { at, bytes: bytes.to_vec() }, self.turn)
    }
}

/// The end of the one who waits.
pub(super) struct Arrivals {
    receiver: Receiver<Arrival>,
    bell: Bell,
    turns: Arc<Turns>,
    clock: Clock,
    buffer: Vec<u8>,
    /// What came after the last deadline; it belongs to the next wait.
    kept: Option<Arrival>,
}

impl Arrivals {
    /// What is next until `until`; bytes stamped later are kept. `line` is there as long as the
    /// port is.
    pub(super) fn next(&mut self, until: Moment, line: Option<Line>) -> Next {
        let arrival = match self.kept.take() {
            Some(kept) => Some(kept),
            None => self.wait(until, line),
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

    fn wait(&mut self, until: Moment, mut line: Option<Line>) -> Option<Arrival> {
        loop {
            let turns = Arc::clone(&self.turns);
            let turn = turns.between();
            // Whatever was in the reader's hand is in the queue or noted, and all else gets a later
            // stamp.
            if let Some(arrival) = self.look() {
                return Some(arrival);
            }
            if turn.is_handing_over() {
                drop(turn);
                match self.receiver.recv_timeout(HANDED_OVER) {
                    Ok(arrival) => return Some(arrival),
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return Some(ended()),
                }
            }
            let left = self.clock.real(until.since(self.clock.now()));
            if left.is_zero() {
                return None;
            }
            let Some(open) = &line else {
                drop(turn);
                match self.receiver.recv_timeout(left) {
                    Ok(arrival) => return Some(arrival),
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return Some(ended()),
                }
            };
            let waiting = turns.wait(turn);
            match open.hear(&self.bell, left, &mut self.buffer) {
                Heard::Bytes(length) => {
                    let at = self.clock.now();
                    drop(waiting);
                    return Some(Arrival::Bytes { at, bytes: self.buffer[..length].to_vec() });
                }
                Heard::Nothing => {}
                // It ends, or cannot be waited for: its reader says how it goes on.
                Heard::Unclear => line = None,
            }
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
    use std::thread;

    use super::*;

    fn bytes(at: Moment) -> Arrival {
        Arrival::Bytes { at, bytes: b"x".to_vec() }
    }

    #[test]
    fn a_stamp_before_the_deadline_counts_however_late_the_look() {
        let clock = Clock::start();
        let (intake, mut arrivals) = queue(clock).expect("a pipe");
        let stamp = clock.now();
        let _ = intake.way.sender.send(bytes(stamp));
        let _ = intake.way.sender.send(bytes(clock.now() + Duration::from_secs(9)));
        assert!(matches!(arrivals.next(stamp, None), Next::Bytes { at, .. } if at == stamp));
        assert!(matches!(arrivals.next(stamp, None), Next::Deadline));
        assert!(matches!(arrivals.next(stamp, None), Next::Deadline));
        assert!(matches!(arrivals.next(Moment::NEVER, None), Next::Bytes { at, .. } if at > stamp));
    }

    #[test]
    fn a_deadline_waits_for_what_is_in_the_hand() {
        let clock = Clock::start();
        let (intake, mut arrivals) = queue(clock).expect("a pipe");
        let (told, tell) = sync_channel(0);
        let reader = thread::spawn(move || {
            let hand = intake.hand();
            let stamp = clock.now();
            let _ = told.send(());
            thread::yield_now();
            let _ = intake.over(bytes(stamp), hand.turn);
        });
        let _ = tell.recv();
        assert!(matches!(arrivals.next(clock.now(), None), Next::Bytes { .. }));
        let _ = reader.join();
    }

    /// A full queue, somebody who waits, and the turn: none of them may hold up the other two.
    #[test]
    fn a_flood_into_a_small_queue_arrives_whole_and_in_order() {
        const FLOOD: u32 = 200_000;
        let clock = Clock::start();
        let (intake, mut arrivals) = queue_of(2, clock).expect("a pipe");
        let reader = thread::spawn(move || {
            (0..FLOOD).all(|number| intake.hand().bytes(&number.to_be_bytes()).is_ok())
        });
        let mut wanted = 0;
        while wanted < FLOOD {
            match arrivals.next(clock.now(), None) {
                Next::Bytes { bytes, .. } => {
                    assert_eq!(bytes, wanted.to_be_bytes());
                    wanted += 1;
                }
                Next::Deadline => {}
                _ => panic!("only bytes were sent"),
            }
        }
        assert!(reader.join().expect("it ends"));
    }

    #[test]
    fn a_nudge_neither_blocks_nor_keeps_the_queue_alive() {
        let (intake, mut arrivals) = queue(Clock::start()).expect("a pipe");
        let nudge = intake.nudger();
        for _ in 0..2 * QUEUE_ARRIVALS {
            nudge();
        }
        assert!(matches!(arrivals.next(Moment::START, None), Next::Nudged));
        drop(intake);
        nudge();
    }
}
