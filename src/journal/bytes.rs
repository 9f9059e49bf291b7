//! Raw bytes in a journal: one character up to U+00FF for each byte.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// A line of a device above this is told shortened; the bytes of the wire are in the journal
/// anyway. The longest proper line, an operator list of `+COPS=?`, is about this long [guess].
const MAX_BRIEF_BYTES: usize = 300;
/// What is kept of a longer one: leaves room for the remark on its length, so that a shortened
/// line is not shortened again.
const KEPT_BYTES: usize = 260;

/// Bytes as they went over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire<'a>(pub Cow<'a, [u8]>);

impl<'a> From<&'a [u8]> for Wire<'a> {
    fn from(bytes: &'a [u8]) -> Wire<'a> {
        Wire(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Wire<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Wire(Cow::Owned(bytes))
    }
}

impl Wire<'static> {
    /// A line as it is told beside its bytes: a long one by its start and its length.
    pub fn brief(line: &[u8]) -> Wire<'static> {
        if line.len() <= MAX_BRIEF_BYTES {
            return Wire::from(line.to_vec());
        }
        let mut brief = line[..KEPT_BYTES].to_vec();
        brief.extend_from_slice(format!("... ({} bytes)", line.len()).as_bytes());
        Wire::from(brief)
    }
}

/// Bytes as a person reads them: text as it is, escapes for what is no printable ASCII.
pub fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'"' | b'\'' => text.push(char::from(*byte)),
            _ => text.extend(byte.escape_ascii().map(char::from)),
        }
    }
    text
}

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            // The usual case costs nothing: ASCII is its own form.
            Ok(text) if text.is_ascii() => serializer.serialize_str(text),
            _ => {
                let text: String = self.0.iter().map(|byte| char::from(*byte)).collect();
                serializer.serialize_str(&text)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Wire<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WireVisitor).map(Wire::from)
    }
}

struct WireVisitor;

impl Visitor<'_> for WireVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text of characters up to U+00FF")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        // As in writing, the usual case is a copy.
        if text.is_ascii() {
            return Ok(text.as_bytes().to_vec());
        }
        let byte = |c: char| u8::try_from(u32::from(c)).map_err(|_| E::custom("not a byte"));
        text.chars().map(byte).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_told_by_its_start() {
        assert_eq!(Wire::brief(b"OK"), Wire::from(b"OK".as_slice()));
        let brief = Wire::brief(&vec![b'x'; 70_000]);
        assert!(brief.0.len() <= MAX_BRIEF_BYTES && brief.0.ends_with(b"x... (70000 bytes)"));
        assert_eq!(Wire::brief(&brief.0), brief);
    }

    #[test]
    fn every_byte_survives() {
        let all: Vec<u8> = (0..=255).collect();
        let text = serde_json::to_string(&Wire::from(all.as_slice())).unwrap();
        let back: Wire<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(back.0.as_ref(), all.as_slice());
        let plain = serde_json::to_string(&Wire::from(b"\r\nOK\r\n".as_slice())).unwrap();
        assert_eq!(plain, r#""\r\nOK\r\n""#);
        assert_eq!(readable(b"1,\"a\"\xff\r"), r#"1,"a"\xff\r"#);
    }
}
