//! The answers to the blocks of a file, told from the lines that come between them.

/// ACK, NAK and CAN: no line of text has them.
const CONTROL: [u8; 3] = [0x06, 0x15, 0x18];

/// What the module says about the blocks of a transfer.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineControl {
    waiting: Vec<u8>,
}

impl LineControl {
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.waiting)
    }
}

/// Keeps what is control, and hands the rest on as text, stretch by stretch.
pub(crate) fn split(bytes: &[u8], control: &mut LineControl, mut text: impl FnMut(&[u8])) {
    // `C` asks for blocks with a CRC. It is a letter of lines as well, but comes alone then.
    if bytes == b"C" {
        return control.waiting.push(b'C');
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| CONTROL.contains(byte));
        let (words, tail) = rest.split_at(end.unwrap_or(rest.len()));
        if !words.is_empty() {
            text(words);
        }
        let Some((byte, tail)) = tail.split_first() else { return };
        control.waiting.push(*byte);
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_between_two_answers_stays_a_line() {
        let mut control = LineControl::default();
        let mut text = Vec::new();
        let bytes = b"\x15\r\n+CEREG: 5\r\n\x06\x06C";
        split(bytes, &mut control, |words| text.extend_from_slice(words));
        assert_eq!(text, b"\r\n+CEREG: 5\r\nC");
        assert_eq!(control.take(), b"\x15\x06\x06");
        split(b"C", &mut control, |_| unreachable!("it is no text"));
        assert_eq!(control.take(), b"C");
    }
}
