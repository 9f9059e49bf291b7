//! Finds the few lines in a module's bytes that say how far an update has come.
//!
//! A live display asks for this on every chunk of every rig, so it is a scan for line ends and a
//! look at the head of each line, not the whole decoder of `at`. One thing of that decoder's
//! knowledge is needed: `AT+WDSI?` is answered by `+WDSI: <level>`, which looks like an event
//! without data (the level 18 is the sum of two groups; reference, section 2.1).

use std::str::FromStr;

/// The lines that are looked for are far shorter; of a longer one the head is enough to pass it by.
const MAX_HEAD_BYTES: usize = 40;

/// A line that means something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// `+WDSI: <code>`, or `+WDSI: <code>,<data>` (reference, section 3).
    Event { code: u8, data: Option<u64> },
    /// `+KSUP: <n>`: the module has booted (reference, section 1.3).
    Booted,
    /// The final result code `OK`.
    Ok,
    /// A final result code that refuses.
    Refused,
}

/// Cuts bytes into lines, however they were cut into chunks.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    /// The head of the line that is not complete.
    head: Vec<u8>,
    /// `AT+WDSI?` waits for its answer.
    asks_level: bool,
}

impl Signs {
    /// Takes in what was sent: only the question for the level matters.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        const QUESTION: &[u8] = b"+WDSI?";
        self.asks_level |= bytes.starts_with(b"AT")
            && bytes.windows(QUESTION.len()).any(|piece| piece == QUESTION);
    }

    pub(super) fn received(&mut self, bytes: &[u8], mut tell: impl FnMut(Sign)) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr2(b'\r', b'\n', rest) {
            self.keep(&rest[..end]);
            if let Some(sign) = self.sign() {
                tell(sign);
            }
            self.head.clear();
            rest = &rest[end + 1..];
        }
        self.keep(rest);
    }

    /// What was begun is not completed: the module is off, or its port is another one.
    pub(super) fn hang_up(&mut self) {
        self.head.clear();
        self.asks_level = false;
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = MAX_HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn sign(&mut self) -> Option<Sign> {
        let line = std::str::from_utf8(&self.head).ok()?;
        // Answers to the blocks of a transfer have no line end of their own.
        let line = line.trim_start_matches(|c: char| c.is_ascii_control());
        let sign = match line {
            "OK" => Some(Sign::Ok),
            "ERROR" => Some(Sign::Refused),
            _ if line.starts_with("+CME ERROR:") => Some(Sign::Refused),
            _ if line.starts_with("+KSUP:") => Some(Sign::Booted),
            _ => line.strip_prefix("+WDSI: ").and_then(event),
        };
        let is_level = self.asks_level && matches!(sign, Some(Sign::Event { data: None, .. }));
        if is_level || matches!(sign, Some(Sign::Ok | Sign::Refused)) {
            self.asks_level = false;
        }
        sign.filter(|_| !is_level)
    }
}

/// `18,98`; some modules write `18,"98%"` (reference, defect `quoted-progress`). A level above all
/// codes is no code, but it does answer the question for it.
fn event(text: &str) -> Option<Sign> {
    let (code, data) = match text.split_once(',') {
        Some((code, data)) => (code, Some(data.trim_matches('"').trim_end_matches('%'))),
        None => (text, None),
    };
    let code = u16::from_str(code).ok()?.try_into().unwrap_or(u8::MAX);
    Some(Sign::Event { code, data: data.and_then(|data| data.parse().ok()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(signs: &mut Signs, bytes: &[u8]) -> Vec<Sign> {
        let mut found = Vec::new();
        signs.received(bytes, |sign| found.push(sign));
        found
    }

    #[test]
    fn how_bytes_are_chunked_does_not_matter() {
        let wire =
            b"\x06\x06\r\nOK\r\n\r\n+WDSI: 3\r\n\r\n+WDSI: 18,\"7%\"\r\n+CEREG: 1\r\n+KSUP: 0\r";
        let event = |code, data| Sign::Event { code, data };
        let expected = [Sign::Ok, event(3, None), event(18, Some(7)), Sign::Booted];
        assert_eq!(all(&mut Signs::default(), wire), expected);
        let mut signs = Signs::default();
        let single: Vec<Sign> = wire.iter().flat_map(|byte| all(&mut signs, &[*byte])).collect();
        assert_eq!(single, expected);
    }

    #[test]
    fn the_answer_to_a_question_is_no_event() {
        let mut signs = Signs::default();
        signs.sent(b"AT+WDSI?\r");
        assert_eq!(all(&mut signs, b"+WDSI: 18\r\n\r\nOK\r\n"), [Sign::Ok]);
        assert_eq!(all(&mut signs, b"+WDSI: 18\r\n"), [Sign::Event { code: 18, data: None }]);
        signs.sent(b"AT+WDSI?\r");
        assert_eq!(all(&mut signs, b"+WDSI: 4479\r\n"), []);
        assert_eq!(all(&mut signs, b"+WDSI: 14\r\n"), [Sign::Event { code: 14, data: None }]);
    }

    #[test]
    fn rubbish_is_passed_by() {
        let mut signs = Signs::default();
        let rubbish =
            b"\xff+WDSI: 18,4\r+WDSI: x\n+WDSI: (0-4479)\r+WDSI: 99999999999999999999,1\r";
        assert_eq!(all(&mut signs, rubbish), []);
        assert_eq!(all(&mut signs, &vec![b'x'; 100_000]), []);
        assert!(signs.head.len() <= MAX_HEAD_BYTES);
    }
}
