//! The receiver of the transfer benchmark: the same for every sender, and at the pace of a line.

use std::fs::File;
use std::io::{Read, Write};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::world::real::Clock;
use fotarig::xmodem::{Received, Receiver, ReceiverSettings, Receiving, Start};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Every sender is ready by then.
const START_AFTER: Duration = Duration::from_millis(200);
/// A sleep ends late by less than this; the rest is looked at again and again.
const SLEEP_ENDS_LATE: Duration = Duration::from_micros(300);

/// How fast bytes come in.
#[derive(Clone, Copy)]
pub(crate) enum Line {
    /// As fast as the PTY carries them.
    Free,
    /// One after the other, each for so many picoseconds.
    Paced { byte_ps: u64 },
}

impl Line {
    /// A byte is ten bits long: start, eight of data, stop.
    pub(crate) const BAUD_921600: Line = Line::Paced { byte_ps: 10 * 1_000_000_000_000 / 921_600 };

    /// How long it takes for so many bytes.
    pub(crate) fn carries(self, bytes: usize) -> Duration {
        match self {
            Line::Free => Duration::ZERO,
            Line::Paced { byte_ps } => Duration::from_nanos(bytes as u64 * byte_ps / 1000),
        }
    }
}

/// A file on its way.
pub(crate) struct Reception(JoinHandle<Taken>);

struct Taken {
    took: Duration,
    stored: Vec<u8>,
    /// Kept open: a sender that has not read the last answer would lose it.
    _port: File,
}

impl Reception {
    pub(crate) fn start(port: File, size: usize, (clock, line): (Clock, Line)) -> Reception {
        Reception(thread::spawn(move || Ear { port, clock, line, free: Moment::START }.take(size)))
    }

    /// How long it took from the first byte of the first block until the last answer, and the file.
    pub(crate) fn end(self) -> (Duration, Vec<u8>) {
        let Taken { took, stored, .. } = self.0.join().expect("the file comes whole");
        (took, stored)
    }
}

struct Ear {
    port: File,
    clock: Clock,
    line: Line,
    /// When the last byte that was read has really come.
    free: Moment,
}

impl Ear {
    fn take(mut self, size: usize) -> Taken {
        let settings = ReceiverSettings {
            start: Start::CrcThenNak,
            first_start_after: START_AFTER,
            ..ReceiverSettings::default()
        };
        let mut receiver = Receiver::new(settings, size as u64, self.clock.now());
        let mut stored = Vec::with_capacity(size);
        let mut began = None;
        let mut buffer = [0; 4096];
        let mut heard = 0..0;
        loop {
            let mut input = &buffer[heard.clone()];
            let next = receiver.advance(self.clock.now(), &mut input);
            heard.start = heard.end - input.len();
            match next {
                Receiving::Store(bytes) => stored.extend_from_slice(bytes),
                Receiving::Say(byte) => self.say(byte),
                Receiving::Wait(_) if !heard.is_empty() => {}
                Receiving::Wait(alarm) if began.is_none() && !self.hears_until(alarm) => {}
                Receiving::Wait(_) => {
                    let length = self.port.read(&mut buffer).expect("the sender has the port");
                    let now = self.clock.now();
                    began.get_or_insert(now);
                    self.free = self.free.max(now) + self.line.carries(length);
                    heard = 0..length;
                }
                Receiving::Ended(how) => {
                    assert_eq!(how, Received::Complete);
                    let began = began.expect("a file has blocks");
                    return Taken { took: self.clock.now().since(began), stored, _port: self.port };
                }
            }
        }
    }

    /// An answer: when what it answers has come, and after its own time on the line.
    fn say(&mut self, byte: u8) {
        let at = self.free + self.line.carries(1);
        let left = at.since(self.clock.now());
        if let Some(asleep) = left.checked_sub(SLEEP_ENDS_LATE) {
            sleep(asleep);
        }
        while self.clock.now() < at {
            std::hint::spin_loop();
        }
        self.port.write_all(&[byte]).expect("the sender has the port");
    }

    fn hears_until(&self, alarm: Moment) -> bool {
        let limit = Timespec::try_from(alarm.since(self.clock.now())).expect("a short time");
        let heard = poll(&mut [PollFd::new(&self.port, PollFlags::IN)], Some(&limit));
        heard.expect("the sender has the port") > 0
    }
}

#[expect(clippy::disallowed_methods, reason = "plays a line that carries a block")]
fn sleep(length: Duration) {
    thread::sleep(length);
}
