//! XMODEM as people write it: `STX1 EOT` is a block of 1024 bytes and an end.

use std::fmt::Write as _;

use fotarig::moment::Moment;

pub(crate) const SHORT: usize = 128;
pub(crate) const LONG: usize = 1024;

const NAMES: [(&str, u8); 6] =
    [("SOH", 1), ("STX", 2), ("EOT", 4), ("ACK", 6), ("NAK", 0x15), ("CAN", 0x18)];

/// What block `number` carries in all tests.
pub(crate) fn data_of(number: u64, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7).to_le_bytes()[0] ^ number.to_le_bytes()[0]).collect()
}

/// A block with a sum, as a test far from our own sender makes it.
pub(crate) fn block(number: u64, length: usize) -> Vec<u8> {
    let name = number.to_le_bytes()[0];
    let mut bytes = vec![if length == SHORT { 1 } else { 2 }, name, 255 - name];
    let data = data_of(number, length);
    let sum = data.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    bytes.extend(data);
    bytes.push(sum);
    bytes
}

/// Reads words: names of bytes, `'text'`, and blocks `SOH2`, `STX1`, which may end in `!` (wrong
/// sum), `?` (wrong complement), `<` (the first half) or `>` (the second half).
pub(crate) fn read(words: &str) -> Vec<u8> {
    words.split_whitespace().flat_map(read_word).collect()
}

fn read_word(word: &str) -> Vec<u8> {
    if let Some((_, byte)) = NAMES.iter().find(|(name, _)| *name == word) {
        return vec![*byte];
    }
    if let Some(text) = word.strip_prefix('\'') {
        return text.trim_end_matches('\'').replace("\\r", "\r").into_bytes();
    }
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let length = if word.starts_with("SOH") { SHORT } else { LONG };
    let mut bytes = block(digits.parse().expect("a word of the table"), length);
    let half = bytes.len() / 2;
    match word.chars().last() {
        Some('!') => bytes[half] ^= 1,
        Some('?') => bytes[2] ^= 1,
        Some('<') => bytes.truncate(half),
        Some('>') => drop(bytes.drain(..half)),
        _ => {}
    }
    bytes
}

/// The opposite, for what was said: what is no whole good frame is told by its length.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let name = |byte: &u8| NAMES.iter().find(|(_, known)| known == byte).map(|(name, _)| *name);
    match bytes {
        [1 | 2, number, complement, ..] if bytes.len() > SHORT && *number == !*complement => {
            let length = if bytes[0] == 1 { SHORT } else { LONG };
            let sum = bytes[3..bytes.len() - 1].iter().fold(0_u8, |sum, b| sum.wrapping_add(*b));
            let kind = name(&bytes[0]).expect("a header");
            match bytes.len().saturating_sub(length) {
                4 if bytes.last() == Some(&sum) => format!("{kind}{number}"),
                4 => format!("{kind}{number}!"),
                5 => format!("{kind}{number}-crc"),
                _ => format!("{}-bytes", bytes.len()),
            }
        }
        _ if bytes.iter().all(|byte| name(byte).is_some()) => {
            bytes.iter().filter_map(name).collect::<Vec<_>>().join("+")
        }
        [b'C'] => "C".to_owned(),
        _ => format!("{}-bytes", bytes.len()),
    }
}

pub(crate) fn note(log: &mut String, word: &str) {
    let gap = if log.is_empty() { "" } else { " " };
    let _ = write!(log, "{gap}{word}");
}

pub(crate) fn at_ms(ms: u64) -> Moment {
    Moment::from_nanos(ms * 1_000_000)
}
