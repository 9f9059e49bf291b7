//! The answers to the blocks of a file, told from the lines that come between them.

const ACK: u8 = 0x06;
/// ACK, NAK and CAN: no line of text has them.
const CONTROL: [u8; 3] = [ACK, 0x15, 0x18];

/// What the module says about the blocks of a transfer.
#[derive(Clone, Debug)]
pub(crate) struct LineControl {
    waiting: Vec<u8>,
    phase: Phase,
    column: Column,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The module asks for the first block, by NAK or by `C`: a letter of lines as well, but none
    /// begins with it.
    Asking,
    /// It has acknowledged a block.
    Answering,
}

/// Where in a line the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    First,
    Later,
}

impl LineControl {
    /// `partial` is what has come of a line that is not complete.
    pub(crate) fn behind(partial: &[u8]) -> LineControl {
        let column = if partial.is_empty() { Column::First } else { Column::Later };
        LineControl { waiting: Vec::new(), phase: Phase::Asking, column }
    }

    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.waiting)
    }

    /// Keeps a byte of control; any other is told to be text.
    fn keep(&mut self, byte: u8) -> Told {
        if byte == ACK {
            self.phase = Phase::Answering;
        }
        let asks = (byte, self.phase, self.column) == (b'C', Phase::Asking, Column::First);
        if asks || CONTROL.contains(&byte) {
            self.waiting.push(byte);
            return Told::Control;
        }
        self.column = if matches!(byte, b'\r' | b'\n') { Column::First } else { Column::Later };
        Told::Text
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Control,
    Text,
}

/// Keeps what is control, and hands the rest on as text, stretch by stretch.
pub(crate) fn split(bytes: &[u8], control: &mut LineControl, mut text: impl FnMut(&[u8])) {
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if control.keep(*byte) == Told::Control {
            if from < at {
                text(&bytes[from..at]);
            }
            from = at + 1;
        }
    }
    if from < bytes.len() {
        text(&bytes[from..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_all(parts: &[&[u8]], partial: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let mut control = LineControl::behind(partial);
        let mut text = Vec::new();
        for part in parts {
            split(part, &mut control, |words| text.extend_from_slice(words));
        }
        (text, control.take())
    }

    #[test]
    fn a_line_between_two_answers_stays_a_line() {
        let (text, control) = split_all(&[b"\x15\r\n+CEREG: 5\r\n\x06\x06C"], b"");
        assert_eq!(text, b"\r\n+CEREG: 5\r\nC", "behind an ACK nobody asks");
        assert_eq!(control, b"\x15\x06\x06");
        assert_eq!(split_all(&[b"C", b"C"], b"+"), (b"CC".to_vec(), Vec::new()));
    }

    #[test]
    fn how_bytes_are_chunked_does_not_matter() {
        let bytes = b"CC\r\n+CEREG: C\r\nC\x15\r\n+C\x18\x18C\r\n\x06C";
        for cut in 0..=bytes.len() {
            let (text, control) = split_all(&[&bytes[..cut], &bytes[cut..]], b"");
            assert_eq!(control, b"CCC\x15\x18\x18\x06", "cut at {cut}");
            assert_eq!(text, b"\r\n+CEREG: C\r\n\r\n+CC\r\nC", "cut at {cut}");
        }
    }
}
