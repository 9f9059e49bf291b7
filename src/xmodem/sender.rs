//! The sender: cuts a file into blocks and repeats each until it is acknowledged.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use crate::moment::Moment;
use crate::xmodem::block::{ACK, CAN, Check, EOT, LONG, NAK, SHORT, sealed};
use crate::xmodem::settings::{Blocks, Frame, SenderSettings, Start, WrongFrame};

/// The longest tail that goes as short blocks: what sx does (6.2, 2).
const MAX_SHORT_TAIL: usize = 7 * SHORT;

impl Blocks {
    /// What each block of a file carries, padding included.
    pub fn of(self, size_bytes: usize) -> impl Iterator<Item = Range<usize>> {
        let next = move |block: &Range<usize>| self.at(block.end, size_bytes);
        std::iter::successors(self.at(0, size_bytes), next)
    }

    /// The block that begins at `from`; none behind the last one.
    fn at(self, from: usize, size_bytes: usize) -> Option<Range<usize>> {
        let (length, end) = match self {
            Blocks::Short => (SHORT, size_bytes),
            Blocks::LongThenShort if size_bytes.saturating_sub(from) <= MAX_SHORT_TAIL => {
                (SHORT, size_bytes)
            }
            Blocks::LongThenShort | Blocks::Long => (LONG, size_bytes),
            Blocks::LongAndSpare => (LONG, size_bytes / LONG * LONG + LONG),
        };
        (from < end).then_some(from..from + length)
    }
}

/// How a sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Complete,
    NotStarted,
    /// By the receiver.
    Cancelled,
    TooManyErrors,
    /// By [`WrongFrame::Cut`].
    Cut,
}

/// What a sender has done and heard up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Blocks of the file.
    pub blocks: u64,
    /// Blocks and ends of transfer that were said, each time.
    pub frames: u64,
    /// Those that were said again because of an answer, or for want of one.
    pub resent: u64,
    /// ACKs and NAKs since the first block; more than frames are answers to nothing.
    pub answers: u64,
}

/// What the caller of a sender does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Sending<'s> {
    Say(&'s [u8]),
    /// Call again at this moment, or with bytes.
    Wait(Moment),
    /// Said once. Bytes that are left in the input are for whom the line belongs to next.
    Ended(Sent),
}
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// This much of the frame.
    Say(Range<usize>),
    /// Silence behind what was said last.
    Pause(Duration),
    Ended(Sent),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Waits for a start character.
    Start,
    /// Waits for the answer to a block or to EOT.
    Sent(Frame),
    Over,
}

/// The end that has the file.
#[derive(Clone, Debug)]
pub struct Sender {
    settings: SenderSettings,
    data: Vec<u8>,
    check: Check,
    stage: Stage,
    due: VecDeque<Part>,
    frame: Vec<u8>,
    /// When something was last said.
    since: Moment,
    block: u64,
    /// What the current block carries, padding included.
    carried: Range<usize>,
    errors: u32,
    cancelling: bool,
    traffic: Traffic,
}

impl Sender {
    pub fn new(settings: SenderSettings, data: Vec<u8>, now: Moment) -> Sender {
        Sender {
            settings,
            data,
            check: Check::Sum,
            stage: Stage::Start,
            due: VecDeque::new(),
            frame: Vec::new(),
            since: now,
            block: 0,
            carried: 0..0,
            errors: 0,
            cancelling: false,
            traffic: Traffic::default(),
        }
    }

    /// What is to be done at `now`, when `input` has come.
    pub fn advance(&mut self, now: Moment, input: &mut &[u8]) -> Sending<'_> {
        if self.due.is_empty() && now >= self.alarm() {
            self.time_out();
        }
        while self.due.is_empty()
            && self.stage != Stage::Over
            && let Some((byte, rest)) = input.split_first()
        {
            *input = rest;
            self.hear(now, *byte);
        }
        if let Some(Part::Pause(length)) = self.due.front() {
            let until = self.since + *length;
            *input = &[];
            if now < until {
                return Sending::Wait(until);
            }
            self.due.pop_front();
        }
        match self.due.pop_front() {
            None | Some(Part::Pause(_)) => Sending::Wait(self.alarm()),
            Some(Part::Ended(outcome)) => Sending::Ended(outcome),
            Some(Part::Say(range)) => {
                self.since = now;
                Sending::Say(&self.frame[range])
            }
        }
    }

    pub fn traffic(&self) -> Traffic {
        Traffic { blocks: self.block, ..self.traffic }
    }

    fn alarm(&self) -> Moment {
        match self.stage {
            Stage::Start => self.since + self.settings.start_limit,
            Stage::Sent(_) => self.since + self.settings.answer_limit,
            Stage::Over => Moment::NEVER,
        }
    }

    fn time_out(&mut self) {
        match self.stage {
            Stage::Start => self.end(Sent::NotStarted),
            Stage::Sent(frame) => self.repeat(frame),
            Stage::Over => {}
        }
    }

    fn hear(&mut self, now: Moment, byte: u8) {
        let cancelling = std::mem::replace(&mut self.cancelling, byte == CAN);
        if byte == CAN && cancelling {
            return self.end(Sent::Cancelled);
        }
        if self.stage != Stage::Start && matches!(byte, ACK | NAK) {
            self.traffic.answers += 1;
        }
        let asks_crc = byte == b'C' && self.settings.start == Start::CrcThenNak;
        match self.stage {
            Stage::Start if asks_crc || byte == NAK => {
                self.check = if asks_crc { Check::Crc } else { Check::Sum };
                self.send_next();
            }
            Stage::Sent(frame) if now >= self.since + self.settings.deaf => match byte {
                ACK if frame == Frame::Eot => self.end(Sent::Complete),
                ACK => self.send_next(),
                NAK => self.repeat(frame),
                // The receiver still asks for the first block; it may have asked by NAK before.
                _ if asks_crc && frame == Frame::Block(1) => {
                    self.check = Check::Crc;
                    self.repeat(frame);
                }
                _ => {}
            },
            Stage::Start | Stage::Sent(_) | Stage::Over => {}
        }
    }

    fn send_next(&mut self) {
        self.errors = 0;
        let Some(block) = self.settings.blocks.at(self.carried.end, self.data.len()) else {
            return self.send(Frame::Eot);
        };
        self.carried = block;
        self.block += 1;
        self.send(Frame::Block(self.block));
    }

    fn repeat(&mut self, frame: Frame) {
        self.errors += 1;
        if self.errors > self.settings.retries {
            self.frame = vec![CAN, CAN];
            self.due.push_back(Part::Say(0..2));
            return self.end(Sent::TooManyErrors);
        }
        self.traffic.resent += 1;
        self.send(frame);
    }

    fn send(&mut self, frame: Frame) {
        self.stage = Stage::Sent(frame);
        let end = self.data.len();
        let data = &self.data[self.carried.start.min(end)..self.carried.end.min(end)];
        self.frame = match frame {
            Frame::Block(number) => sealed(number, data, (self.carried.len(), self.check)),
            Frame::Eot => vec![EOT],
        };
        let (half, whole) = (self.frame.len() / 2, self.frame.len());
        let fault = self.settings.faults.iter().find(|fault| fault.of == frame);
        match fault.map(|fault| fault.kind) {
            Some(WrongFrame::Cut) => {
                self.say(0..half);
                self.end(Sent::Cut);
            }
            Some(WrongFrame::Stall(length)) if self.errors == 0 => {
                self.say(0..half);
                self.due.push_back(Part::Pause(length));
                self.say(half..whole);
            }
            Some(WrongFrame::Repeat) if self.errors == 0 => {
                self.say(0..whole);
                self.say(0..whole);
            }
            Some(WrongFrame::Corrupt(times)) if self.errors < times => {
                self.frame[half] ^= 1;
                self.say(0..whole);
            }
            Some(WrongFrame::Stall(_) | WrongFrame::Repeat | WrongFrame::Corrupt(_)) | None => {
                self.say(0..whole);
            }
        }
    }

    fn say(&mut self, range: Range<usize>) {
        self.traffic.frames += u64::from(range.start == 0);
        if !range.is_empty() {
            self.due.push_back(Part::Say(range));
        }
    }

    fn end(&mut self, outcome: Sent) {
        self.stage = Stage::Over;
        self.due.push_back(Part::Ended(outcome));
    }
}
