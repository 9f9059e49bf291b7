//! Package files that are what the entry is given, or wrong in one way.

use fotarig::package::{Package, Recipe, SigningKey, make};

/// Not the key that the module trusts.
const OTHER_KEY: &[u8] = include_bytes!("../keys/other.der");
/// A version that no entry gives a module.
const OTHER_VERSION: &str = "HL7800.0.0.0.0";
/// So much is missing of a file that is truncated: more than padding could hide.
const MISSING_BYTES: usize = 200;
/// Payloads are the same in each run.
const SEED: u64 = 1;

#[derive(Clone, Copy, Debug)]
pub(crate) enum PackageFile {
    Good,
    /// A delta for a version that the module does not run.
    Mismatch,
    /// A bit of the payload is wrong.
    Corrupt,
    /// The end is missing.
    Truncated,
    /// Somebody else signed it.
    Resigned,
    /// No package at all.
    Rubbish,
}

impl PackageFile {
    pub(crate) fn named(name: &str) -> Result<PackageFile, String> {
        Ok(match name {
            "good" => PackageFile::Good,
            "mismatch" => PackageFile::Mismatch,
            "corrupt" => PackageFile::Corrupt,
            "truncated" => PackageFile::Truncated,
            "resigned" => PackageFile::Resigned,
            "rubbish" => PackageFile::Rubbish,
            _ => return Err(format!("there is no package file `{name}`")),
        })
    }

    pub(crate) fn bytes(self, package: &Package) -> Result<Vec<u8>, String> {
        let mut recipe = Recipe {
            name: package.name.clone(),
            from: package.from.clone(),
            to: package.to.clone(),
            kind: package.kind,
            size_bytes: package.size_bytes,
            seed: SEED,
        };
        let mut key = SigningKey::test();
        match self {
            PackageFile::Mismatch => OTHER_VERSION.clone_into(&mut recipe.from),
            PackageFile::Resigned => key = SigningKey::from_pkcs8(OTHER_KEY).expect("a key"),
            PackageFile::Good
            | PackageFile::Corrupt
            | PackageFile::Truncated
            | PackageFile::Rubbish => {}
        }
        let mut bytes = make(&recipe, &key).map_err(|unmade| format!("no file: {unmade:?}"))?;
        match self {
            PackageFile::Corrupt => *bytes.last_mut().expect("it has a header") ^= 1,
            PackageFile::Truncated => bytes.truncate(bytes.len().saturating_sub(MISSING_BYTES)),
            PackageFile::Rubbish => bytes.fill(b'?'),
            PackageFile::Good | PackageFile::Mismatch | PackageFile::Resigned => {}
        }
        Ok(bytes)
    }
}
