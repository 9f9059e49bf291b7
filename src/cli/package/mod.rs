//! `fotarig package`: makes and explains packages.

mod make;
mod show;

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::package::{KeyFlaw, SigningKey};
use crate::shelf::{read_bytes, shown};

pub(crate) use make::make;
pub(crate) use show::show;

/// An RSA-2048 key takes 1.2 kB; what is far larger is another file.
const MAX_KEY_BYTES: u64 = 64 << 10;

fn key(path: &Path) -> Result<SigningKey, Diagnostic> {
    let bytes = read_bytes(path, MAX_KEY_BYTES)?;
    SigningKey::from_pkcs8(&bytes).map_err(|flaw| {
        let what = match flaw {
            KeyFlaw::NotAKey => "is no RSA key in PKCS#8 DER".to_owned(),
            KeyFlaw::Size { bits: Some(bits) } => {
                format!("has {bits} bits: 2048 bits are needed")
            }
            KeyFlaw::Size { bits: None } => {
                "is an RSA key of another size: 2048 bits are needed".to_owned()
            }
        };
        Diagnostic::new(format!("the key `{}` {what}", shown(path))).help(
            "make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 | \
             openssl pkcs8 -topk8 -nocrypt -outform DER -out key.der",
        )
    })
}
