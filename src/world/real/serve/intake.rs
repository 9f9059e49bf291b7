//! The bytes of a controller become lines, none longer than allowed.

use memchr::memchr;

/// Longer than any request: a line beyond this is a mistake, and must not fill the memory.
pub(super) const MAX_REQUEST_BYTES: usize = 64 << 10;

/// What has come and was not carried out yet.
#[derive(Default)]
pub(super) struct Intake {
    bytes: Vec<u8>,
    /// Up to here there is no line end.
    searched: usize,
    rest: Rest,
}

/// What becomes of the bytes up to the next line end.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Rest {
    #[default]
    Wanted,
    /// They belong to a line that was too long.
    Dropped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Without its line end.
    Whole(Vec<u8>),
    /// Told once, at its end.
    TooLong,
}

impl Intake {
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole line. Half a line is kept for later.
    pub(super) fn next(&mut self) -> Option<Line> {
        let Some(end) = memchr(b'\n', &self.bytes[self.searched..]) else {
            self.searched = self.bytes.len();
            if self.bytes.len() > MAX_REQUEST_BYTES || self.rest == Rest::Dropped {
                self.bytes.clear();
                self.searched = 0;
                self.rest = Rest::Dropped;
            }
            return None;
        };
        let end = self.searched + end;
        self.searched = 0;
        let mut line: Vec<u8> = self.bytes.drain(..=end).collect();
        line.pop();
        let rest = std::mem::take(&mut self.rest);
        let too_long = line.len() > MAX_REQUEST_BYTES || rest == Rest::Dropped;
        Some(if too_long { Line::TooLong } else { Line::Whole(line) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], chunk: usize) -> Vec<Line> {
        let mut intake = Intake::default();
        let mut lines = Vec::new();
        for bytes in text.chunks(chunk) {
            intake.hear(bytes);
            while let Some(line) = intake.next() {
                lines.push(line);
            }
            assert!(intake.bytes.len() <= MAX_REQUEST_BYTES + chunk);
        }
        lines
    }

    #[test]
    fn how_bytes_are_chunked_does_not_matter() {
        let long = vec![b'x'; MAX_REQUEST_BYTES];
        let text = [b"a\n\nb\r\n", &long[..], b"\n", &long[..], b"x\nc\nhalf"].concat();
        let whole = |line: &[u8]| Line::Whole(line.to_vec());
        let expected =
            [whole(b"a"), whole(b""), whole(b"b\r"), whole(&long), Line::TooLong, whole(b"c")];
        for chunk in [1, 7, 4096, text.len()] {
            assert_eq!(lines(&text, chunk), expected, "in chunks of {chunk}");
        }
    }
}
