//! The receiver: asks for blocks, judges them, hands out the data.

use std::collections::VecDeque;
use std::time::Duration;

use crate::moment::Moment;
use crate::xmodem::block::{ACK, BACKSPACE, CAN, Check, EOT, HEAD, LONG, NAK, SHORT, SOH, STX};
use crate::xmodem::settings::{Frame, ReceiverSettings, ShortBlocks, Sums, WrongAnswer};

/// How often `C` is said before NAK: an old sender does not know `C` and ignores it.
const CRC_STARTS: u32 = 4;
/// Start characters are at least so far apart, so that time passes whatever the settings say.
const MIN_START_PERIOD: Duration = Duration::from_millis(1);
/// Bytes of one purge: rubbish without any silence must come to an end too.
const MAX_PURGE: usize = 8 * LONG;

/// Blocks behind the last byte of the file that are acknowledged: one is padding, a few come from a
/// sender that pads its buffer (guess), and a sender without end must be stopped.
const MAX_SPARE_BLOCKS: u64 = 16;

/// How a reception ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    Complete,
    NotStarted,
    /// By the sender.
    Cancelled,
    TooManyErrors,
    /// EOT before the last byte or behind more than one spare block; or spare blocks without end.
    WrongLength {
        stored_bytes: u64,
        spare_blocks: u64,
    },
}

/// What the caller of a receiver does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Receiving<'r> {
    /// The next bytes of the file, without padding. The ACK is the next thing said: call again when
    /// they are stored.
    Store(&'r [u8]),
    Say(u8),
    /// Call again at this moment, or with bytes.
    Wait(Moment),
    /// Said once. From now on a repeated EOT is still answered (6.2, 8); bytes that are left in the
    /// input are for whom the line belongs to next (6.2, 7).
    Ended(Received),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Store(usize),
    Say(u8),
    Ended(Received),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No block is stored; start characters are said.
    Start,
    Between,
    Inside,
    /// What comes is dropped; with the number of bytes so far.
    Purging(usize),
    Over,
}

/// The end that stores a file of known length.
#[derive(Clone, Debug)]
pub struct Receiver {
    settings: ReceiverSettings,
    size_bytes: u64,
    phase: Phase,
    check: Check,
    due: VecDeque<Due>,
    starts: u32,
    next_start: Moment,
    give_up_start: Moment,
    /// When something was last heard or said.
    since: Moment,
    frame: Vec<u8>,
    stored_bytes: u64,
    /// Good blocks, spare ones included.
    blocks: u64,
    spare_blocks: u64,
    /// In a row.
    errors: u32,
    /// Whether the last byte between blocks was a CAN.
    cancelling: bool,
}

impl Receiver {
    /// `now` is when the command for the transfer came.
    pub fn new(settings: ReceiverSettings, size_bytes: u64, now: Moment) -> Receiver {
        Receiver {
            size_bytes,
            phase: Phase::Start,
            check: Check::asked_by(settings.start),
            due: VecDeque::new(),
            starts: 0,
            next_start: now + settings.first_start_after,
            give_up_start: now + settings.start_limit,
            since: now,
            frame: Vec::new(),
            stored_bytes: 0,
            blocks: 0,
            spare_blocks: 0,
            errors: 0,
            cancelling: false,
            settings,
        }
    }

    /// What is to be done at `now`, when `input` has come.
    pub fn advance(&mut self, now: Moment, input: &mut &[u8]) -> Receiving<'_> {
        if self.due.is_empty() && now >= self.alarm() {
            self.time_out(now);
        }
        while self.due.is_empty() && self.hear(now, input) {}
        match self.due.pop_front() {
            None => Receiving::Wait(self.alarm()),
            Some(Due::Store(length)) => Receiving::Store(&self.frame[HEAD..HEAD + length]),
            Some(Due::Ended(outcome)) => Receiving::Ended(outcome),
            Some(Due::Say(byte)) => {
                self.since = now;
                self.next_start = now + self.settings.start_period.max(MIN_START_PERIOD);
                Receiving::Say(byte)
            }
        }
    }

    fn alarm(&self) -> Moment {
        match self.phase {
            Phase::Start => self.next_start.min(self.give_up_start),
            Phase::Between => self.since + self.settings.block_limit,
            Phase::Inside | Phase::Purging(_) => self.since + self.settings.byte_limit,
            Phase::Over => Moment::NEVER,
        }
    }

    fn time_out(&mut self, now: Moment) {
        match self.phase {
            Phase::Start if now >= self.give_up_start => self.end(Received::NotStarted),
            Phase::Start => {
                if self.starts >= CRC_STARTS {
                    self.check = Check::Sum;
                }
                self.starts = self.starts.saturating_add(1);
                self.due.push_back(Due::Say(self.check.start_character()));
            }
            Phase::Between | Phase::Inside | Phase::Purging(_) => self.refuse(),
            Phase::Over => {}
        }
    }

    /// Takes bytes that belong together off `input`; whether there were any for us.
    fn hear(&mut self, now: Moment, input: &mut &[u8]) -> bool {
        let Some(&first) = input.first() else { return false };
        let taken = match self.phase {
            Phase::Start | Phase::Between => self.begin(first),
            Phase::Inside => self.collect(input),
            Phase::Purging(purged) => self.purge(purged, input.len()),
            Phase::Over => self.trail(first),
        };
        *input = &input[taken..];
        self.since = now;
        taken > 0
    }

    fn begin(&mut self, byte: u8) -> usize {
        let cancelling = std::mem::replace(&mut self.cancelling, byte == CAN);
        match byte {
            SOH | STX => {
                self.frame = vec![byte];
                self.phase = Phase::Inside;
            }
            EOT => self.end_of_file(),
            CAN if cancelling => self.end(Received::Cancelled),
            CAN => {}
            // What is left of the command line, such as its LF.
            _ if self.phase == Phase::Start => {}
            _ => self.phase = Phase::Purging(0),
        }
        1
    }

    fn collect(&mut self, input: &[u8]) -> usize {
        let length = if self.frame[0] == SOH { SHORT } else { LONG };
        let missing = HEAD + length + self.check.length() - self.frame.len();
        let taken = missing.min(input.len());
        self.frame.extend_from_slice(&input[..taken]);
        if taken == missing {
            self.judge(length);
        }
        taken
    }

    /// A block of `length` data bytes has come.
    fn judge(&mut self, length: usize) {
        let (data, check) = self.frame[HEAD..].split_at(length);
        let number = self.frame[1];
        let is_good = match self.settings.sums {
            Sums::Checked => self.check.of(data).eq(check.iter().copied()),
            Sums::Ignored => true,
        };
        if number != !self.frame[2] || !is_good {
            self.phase = Phase::Purging(0);
            return;
        }
        let is = |block: u64| number == block.to_le_bytes()[0];
        let next = Frame::Block(self.blocks + 1);
        if self.frame[0] == SOH && self.settings.short_blocks == ShortBlocks::Refused {
            self.refuse();
        } else if is(self.blocks + 1) && !self.spoils(next) {
            self.store(length);
            if self.spare_blocks > MAX_SPARE_BLOCKS {
                self.due.extend([Due::Say(CAN); 2]);
                return self.end(self.wrong_length());
            }
            self.answer(next);
        } else if is(self.blocks) && self.blocks > 0 {
            self.phase = Phase::Between;
            self.due.push_back(Due::Say(ACK));
        } else {
            self.refuse();
        }
    }

    fn store(&mut self, length: usize) {
        let missing = self.size_bytes - self.stored_bytes;
        let kept = usize::try_from(missing).map_or(length, |missing| missing.min(length));
        self.stored_bytes += kept as u64;
        self.blocks += 1;
        self.spare_blocks += u64::from(kept == 0);
        self.errors = 0;
        self.phase = Phase::Between;
        if kept > 0 {
            self.due.push_back(Due::Store(kept));
        }
    }

    fn end_of_file(&mut self) {
        if self.spoils(Frame::Eot) {
            return self.refuse();
        }
        let is_right = self.stored_bytes == self.size_bytes && self.spare_blocks <= 1;
        self.answer(Frame::Eot);
        self.end(if is_right { Received::Complete } else { self.wrong_length() });
    }

    fn wrong_length(&self) -> Received {
        let Receiver { stored_bytes, spare_blocks, .. } = *self;
        Received::WrongLength { stored_bytes, spare_blocks }
    }

    fn fault(&self, frame: Frame) -> Option<WrongAnswer> {
        let fault = self.settings.faults.iter().find(|fault| fault.to == frame);
        fault.map(|fault| fault.instead)
    }

    fn spoils(&self, frame: Frame) -> bool {
        matches!(self.fault(frame), Some(WrongAnswer::Naks(times)) if self.errors < times)
    }

    fn answer(&mut self, frame: Frame) {
        let times = match self.fault(frame) {
            Some(WrongAnswer::Nothing) => 0,
            Some(WrongAnswer::Twice) => 2,
            Some(WrongAnswer::Naks(_)) | None => 1,
        };
        self.due.extend([Due::Say(ACK); 2].into_iter().take(times));
    }

    /// One more error: asks again, as at the start when nothing is stored, or gives up.
    fn refuse(&mut self) {
        self.errors += 1;
        if self.errors > self.settings.retries {
            self.due.extend([Due::Say(CAN); 2]);
            return self.end(Received::TooManyErrors);
        }
        let is_started = self.blocks > 0;
        self.phase = if is_started { Phase::Between } else { Phase::Start };
        let again = if is_started { NAK } else { self.check.start_character() };
        self.due.push_back(Due::Say(again));
    }

    fn purge(&mut self, purged: usize, waiting: usize) -> usize {
        let taken = waiting.min(MAX_PURGE - purged);
        self.phase = Phase::Purging(purged + taken);
        if purged + taken == MAX_PURGE {
            self.refuse();
        }
        taken
    }

    fn end(&mut self, outcome: Received) {
        self.phase = Phase::Over;
        self.due.push_back(Due::Ended(outcome));
    }

    /// Behind the end: a sender repeats its EOT, or says CAN many times and deletes them (lrzsz).
    fn trail(&mut self, byte: u8) -> usize {
        match byte {
            EOT => self.due.push_back(Due::Say(ACK)),
            CAN | BACKSPACE => {}
            _ => return 0,
        }
        1
    }
}
