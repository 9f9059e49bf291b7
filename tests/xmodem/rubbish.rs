//! Any bytes in any chunks: neither end panics, waits for ever or cares how they were cut.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::xmodem::{
    Received, Receiver, ReceiverSettings, Receiving, Sender, SenderSettings, Sending, Start,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::wire::read;

const RUBBISH_BYTES: usize = 100_000;
const STARTS: [Start; 2] = [Start::Nak, Start::CrcThenNak];

/// Bytes of which most mean something to XMODEM.
fn rubbish(seed: u64, length: usize) -> Vec<u8> {
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut bytes = vec![0; length];
    chance.fill_bytes(&mut bytes);
    if seed.is_multiple_of(2) {
        let words = [1, 2, 4, 6, 0x15, 0x18, b'C', 0];
        for byte in &mut bytes {
            *byte = words[usize::from(*byte % 8)];
        }
    }
    bytes
}

fn receiver(start: Start) -> Receiver {
    let settings = ReceiverSettings { start, ..ReceiverSettings::default() };
    Receiver::new(settings, 5000, Moment::START)
}

/// All that a receiver does when `stream` comes in chunks of `chunk` bytes.
fn reception(stream: &[u8], chunk: usize) -> Vec<String> {
    let mut receiver = receiver(Start::Nak);
    let mut deeds = Vec::new();
    let mut rest: Vec<u8> = Vec::new();
    for bytes in stream.chunks(chunk) {
        rest.extend_from_slice(bytes);
        let mut input = &rest[..];
        loop {
            match receiver.advance(Moment::START, &mut input) {
                Receiving::Wait(_) => break,
                deed => deeds.push(format!("{deed:?}")),
            }
        }
        rest = input.to_vec();
    }
    deeds.push(format!("left {rest:?}"));
    deeds
}

/// The same for a sender.
fn sending(stream: &[u8], chunk: usize) -> Vec<String> {
    let settings = SenderSettings { start: Start::CrcThenNak, ..SenderSettings::default() };
    let mut sender = Sender::new(settings, vec![9; 5000], Moment::START);
    let mut deeds = Vec::new();
    let mut rest: Vec<u8> = Vec::new();
    for bytes in stream.chunks(chunk) {
        rest.extend_from_slice(bytes);
        let mut input = &rest[..];
        loop {
            match sender.advance(Moment::START, &mut input) {
                Sending::Wait(_) => break,
                deed => deeds.push(format!("{deed:?}")),
            }
        }
        rest = input.to_vec();
    }
    deeds.push(format!("left {rest:?}"));
    deeds
}

#[test]
fn how_bytes_are_chunked_does_not_matter() {
    let good = "STX1 STX2 STX2 SOH3 STX5 STX4 STX5 SOH6 EOT EOT 'AT+WDSR=4' EOT";
    let mut streams = vec![read(good), read("STX1 SOH2! STX3"), read("CAN STX1 CAN CAN CAN 'AT'")];
    streams.extend((0..20).map(|seed| rubbish(seed, 5000)));
    for stream in streams {
        let whole = (reception(&stream, stream.len()), sending(&stream, stream.len()));
        for chunk in [1, 2, 3, 7, 128, 1023, 1024, 1025, 1028, 1029] {
            assert_eq!(reception(&stream, chunk), whole.0, "chunks of {chunk}");
            assert_eq!(sending(&stream, chunk), whole.1, "chunks of {chunk}");
        }
    }
}

/// Without any silence: a stream of rubbish, a byte every millisecond.
#[test]
fn rubbish_ends_and_never_panics() {
    for (seed, start) in (0..20).flat_map(|seed| STARTS.map(|start| (seed, start))) {
        let mut receiver = receiver(start);
        let settings = SenderSettings { start, ..SenderSettings::default() };
        let mut sender = Sender::new(settings, vec![9; 50_000], Moment::START);
        let mut now = Moment::START;
        for byte in rubbish(seed, RUBBISH_BYTES) {
            now = now + Duration::from_millis(1);
            let mut input = &[byte][..];
            while !matches!(receiver.advance(now, &mut input), Receiving::Wait(_)) {}
            let mut input = &[byte][..];
            while !matches!(sender.advance(now, &mut input), Sending::Wait(_)) {}
        }
        let (mut ends, mut input) = (0, &[][..]);
        for _ in 0..1000 {
            match receiver.advance(now, &mut input) {
                Receiving::Wait(Moment::NEVER) => ends = 1,
                Receiving::Wait(alarm) => now = alarm,
                Receiving::Say(_) | Receiving::Store(_) | Receiving::Ended(_) => {}
            }
        }
        assert_eq!(ends, 1, "seed {seed}: the receiver has no end");
    }
}

/// What never pauses is given up without waiting for a pause.
#[test]
fn a_flood_behind_the_first_block_is_given_up() {
    let mut receiver = receiver(Start::Nak);
    let stream = [read("STX1"), vec![0xAA; RUBBISH_BYTES]].concat();
    let mut input = &stream[..];
    let outcome = loop {
        match receiver.advance(Moment::START, &mut input) {
            Receiving::Ended(outcome) => break Some(outcome),
            Receiving::Wait(_) => break None,
            Receiving::Say(_) | Receiving::Store(_) => {}
        }
    };
    assert_eq!(outcome, Some(Received::TooManyErrors));
}

#[test]
fn the_end_of_time_is_no_trouble() {
    let mut receiver = receiver(Start::CrcThenNak);
    let mut sender = Sender::new(SenderSettings::default(), Vec::new(), Moment::NEVER);
    let mut input = &[][..];
    for _ in 0..100 {
        let _ = receiver.advance(Moment::NEVER, &mut input);
        let _ = sender.advance(Moment::NEVER, &mut input);
    }
    assert_eq!(receiver.advance(Moment::NEVER, &mut input), Receiving::Wait(Moment::NEVER));
    assert_eq!(sender.advance(Moment::NEVER, &mut input), Sending::Wait(Moment::NEVER));
}
