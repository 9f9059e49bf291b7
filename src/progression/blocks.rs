//! How much of a file a module has taken by XMODEM, told from the blocks that were sent to it.
//!
//! The next block, or the end of the file, is only sent when the module has taken the one before;
//! a block that is sent again has its number (`xmodem`).

use crate::xmodem::{EOT, LONG, SHORT, SOH, STX};

/// A file on its way.
#[derive(Clone, Debug)]
pub(super) struct Blocks {
    /// Its length.
    pub(super) bytes: u64,
    taken: u64,
    /// Number and length of the block that waits for its answer.
    waiting: Option<(u8, u64)>,
    /// Nothing is left to be sent.
    pub(super) is_whole: bool,
}

impl Blocks {
    pub(super) fn of(bytes: u64) -> Blocks {
        Blocks { bytes, taken: 0, waiting: None, is_whole: false }
    }

    /// Takes in what was sent, and says whether the file has come further by that.
    pub(super) fn sent(&mut self, bytes: &[u8]) -> bool {
        let next = match bytes {
            [EOT] if !self.is_whole => {
                self.is_whole = true;
                None
            }
            [SOH, number, _, ..] => Some((*number, SHORT as u64)),
            [STX, number, _, ..] => Some((*number, LONG as u64)),
            _ => return false,
        };
        if next.is_some() && next == self.waiting {
            return false;
        }
        // The padding of the last block is no part of the file.
        let length = self.waiting.map_or(0, |(_, length)| length);
        self.taken = self.taken.saturating_add(length).min(self.bytes);
        self.waiting = next;
        length > 0
    }

    /// The share that was taken, from 0 to 1.
    pub(super) fn done(&self) -> f64 {
        if self.is_whole || self.bytes == 0 {
            return 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let share = self.taken as f64 / self.bytes as f64;
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_counts_once_the_next_one_is_sent() {
        let mut blocks = Blocks::of(2_000);
        let long = |number| [[STX, number, 255 - number].as_slice(), &[0; 1025]].concat();
        assert!(!blocks.sent(&long(1)) && !blocks.sent(&long(1)), "the first, and again");
        assert!(blocks.sent(&[SOH, 2, 253, 0]));
        assert!((blocks.done() - 0.512).abs() < 1e-9);
        assert!(!blocks.sent(b"AT\r"));
        assert!(blocks.sent(&long(3)) && blocks.sent(&[EOT]) && !blocks.sent(&[EOT]));
        assert!(blocks.done() >= 1.0);
    }

    #[test]
    fn an_empty_file_is_there_at_once() {
        assert!(Blocks::of(0).done() >= 1.0);
    }
}
