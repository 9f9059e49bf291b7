//! The line between module and host when it is disturbed: split, late, lost and flipped bytes.
//!
//! A correct host stands everything of the level `harmless`: bytes come in pieces or late, NUL
//! bytes come at boot, and an indication may come before any line. `rough` spoils bytes as well.
//! All of it is drawn from a chance of its own, so that a quiet line changes no times.

use std::collections::VecDeque;
use std::time::Duration;

use crate::behaviour::Noise;
use crate::moment::Moment;
use crate::sim::chance::Chance;

/// One of so many lines has an indication before it.
const LINES_PER_INDICATION: u64 = 12;
/// One of so many bytes is dropped or flipped on a rough line.
const BYTES_PER_ERROR: u64 = 400;
/// Longest piece of what is split; the shortest is one byte.
const LONGEST_PIECE: u64 = 24;
/// Longest time that a piece is late, in milliseconds.
const LATEST_MS: u64 = 30;
/// Most NUL bytes at a boot.
const MOST_NULS: u64 = 16;
/// After such a pause, or sleep, a rough line loses the first byte that the host sends.
const PAUSE: Duration = Duration::from_secs(10);

/// Indications that have nothing to do with what a host waits for (reference 8, `sibling-urcs`).
const INDICATIONS: [&[u8]; 3] =
    [b"\r\n+PBREADY\r\n", b"\r\n+SIM: 1\r\n", b"\r\n+NVBU_IND: 0,0\r\n"];

#[derive(Clone, Debug)]
pub(crate) struct Line {
    chance: Chance,
    /// On their way to the host, each with its arrival.
    pieces: VecDeque<(Moment, Vec<u8>)>,
    /// When the host sent something last.
    heard: Moment,
    /// Nothing was heard since the module woke up.
    drowsy: bool,
}

impl Line {
    pub(crate) fn new(chance: Chance) -> Line {
        Line { chance, pieces: VecDeque::new(), heard: Moment::START, drowsy: false }
    }

    /// Whether bytes may go past this line, since nothing disturbs them or is before them.
    pub(crate) fn is_quiet(&self, noise: Noise) -> bool {
        noise == Noise::None && self.pieces.is_empty()
    }

    /// Takes in what the module said at `now`.
    pub(crate) fn carry(&mut self, noise: Noise, now: Moment, said: &[u8]) {
        let mut said = match noise {
            Noise::None => return self.send(now, said.to_vec()),
            Noise::Harmless => self.with_indications(said),
            Noise::Rough => {
                let said = self.with_indications(said);
                self.spoiled(&said)
            }
        };
        while !said.is_empty() {
            let length = usize::try_from(self.chance.within(1..=LONGEST_PIECE)).unwrap_or(1);
            let rest = said.split_off(length.min(said.len()));
            let late = Duration::from_millis(self.chance.within(0..=LATEST_MS));
            self.send(now + late, std::mem::replace(&mut said, rest));
        }
    }

    /// A booting module's transmitter comes to life.
    pub(crate) fn nuls(&mut self, noise: Noise) -> Vec<u8> {
        let count = match noise {
            Noise::None => 0,
            Noise::Harmless | Noise::Rough => self.chance.within(0..=MOST_NULS),
        };
        vec![0; usize::try_from(count).unwrap_or_default()]
    }

    /// The module has just woken up: its receiver needs a moment.
    pub(crate) fn wake(&mut self) {
        self.drowsy = true;
    }

    /// What arrives at the module of what the host sent.
    pub(crate) fn heard(&mut self, noise: Noise, now: Moment, input: &[u8]) -> Vec<u8> {
        let pause = now.since(self.heard) >= PAUSE || self.drowsy;
        if !input.is_empty() {
            self.heard = now;
            self.drowsy = false;
        }
        match noise {
            Noise::None | Noise::Harmless => input.to_vec(),
            Noise::Rough => self.spoiled(input.get(usize::from(pause)..).unwrap_or_default()),
        }
    }

    /// Appends what has arrived at the host by `now`.
    pub(crate) fn deliver(&mut self, now: Moment, out: &mut Vec<u8>) {
        while self.pieces.front().is_some_and(|(at, _)| *at <= now) {
            out.extend(self.pieces.pop_front().into_iter().flat_map(|(_, piece)| piece));
        }
    }

    /// When the next piece arrives.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.pieces.front().map(|(at, _)| *at)
    }

    /// The supply is cut: what was on its way is gone.
    pub(crate) fn cut(&mut self) {
        self.pieces.clear();
    }

    /// Pieces never overtake each other.
    fn send(&mut self, at: Moment, piece: Vec<u8>) {
        let before = self.pieces.back().map_or(at, |(before, _)| *before);
        self.pieces.push_back((at.max(before), piece));
    }

    /// A URC may fall between lines, but not into one (reference 1.1).
    fn with_indications(&mut self, said: &[u8]) -> Vec<u8> {
        if !said.starts_with(b"\r\n") || self.chance.within(1..=LINES_PER_INDICATION) > 1 {
            return said.to_vec();
        }
        let which = usize::try_from(self.chance.within(0..=2)).unwrap_or_default();
        let indication = INDICATIONS.get(which).copied().unwrap_or_default();
        [indication, said].concat()
    }

    fn spoiled(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut left = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            match self.chance.within(1..=2 * BYTES_PER_ERROR) {
                1 => {}
                2 => left.push(byte ^ (1 << self.chance.within(0..=7))),
                _ => left.push(byte),
            }
        }
        left
    }
}
