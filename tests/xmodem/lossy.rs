//! Sender against receiver through a line that drops, flips, doubles and delays bytes.

use std::collections::BTreeMap;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::xmodem::{
    Blocks, Received, Receiver, ReceiverSettings, Receiving, Sender, SenderSettings, Sending, Sent,
    Start,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A byte at 115200 bits per second.
const BYTE: Duration = Duration::from_micros(87);
/// Ten errors in a row, each of the longest limit, for each of a hundred blocks, are far less.
const DAY: Duration = Duration::from_secs(86_400);
const SEEDS: u64 = 60;

/// Of a million bytes, so many are dropped, flipped or doubled, and so many held up for a while.
#[derive(Clone, Copy)]
struct Damage {
    dropped: u64,
    flipped: u64,
    doubled: u64,
    delayed: u64,
}

/// One direction of a line.
struct Line {
    chance: Xoshiro256PlusPlus,
    damage: Damage,
    free_at: Moment,
    under_way: BTreeMap<(Moment, u64), u8>,
    count: u64,
}

impl Line {
    fn new(seed: u64, damage: Damage) -> Line {
        let chance = Xoshiro256PlusPlus::seed_from_u64(seed);
        Line { chance, damage, free_at: Moment::START, under_way: BTreeMap::new(), count: 0 }
    }

    fn happens(&mut self, in_a_million: u64) -> bool {
        self.chance.next_u64() % 1_000_000 < in_a_million
    }

    fn carry(&mut self, now: Moment, bytes: &[u8]) {
        for byte in bytes {
            self.free_at = self.free_at.max(now) + BYTE;
            if self.happens(self.damage.delayed) {
                self.free_at =
                    self.free_at + Duration::from_millis(self.chance.next_u64() % 20_000);
            }
            let flip = if self.happens(self.damage.flipped) { 1 << (self.count % 8) } else { 0 };
            let times = usize::from(!self.happens(self.damage.dropped))
                + usize::from(self.happens(self.damage.doubled));
            for _ in 0..times {
                self.count += 1;
                self.under_way.insert((self.free_at, self.count), byte ^ flip);
            }
        }
    }

    fn next(&self) -> Moment {
        self.under_way.first_key_value().map_or(Moment::NEVER, |((at, _), _)| *at)
    }

    fn arrived(&mut self, now: Moment) -> Vec<u8> {
        let later = self.under_way.split_off(&(now + Duration::from_nanos(1), 0));
        std::mem::replace(&mut self.under_way, later).into_values().collect()
    }
}

struct Transfer {
    sent: Sent,
    received: Received,
    file: Vec<u8>,
    stored: Vec<u8>,
}

fn transfer(seed: u64, start: Start, damage: Damage) -> Transfer {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut file = vec![0; 1 + usize::try_from(chance.next_u64() % 12_000).expect("small")];
    chance.fill_bytes(&mut file);
    let settings = SenderSettings { start, blocks: Blocks::LongThenShort, ..Default::default() };
    let mut sender = Sender::new(settings, file.clone(), Moment::START);
    let settings = ReceiverSettings { start, ..ReceiverSettings::default() };
    let mut receiver = Receiver::new(settings, file.len() as u64, Moment::START);
    let mut down = Line::new(seed ^ 1, damage);
    let mut up = Line::new(seed ^ 2, damage);
    let (mut sent, mut received, mut stored) = (None, None, Vec::new());
    let mut now = Moment::START;
    loop {
        let heard = up.arrived(now);
        let mut input = &heard[..];
        let sender_alarm = loop {
            match sender.advance(now, &mut input) {
                Sending::Say(bytes) => down.carry(now, bytes),
                Sending::Ended(outcome) => assert_eq!(sent.replace(outcome), None, "ended once"),
                Sending::Wait(alarm) => break alarm,
            }
        };
        let heard = down.arrived(now);
        let mut input = &heard[..];
        let receiver_alarm = loop {
            match receiver.advance(now, &mut input) {
                Receiving::Say(byte) => up.carry(now, &[byte]),
                Receiving::Store(data) => stored.extend_from_slice(data),
                Receiving::Ended(outcome) => {
                    assert_eq!(received.replace(outcome), None, "ended once");
                }
                Receiving::Wait(alarm) => break alarm,
            }
        };
        if let (Some(sent), Some(received)) = (sent, received) {
            return Transfer { sent, received, file, stored };
        }
        now = sender_alarm.min(receiver_alarm).min(up.next()).min(down.next());
        assert!(now < Moment::START + DAY, "seed {seed}: it does not end");
    }
}

/// How many of all seeds went through; what went through is right.
fn went_through(start: Start, damage: Damage) -> u64 {
    let mut through = 0;
    for seed in 0..SEEDS {
        let end = transfer(seed, start, damage);
        assert!(end.stored.len() <= end.file.len(), "seed {seed}: more than the file");
        if end.received == Received::Complete {
            assert_eq!(end.stored.len(), end.file.len(), "seed {seed}: not all of it");
        }
        if (end.sent, end.received) == (Sent::Complete, Received::Complete) {
            assert!(end.stored == end.file, "seed {seed}: wrong data, and both say complete");
            through += 1;
        }
    }
    through
}

#[test]
fn a_good_line() {
    let none = Damage { dropped: 0, flipped: 0, doubled: 0, delayed: 0 };
    assert_eq!(went_through(Start::Nak, none), SEEDS);
    assert_eq!(went_through(Start::CrcThenNak, none), SEEDS);
}

#[test]
fn a_line_that_loses_a_byte_now_and_then() {
    let some = Damage { dropped: 50, flipped: 50, doubled: 0, delayed: 0 };
    let through = went_through(Start::Nak, some);
    assert!(through > SEEDS * 9 / 10, "{through} of {SEEDS}");
}

/// With a CRC: an 8-bit sum misses one damaged block of 256, and there are thousands of them here.
#[test]
fn a_line_that_does_everything_wrong() {
    let bad = Damage { dropped: 100, flipped: 100, doubled: 100, delayed: 20 };
    let through = went_through(Start::CrcThenNak, bad);
    assert!(through > SEEDS / 3, "{through} of {SEEDS}");
    let worse = Damage { dropped: 1000, flipped: 1000, doubled: 1000, delayed: 100 };
    went_through(Start::CrcThenNak, worse);
}
