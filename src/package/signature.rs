//! Signatures and digests of package files: RSA-2048, PKCS#1 v1.5, SHA-256, by a library.
//!
//! The app note says of a module only that it checks an RSA-2048 signature before an install (9.3).
//! The test key is public (packages/test-key/README.md): it proves nothing, it only makes the check
//! a true one.

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};

/// RSA-2048: a signature is as long as the modulus.
pub const SIGNATURE_BYTES: usize = 256;
/// Hexadecimal digits of a SHA-256.
pub(crate) const DIGEST_DIGITS: usize = 64;

static TEST_PRIVATE: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/packages/test-key/private.der"));
static TEST_PUBLIC: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/packages/test-key/public.der"));

/// A private key that signs packages.
#[derive(Debug)]
pub struct SigningKey(KeyPair);

/// Why a file cannot sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFlaw {
    /// Not PKCS#8 in DER, not RSA, or numbers that are no key; the library tells no more.
    NotAKey,
    /// An RSA key, but not of 2048 bits; of some the library does not tell how many it has.
    Size { bits: Option<usize> },
}

impl SigningKey {
    /// The public test key, which is compiled in.
    pub fn test() -> SigningKey {
        SigningKey::from_pkcs8(TEST_PRIVATE).expect("the test key is RSA-2048 in PKCS#8")
    }

    /// A key as `openssl pkcs8 -topk8 -nocrypt -outform DER` writes it.
    pub fn from_pkcs8(der: &[u8]) -> Result<SigningKey, KeyFlaw> {
        let pair = KeyPair::from_pkcs8(der).map_err(|why| match why.to_string().as_str() {
            // The library has words for these, and no type.
            "TooSmall" | "TooLarge" | "PrivateModulusLenNotMultipleOf512Bits" => {
                KeyFlaw::Size { bits: None }
            }
            _ => KeyFlaw::NotAKey,
        })?;
        match pair.public().modulus_len() {
            SIGNATURE_BYTES => Ok(SigningKey(pair)),
            bytes => Err(KeyFlaw::Size { bits: Some(bytes * 8) }),
        }
    }

    /// The same text and key give the same signature: PKCS#1 v1.5 has no salt.
    pub(crate) fn sign(&self, text: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let mut signature = [0; SIGNATURE_BYTES];
        // The random numbers only blind the computation; they leave no trace in the signature.
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)
            .expect("the key has the size of the signature, and the system has random numbers");
        signature
    }

    /// Whether this key signed this text.
    pub fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        is_by(self.0.public().as_ref(), text, signature)
    }
}

/// Whether the public test key signed this text.
pub(crate) fn is_by_test_key(text: &[u8], signature: &[u8]) -> bool {
    is_by(TEST_PUBLIC, text, signature)
}

fn is_by(public: &[u8], text: &[u8], signature: &[u8]) -> bool {
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
    key.verify(text, signature).is_ok()
}

/// SHA-256 in lowercase hexadecimal digits.
pub(crate) fn digest_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(DIGEST_DIGITS);
    for byte in digest(&SHA256, bytes).as_ref() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_test_key_signs_for_the_test_key() {
        let other = include_bytes!("../../tests/keys/other.der");
        let other = SigningKey::from_pkcs8(other).expect("a key");
        assert!(is_by_test_key(b"text", &SigningKey::test().sign(b"text")));
        assert!(!is_by_test_key(b"Text", &SigningKey::test().sign(b"text")));
        assert!(!is_by_test_key(b"text", &other.sign(b"text")));
        assert!(!is_by_test_key(b"text", b""));
        assert!(other.has_signed(b"text", &other.sign(b"text")));
        assert!(!other.has_signed(b"text", &SigningKey::test().sign(b"text")));
    }

    #[test]
    fn a_key_of_another_kind_or_size_is_refused() {
        let flaw = |der: &[u8]| SigningKey::from_pkcs8(der).err();
        let large = include_bytes!("../../tests/keys/large.der");
        assert_eq!(flaw(large), Some(KeyFlaw::Size { bits: Some(3072) }));
        let small = include_bytes!("../../tests/keys/small.der");
        assert_eq!(flaw(small), Some(KeyFlaw::Size { bits: None }));
        assert_eq!(flaw(b""), Some(KeyFlaw::NotAKey));
        assert_eq!(flaw(TEST_PUBLIC), Some(KeyFlaw::NotAKey));
        assert_eq!(flaw(&TEST_PRIVATE[..TEST_PRIVATE.len() - 1]), Some(KeyFlaw::NotAKey));
    }

    #[test]
    fn the_digest_is_sha_256() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest_text(b"abc"), abc);
    }
}
