//! What either end of XMODEM is told beforehand, and its faults on purpose.

use std::time::Duration;

/// Errors in a row before an end gives up (6.3); senders in the field allow about as many (6.2).
const RETRIES: u32 = 10;

/// Which start characters are said or understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As the module does; a sender takes a `C` for noise, for example of a URC.
    Nak,
    CrcThenNak,
}

/// Blocks of 128 bytes at a receiver (reference switch `xm_short`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortBlocks {
    Accepted,
    Refused,
}

/// What a receiver does about a block whose check is wrong (defect `accepts-bad-checksum`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sums {
    Checked,
    Ignored,
}

/// The answer to one good block or EOT that is not its ACK, on purpose (defect 32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerFault {
    pub to: Frame,
    pub instead: WrongAnswer,
}

/// Something that is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Counted from 1, without wrapping.
    Block(u64),
    Eot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongAnswer {
    /// `ack-lost`: it is stored and not answered.
    Nothing,
    /// `dup-ack`: two ACKs.
    Twice,
    /// `bad-block` and `eot-nak` once, `nak-storm` many times: taken for damaged.
    Naks(u32),
}

/// How a receiver behaves; the default is the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverSettings {
    pub start: Start,
    /// From the command to the first start character.
    pub first_start_after: Duration,
    /// Between start characters.
    pub start_period: Duration,
    /// From the command to giving up when no block comes.
    pub start_limit: Duration,
    pub short_blocks: ShortBlocks,
    pub sums: Sums,
    /// Silence that ends a block that is damaged or not complete.
    pub byte_limit: Duration,
    /// Silence between blocks.
    pub block_limit: Duration,
    /// Errors in a row that are answered; the next one gives up.
    pub retries: u32,
    pub faults: Vec<AnswerFault>,
}

impl Default for ReceiverSettings {
    fn default() -> ReceiverSettings {
        ReceiverSettings {
            start: Start::Nak,                               // [seen] `xm_start`
            first_start_after: Duration::from_millis(1_270), // [seen] 6.1
            start_period: Duration::from_secs(3),            // [guess] `nak_period`
            start_limit: Duration::from_secs(300),           // [note] 10
            short_blocks: ShortBlocks::Accepted,             // [seen] `xm_short`
            sums: Sums::Checked,
            byte_limit: Duration::from_secs(1),   // [guess] 6.3
            block_limit: Duration::from_secs(10), // [guess] 6.3
            retries: RETRIES,
            faults: Vec::new(),
        }
    }
}

/// How a sender cuts its file into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    Short,
    /// A tail that is not nearly a long block goes as short ones: `sx -k` (6.2, 2).
    LongThenShort,
    /// The tail is padded to a long block (6.2, 3).
    Long,
    /// The same, and a file of whole blocks is followed by one of padding only (6.2, 1).
    LongAndSpare,
}

/// Something wrong with the first sending of a block or EOT, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameFault {
    pub of: Frame,
    pub kind: WrongFrame,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongFrame {
    /// Half of it is sent, and nothing ever after.
    Cut,
    /// One bit is wrong, so many times.
    Corrupt(u32),
    /// So long a pause in the middle; what is heard meanwhile is lost.
    Stall(Duration),
    /// It is sent twice in a row.
    Repeat,
}

/// How a sender behaves; the default is `sx -k`, but does not understand `C`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderSettings {
    pub start: Start,
    pub blocks: Blocks,
    /// Waiting for a start character.
    pub start_limit: Duration,
    /// Answers that come sooner behind a frame are older than it and dropped: what the line takes
    /// to carry a frame, or zero.
    pub deaf: Duration,
    /// Waiting for an answer.
    pub answer_limit: Duration,
    /// Repetitions of one frame; the next one gives up.
    pub retries: u32,
    pub faults: Vec<FrameFault>,
}

impl Default for SenderSettings {
    fn default() -> SenderSettings {
        SenderSettings {
            start: Start::Nak,
            blocks: Blocks::LongThenShort,
            start_limit: Duration::from_secs(60),
            deaf: Duration::ZERO,
            // Longer than the silence that a receiver answers, so that not both repeat at once.
            answer_limit: Duration::from_secs(15),
            retries: RETRIES,
            faults: Vec::new(),
        }
    }
}
