//! The final result codes, as V.250 (5.7.1), 3GPP 27.007 (9.2) and 27.005 (3.2.5) have them.

use crate::at::line::Kind;

/// Codes that are the whole line.
const PLAIN: [&[u8]; 7] =
    [b"OK", b"ERROR", b"NO CARRIER", b"BUSY", b"NO ANSWER", b"NO DIALTONE", b"CONNECT"];

/// Codes that are followed by a number or a text.
const WITH_TEXT: [&[u8]; 3] = [b"CONNECT ", b"+CME ERROR:", b"+CMS ERROR:"];

/// How a final result code bears on the answer before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// `OK` or `CONNECT`: the answer was given.
    Done,
    /// All others: no answer was given.
    Refused,
}

impl Outcome {
    /// What a line was that could be a URC or the answer to the command that came to this.
    pub(crate) fn held(self) -> Kind {
        match self {
            Outcome::Done => Kind::Information,
            Outcome::Refused => Kind::Urc,
        }
    }
}

/// The outcome that `text` stands for, if it is a final result code.
pub(crate) fn outcome(text: &[u8]) -> Option<Outcome> {
    // Most lines begin with `+` or a digit; only two of those can be a code.
    let known = match text.first()? {
        b'+' | b'O' | b'E' | b'N' | b'B' | b'C' => {
            PLAIN.contains(&text) || WITH_TEXT.iter().any(|code| text.starts_with(code))
        }
        _ => false,
    };
    let done = text == b"OK" || text.starts_with(b"CONNECT");
    known.then_some(if done { Outcome::Done } else { Outcome::Refused })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_exact() {
        assert_eq!(outcome(b"OK"), Some(Outcome::Done));
        assert_eq!(outcome(b"CONNECT 9600"), Some(Outcome::Done));
        assert_eq!(outcome(b"+CME ERROR: SIM busy"), Some(Outcome::Refused));
        for text in ["OKAY", "ok", " OK", "CONNECTED", "+CME ERROR", "NO", ""] {
            assert_eq!(outcome(text.as_bytes()), None, "{text:?}");
        }
    }
}
