//! A package file: a readable header, its signature, and a payload whose digest the header names.
//!
//! ```text
//! fotarig-package 1                       the format and its version
//! name: demo                              what people call it
//! from: BHL7800.1.6.3.0.20180803          what a module must run for a delta to fit
//! to: THL7800.1.6.3.0.99.20180803         what it runs afterwards
//! kind: delta                             delta or full
//! size: 1464                              of this whole file in bytes
//! payload-sha256: 6b0c…                   of the payload, 64 hexadecimal digits
//!                                         an empty line ends the header
//! 256 bytes                               RSA-2048 PKCS#1 v1.5 SHA-256 signature over all above
//! the rest                                the payload
//! ```
//!
//! The lines come in this order, each once, and end in LF. It is a format of our own, which no
//! vendor uses (docs/package-format.md). Any bytes can be read: the result is what the file says,
//! or what is wrong with it, looked for from the front to the back and the signature last.

use std::fmt;

use crate::package::header::{FORMAT_VERSION, Header, MAGIC};
use crate::package::signature::{SIGNATURE_BYTES, digest_text, is_by_test_key};

/// Where the header names the size.
const SIZE_LINE: usize = 6;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It does not start as a package file does.
    NotAPackage,
    /// A version of the format that we do not know.
    Version { version: String },
    /// A line of the header, from 1, is not as it must be.
    Header { line: usize },
    /// It ends too early; how long it should be is unknown while its header is not whole.
    Truncated { has_bytes: u64, of_bytes: Option<u64> },
    /// Bytes behind the end that the header names.
    Surplus { bytes: u64 },
    /// The payload has another digest than the header names.
    Payload,
    /// All is whole, but the test key did not sign this header.
    Signature,
}

/// A file whose header is whole and whose length is right, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'b> {
    /// The header's text: what is signed.
    pub signed: &'b [u8],
    pub signature: &'b [u8],
    pub payload: &'b [u8],
}

/// Whether these bytes are meant to be a package file, whole or not.
pub fn is_container(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC.as_bytes())
}

/// Checks a file as a module does before an install: integrity first, then the signature.
pub fn verify(bytes: &[u8]) -> Result<Header, Flaw> {
    let (header, parts) = take_apart(bytes)?;
    if !parts.has_payload_of(&header) {
        return Err(Flaw::Payload);
    }
    if !parts.is_signed() {
        return Err(Flaw::Signature);
    }
    Ok(header)
}

/// Reads the header and holds the file's length against it.
pub fn take_apart(bytes: &[u8]) -> Result<(Header, Parts<'_>), Flaw> {
    let (header, header_bytes) = Header::read(bytes)?;
    let (signed, rest) = bytes.split_at(header_bytes);
    let (has, of) = (bytes.len() as u64, header.size_bytes);
    if of < (header_bytes + SIGNATURE_BYTES) as u64 {
        return Err(Flaw::Header { line: SIZE_LINE });
    }
    if has < of {
        return Err(Flaw::Truncated { has_bytes: has, of_bytes: Some(of) });
    }
    if has > of {
        return Err(Flaw::Surplus { bytes: has - of });
    }
    let (signature, payload) = rest.split_at(SIGNATURE_BYTES);
    Ok((header, Parts { signed, signature, payload }))
}

impl Parts<'_> {
    pub fn has_payload_of(&self, header: &Header) -> bool {
        digest_text(self.payload) == header.payload_sha256
    }

    /// Whether the public test key signed the header.
    pub fn is_signed(&self) -> bool {
        is_by_test_key(self.signed, self.signature)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::NotAPackage => {
                write!(f, "not a package: it does not start with `{MAGIC}{FORMAT_VERSION}`")
            }
            Flaw::Version { version } => {
                write!(f, "format version `{version}` is unknown: only {FORMAT_VERSION} is read")
            }
            Flaw::Header { line } => write!(f, "the header is damaged at line {line}"),
            Flaw::Truncated { has_bytes, of_bytes: Some(of) } => {
                write!(f, "truncated: it has {has_bytes} of {of} bytes")
            }
            Flaw::Truncated { has_bytes, of_bytes: None } => {
                write!(f, "truncated: it ends in its header, after {has_bytes} bytes")
            }
            Flaw::Surplus { bytes } => write!(f, "{bytes} surplus bytes behind its end"),
            Flaw::Payload => write!(f, "the payload has another digest than the header names"),
            Flaw::Signature => write!(f, "the test key did not sign this header"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::package::PackageKind;
    use crate::package::make::{Recipe, make};
    use crate::package::signature::SigningKey;

    const SIZE: u64 = 600;

    fn small(key: &SigningKey) -> Vec<u8> {
        let recipe = Recipe {
            name: "small ☺".to_owned(),
            from: "A.1".to_owned(),
            to: "B.2".to_owned(),
            kind: PackageKind::Delta,
            size_bytes: SIZE,
            seed: 7,
        };
        make(&recipe, key).expect("it is large enough")
    }

    #[test]
    fn what_was_made_is_read() {
        let bytes = small(&SigningKey::test());
        assert_eq!(bytes.len() as u64, SIZE);
        let header = verify(&bytes).expect("it is whole");
        assert_eq!((header.name.as_str(), header.size_bytes), ("small ☺", SIZE));
        assert_eq!((header.from.as_str(), header.to.as_str()), ("A.1", "B.2"));
        assert_eq!(header.kind, PackageKind::Delta);
    }

    #[test]
    fn cut_at_every_byte() {
        let bytes = small(&SigningKey::test());
        let (_, header_bytes) = Header::read(&bytes).expect("it is whole");
        for length in 0..bytes.len() {
            let of_bytes = (length >= header_bytes).then_some(SIZE);
            let expected = if length < MAGIC.len() {
                Flaw::NotAPackage
            } else {
                Flaw::Truncated { has_bytes: length as u64, of_bytes }
            };
            assert_eq!(verify(&bytes[..length]), Err(expected), "{length}");
        }
        let mut longer = bytes.clone();
        longer.extend([0; 3]);
        assert_eq!(verify(&longer), Err(Flaw::Surplus { bytes: 3 }));
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let bytes = small(&SigningKey::test());
        let (_, header_bytes) = Header::read(&bytes).expect("it is whole");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                let flaw = verify(&flipped).expect_err("it is not what was made");
                let expected = match at {
                    _ if at < MAGIC.len() => flaw == Flaw::NotAPackage,
                    _ if at < header_bytes => flaw != Flaw::NotAPackage,
                    _ if at < header_bytes + SIGNATURE_BYTES => flaw == Flaw::Signature,
                    _ => flaw == Flaw::Payload,
                };
                assert!(expected, "byte {at}, bit {bit}: {flaw:?}");
            }
        }
    }

    #[test]
    fn lines_are_named() {
        let text = String::from_utf8_lossy(&small(&SigningKey::test())).into_owned();
        for (was, now, line) in [
            ("name: small", "name:  small", 2),
            ("from: A.1", "from: A 1", 3),
            ("to: B.2", "to: ", 4),
            ("delta", "gamma", 5),
            ("size: 600", "size: 0600", 6),
            ("size: 600", "size: 12", 6),
            ("size: 600", "size: 99999999999999999999", 6),
            ("sha256: ", "sha256: A", 7),
        ] {
            let damaged = text.replacen(was, now, 1);
            let expected = Err(Flaw::Header { line });
            assert_eq!(verify(damaged.as_bytes()), expected, "{now}");
        }
        let unknown = text.replacen("package 1", "package 2", 1);
        let version = "2".to_owned();
        assert_eq!(verify(unknown.as_bytes()), Err(Flaw::Version { version }));
        let endless = format!("{MAGIC}1\nname: {}", "x".repeat(10_000));
        assert_eq!(verify(endless.as_bytes()), Err(Flaw::Header { line: 2 }));
    }

    #[test]
    fn any_bytes_are_read() {
        let mut chance = Xoshiro256PlusPlus::seed_from_u64(1);
        let good = small(&SigningKey::test());
        for round in 0..2_000 {
            let mut bytes = good[..round % good.len()].to_vec();
            let mut noise = vec![0; round % 97 + 1];
            chance.fill_bytes(&mut noise);
            bytes.extend(noise);
            assert!(verify(&bytes).is_err(), "round {round}");
        }
    }

    #[test]
    fn another_key_is_no_test_key() {
        let other = include_bytes!("../../tests/keys/other.der");
        let other = SigningKey::from_pkcs8(other).expect("a key");
        assert_eq!(verify(&small(&other)), Err(Flaw::Signature));
    }
}
