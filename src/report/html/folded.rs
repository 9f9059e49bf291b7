//! The details of all tests, packed so that a page of ten thousand tests stays small.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Details are packed together up to this size: what is alike in neighbouring tests is told once,
/// and a browser unpacks it faster than a person sees.
const CHUNK_BYTES: usize = 384 << 10;
/// All of them in the file, so that it stays below 30 MB with everything else in it.
const MAX_FOLDED_BYTES: usize = 22 << 20;
/// Tests that passed may take so much of it; the rest is kept for those that did not.
const MAX_PASSED_BYTES: usize = 15 << 20;
/// Speed before size; twice the level saves a tenth.
const LEVEL: u32 = 4;

/// Packed details, each found again by its [`Spot`].
#[derive(Default)]
pub(super) struct Folded {
    /// Each is raw deflate in base64.
    chunks: Vec<String>,
    /// What the next chunk will be.
    open: Vec<u8>,
    packed_bytes: usize,
}

/// Where a detail is: the chunk, and its bytes in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) chunk: usize,
    pub(super) start: usize,
    pub(super) bytes: usize,
}

/// How much a detail is worth when there is no room for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// It passed: it is kept while there is plenty of room.
    Usual,
    /// It did not pass.
    High,
}

impl Folded {
    /// Whether there is room for one more detail.
    pub(super) fn has_room(&self, worth: Worth) -> bool {
        let room = match worth {
            Worth::Usual => MAX_PASSED_BYTES,
            Worth::High => MAX_FOLDED_BYTES,
        };
        self.packed_bytes <= room
    }

    pub(super) fn put(&mut self, detail: &str) -> Spot {
        let spot = Spot { chunk: self.chunks.len(), start: self.open.len(), bytes: detail.len() };
        self.open.extend_from_slice(detail.as_bytes());
        if self.open.len() >= CHUNK_BYTES {
            self.close();
        }
        spot
    }

    /// Packs what is open.
    pub(super) fn close(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
        let packed = encoder.write_all(&self.open).and_then(|()| encoder.finish());
        let chunk = STANDARD.encode(packed.expect("packing in memory does not fail"));
        self.open.clear();
        self.packed_bytes += chunk.len();
        self.chunks.push(chunk);
    }

    pub(super) fn chunks(&self) -> &[String] {
        &self.chunks
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;

    use super::*;

    fn unfolded(folded: &Folded, spot: Spot) -> String {
        let bytes = STANDARD.decode(&folded.chunks[spot.chunk]).unwrap();
        let mut text = String::new();
        DeflateDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        text[spot.start..spot.start + spot.bytes].to_owned()
    }

    #[test]
    fn what_is_put_in_comes_out() {
        let mut folded = Folded::default();
        let details: Vec<String> = (0..40).map(|n| format!("<p>{n}ä</p>").repeat(2_000)).collect();
        let spots: Vec<Spot> = details.iter().map(|detail| folded.put(detail)).collect();
        folded.close();
        assert!(folded.chunks.len() > 1);
        for (detail, spot) in details.iter().zip(spots) {
            assert_eq!(unfolded(&folded, spot), *detail);
        }
    }

    #[test]
    fn what_did_not_pass_has_room_longer() {
        let mut folded = Folded { packed_bytes: MAX_PASSED_BYTES + 1, ..Folded::default() };
        assert!(!folded.has_room(Worth::Usual) && folded.has_room(Worth::High));
        folded.packed_bytes = MAX_FOLDED_BYTES + 1;
        assert!(!folded.has_room(Worth::High));
    }
}
