//! What the module has said and its client has not taken yet; what has no room is lost by lines.
//!
//! A line that is lost is lost whole, so that the rest of it does not glue to the next answer.

use std::collections::VecDeque;

/// How much of what the module says waits for a client that does not read: more than a minute of
/// a UART at 115200 baud. What does not fit is lost, as from a UART whose host has overrun.
pub(super) const BACKLOG_BYTES: usize = 1 << 20;

#[derive(Default)]
pub(super) struct Backlog {
    bytes: VecDeque<u8>,
    /// How many at the end belong to a line whose end was not said yet.
    open: usize,
    rest: Rest,
    said_bytes: u64,
    lost_bytes: u64,
}

/// What becomes of the bytes up to the next line end.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Rest {
    #[default]
    Wanted,
    /// The beginning of their line had no room.
    Lost,
}

impl Backlog {
    /// Keeps what there is room for. How the bytes come in pieces does not matter.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ends = piece.ends_with(b"\n");
            if self.rest == Rest::Lost || self.bytes.len() + piece.len() > BACKLOG_BYTES {
                self.lose(piece.len());
                self.rest = if ends { Rest::Wanted } else { Rest::Lost };
            } else {
                self.bytes.extend(piece);
                self.said_bytes += piece.len() as u64;
                self.open = if ends { 0 } else { self.open + piece.len() };
            }
        }
    }

    /// So many are lost, and what was kept of their line.
    fn lose(&mut self, length: usize) {
        let open = std::mem::take(&mut self.open);
        self.bytes.truncate(self.bytes.len() - open);
        self.said_bytes -= open as u64;
        self.lost_bytes += (open + length) as u64;
    }

    /// What the client should be given next.
    pub(super) fn waiting(&self) -> &[u8] {
        self.bytes.as_slices().0
    }

    /// So much of it has been given.
    pub(super) fn taken(&mut self, length: usize) {
        self.bytes.drain(..length);
        self.open = self.open.min(self.bytes.len());
    }

    /// Nobody wants it any more.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.open = 0;
        self.rest = Rest::Wanted;
    }

    /// How much was kept since the start.
    pub(super) fn said_bytes(&self) -> u64 {
        self.said_bytes
    }

    /// How much had no room since the start.
    pub(super) fn lost_bytes(&self) -> u64 {
        self.lost_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = b"+WDSI: 18,\"55\"\r\n";

    fn all(backlog: &Backlog) -> Vec<u8> {
        backlog.bytes.iter().copied().collect()
    }

    #[test]
    fn lines_without_room_are_lost_whole_however_they_come() {
        let said = LINE.repeat(BACKLOG_BYTES / LINE.len() + 1_000);
        // A head that makes the limit fall into the middle of a line.
        let said = [&b"head\r\n"[..], &said].concat();
        for chunk in [5, 16, 4096, said.len()] {
            let mut backlog = Backlog::default();
            said.chunks(chunk).for_each(|bytes| backlog.keep(bytes));
            let kept = all(&backlog);
            assert!(kept.ends_with(LINE) && kept.len() > BACKLOG_BYTES - LINE.len());
            assert_eq!(backlog.said_bytes(), kept.len() as u64, "in chunks of {chunk}");
            assert_eq!(backlog.lost_bytes(), (said.len() - kept.len()) as u64);
            backlog.taken(kept.len());
            backlog.keep(b"OK\r\n");
            assert_eq!(backlog.waiting(), b"OK\r\n");
        }
    }

    #[test]
    fn the_rest_of_a_lost_line_is_lost_as_well() {
        let mut backlog = Backlog::default();
        backlog.keep(&LINE.repeat(BACKLOG_BYTES / LINE.len()));
        backlog.keep(b"+WDSI: ");
        backlog.taken(BACKLOG_BYTES);
        backlog.keep(b"18\r\n+WDSI: ");
        backlog.keep(b"19\r\n");
        assert_eq!(all(&backlog), b"+WDSI: 19\r\n");
        assert_eq!(backlog.lost_bytes(), 11);
    }

    #[test]
    fn a_line_that_was_begun_to_be_taken_goes_on() {
        let mut backlog = Backlog::default();
        backlog.keep(b"+WD");
        backlog.taken(2);
        backlog.keep(b"SI: 1\r\n");
        assert_eq!(all(&backlog), b"DSI: 1\r\n");
    }
}
