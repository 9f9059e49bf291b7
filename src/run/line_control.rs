//! The answers to the blocks of a file, told from the lines that come between them.

/// ACK, NAK and CAN: no line of text has them.
const CONTROL: [u8; 3] = [0x06, 0x15, 0x18];

/// What the module says about the blocks of a transfer.
#[derive(Clone, Debug)]
pub(crate) struct LineControl {
    waiting: Vec<u8>,
    start: StartByte,
    column: Column,
}

/// How the module asks for the first block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartByte {
    Nak,
    /// `C`, which is a letter of lines as well, but none begins with it.
    C,
}

/// Where in a line the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    First,
    Later,
}

impl LineControl {
    pub(crate) fn new(start: StartByte) -> LineControl {
        LineControl { waiting: Vec::new(), start, column: Column::First }
    }

    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.waiting)
    }

    /// Keeps a byte of control; any other is told to be text.
    fn keep(&mut self, byte: u8) -> Told {
        let asks = byte == b'C' && self.start == StartByte::C && self.column == Column::First;
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

    #[test]
    fn a_line_between_two_answers_stays_a_line() {
        let mut control = LineControl::new(StartByte::Nak);
        let mut text = Vec::new();
        let bytes = b"\x15\r\n+CEREG: 5\r\n\x06\x06C";
        split(bytes, &mut control, |words| text.extend_from_slice(words));
        assert_eq!(text, b"\r\n+CEREG: 5\r\nC");
        assert_eq!(control.take(), b"\x15\x06\x06");
    }

    #[test]
    fn how_bytes_are_chunked_does_not_matter() {
        let bytes = b"CC\r\n+CEREG: C\r\nC\x06\r\n+C\x18\x18C\r\n";
        for cut in 0..=bytes.len() {
            let mut control = LineControl::new(StartByte::C);
            let mut text = Vec::new();
            for part in [&bytes[..cut], &bytes[cut..]] {
                split(part, &mut control, |words| text.extend_from_slice(words));
            }
            assert_eq!(control.take(), b"CCC\x06\x18\x18", "cut at {cut}");
            assert_eq!(text, b"\r\n+CEREG: C\r\n\r\n+CC\r\n", "cut at {cut}");
        }
    }
}
