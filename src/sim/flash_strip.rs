//! A stretch of flash that is filled block by block, in which a cut leaves a half-written block.
//!
//! Writing a block takes time, so it is two calls: [`FlashStrip::begin_block`] and, later,
//! [`FlashStrip::finish_block`]. Whoever fills a strip keeps it in `Flash` and the event that
//! finishes the block in `Ram`: a power cut or a reset between the two loses the event and leaves
//! the block half-written. The boot calls [`FlashStrip::recover`], which recognises such a block by
//! its checksum and drops it. What counts is therefore always a run of whole blocks (note 11.4).

use std::num::NonZeroU64;

/// A few numbers; the bytes themselves are not simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlashStrip {
    /// What the strip holds when it is full; the last block may be a short one.
    size_bytes: u64,
    block_bytes: NonZeroU64,
    whole_bytes: u64,
    tail: Tail,
}

/// What is behind the whole blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    Erased,
    HalfWritten,
}

impl FlashStrip {
    pub(crate) fn erased(size_bytes: u64, block_bytes: NonZeroU64) -> FlashStrip {
        FlashStrip { size_bytes, block_bytes, whole_bytes: 0, tail: Tail::Erased }
    }

    /// The block behind the whole ones is being written from now on.
    pub(crate) fn begin_block(&mut self) {
        if !self.is_full() {
            self.tail = Tail::HalfWritten;
        }
    }

    /// The block that was begun is whole; without one, nothing happens.
    pub(crate) fn finish_block(&mut self) {
        if self.is_half_written() {
            self.whole_bytes = self.block_end();
            self.tail = Tail::Erased;
        }
    }

    pub(crate) fn erase(&mut self) {
        self.whole_bytes = 0;
        self.tail = Tail::Erased;
    }

    /// Drops a half-written block, as the boot does.
    pub(crate) fn recover(&mut self) {
        self.tail = Tail::Erased;
    }

    pub(crate) fn is_half_written(&self) -> bool {
        self.tail == Tail::HalfWritten
    }

    pub(crate) fn is_full(&self) -> bool {
        self.whole_bytes == self.size_bytes
    }

    /// Bytes in whole blocks: all that a resumption may count on.
    pub(crate) fn whole_bytes(&self) -> u64 {
        self.whole_bytes
    }

    pub(crate) fn remaining_bytes(&self) -> u64 {
        self.size_bytes - self.whole_bytes
    }

    /// Where the block behind the whole ones ends.
    pub(crate) fn block_end(&self) -> u64 {
        self.whole_bytes.saturating_add(self.block_bytes.get()).min(self.size_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(size_bytes: u64) -> FlashStrip {
        FlashStrip::erased(size_bytes, NonZeroU64::new(1500).expect("not zero"))
    }

    #[test]
    fn a_block_counts_when_it_is_finished() {
        let mut strip = strip(3600);
        strip.begin_block();
        assert_eq!((strip.whole_bytes(), strip.is_half_written()), (0, true));
        strip.finish_block();
        // A second end of the same block is no end of the next one.
        strip.finish_block();
        assert_eq!((strip.whole_bytes(), strip.remaining_bytes()), (1500, 2100));
    }

    #[test]
    fn a_cut_costs_the_half_written_block_and_no_other() {
        let mut strip = strip(3600);
        strip.begin_block();
        strip.finish_block();
        strip.begin_block();
        strip.recover();
        assert_eq!((strip.whole_bytes(), strip.is_half_written()), (1500, false));
    }

    #[test]
    fn the_last_block_is_as_short_as_it_has_to_be() {
        for size_bytes in [0, 1, 1499, 1500, 1501, 3600] {
            let mut strip = strip(size_bytes);
            let mut blocks = 0;
            while !strip.is_full() {
                strip.begin_block();
                strip.finish_block();
                blocks += 1;
            }
            assert_eq!(blocks, size_bytes.div_ceil(1500));
            // A full strip takes no more.
            strip.begin_block();
            assert!(!strip.is_half_written() && strip.remaining_bytes() == 0);
        }
    }
}
