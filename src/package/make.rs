//! Makes package files: any size, the same bytes for the same wishes.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::package::PackageKind;
use crate::package::header::Header;
use crate::package::limits::{Unfit, check_name, check_size, check_version};
use crate::package::signature::{DIGEST_DIGITS, SIGNATURE_BYTES, SigningKey, digest_text};

/// What a package file shall be.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub name: String,
    pub from: String,
    pub to: String,
    pub kind: PackageKind,
    /// Of the whole file.
    pub size_bytes: u64,
    /// The payload is chance from this seed.
    pub seed: u64,
}

/// Why a package file cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmade {
    /// Header and signature alone take more.
    TooSmall {
        smallest_bytes: u64,
    },
    Unfit(Unfit),
}

impl From<Unfit> for Unmade {
    fn from(unfit: Unfit) -> Unmade {
        Unmade::Unfit(unfit)
    }
}

/// The bytes of the whole file.
pub fn make(recipe: &Recipe, key: &SigningKey) -> Result<Vec<u8>, Unmade> {
    // First, since a name is made of them where none is given.
    check_version(&recipe.from)?;
    check_version(&recipe.to)?;
    check_name(&recipe.name)?;
    // What is far too small is told below, with the size that it takes.
    check_size(recipe.size_bytes.max(1))?;
    let mut header = header(recipe);
    let Some(payload_bytes) = recipe.size_bytes.checked_sub(overhead(&header)) else {
        return Err(Unmade::TooSmall { smallest_bytes: smallest(header) });
    };
    let length = usize::try_from(payload_bytes).expect("it is at most MAX_SIZE_BYTES");
    let mut payload = vec![0; length];
    Xoshiro256PlusPlus::seed_from_u64(recipe.seed).fill_bytes(&mut payload);
    header.payload_sha256 = digest_text(&payload);
    let mut file = header.text().into_bytes();
    let signature = key.sign(&file);
    file.extend(signature);
    file.extend(payload);
    Ok(file)
}

/// The header with a digest that is only as long as the true one.
fn header(recipe: &Recipe) -> Header {
    Header {
        name: recipe.name.clone(),
        from: recipe.from.clone(),
        to: recipe.to.clone(),
        kind: recipe.kind,
        size_bytes: recipe.size_bytes,
        payload_sha256: "0".repeat(DIGEST_DIGITS),
    }
}

fn overhead(header: &Header) -> u64 {
    (header.text().len() + SIGNATURE_BYTES) as u64
}

/// The size at which nothing is left for a payload. A larger size has more digits and so a longer
/// header, which is why it is looked for instead of computed.
fn smallest(mut header: Header) -> u64 {
    loop {
        let overhead = overhead(&header);
        if overhead <= header.size_bytes {
            return header.size_bytes;
        }
        header.size_bytes = overhead;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::container::verify;

    fn recipe(size_bytes: u64) -> Recipe {
        Recipe {
            name: "x".to_owned(),
            from: "A".to_owned(),
            to: "B".to_owned(),
            kind: PackageKind::Full,
            size_bytes,
            seed: 1,
        }
    }

    #[test]
    fn every_size_from_the_smallest() {
        let key = SigningKey::test();
        let Err(Unmade::TooSmall { smallest_bytes }) = make(&recipe(1), &key) else {
            panic!("a byte is no package");
        };
        let expected = Err(Unmade::TooSmall { smallest_bytes });
        assert_eq!(make(&recipe(smallest_bytes - 1), &key), expected);
        for size in (smallest_bytes..smallest_bytes + 3).chain(998..=1002) {
            let file = make(&recipe(size), &key).expect("it is large enough");
            assert_eq!(file.len() as u64, size);
            assert!(verify(&file).is_ok(), "{size}");
        }
    }

    #[test]
    fn a_seed_is_the_payload() {
        let made = |seed| make(&Recipe { seed, ..recipe(700) }, &SigningKey::test());
        assert_eq!(made(3), made(3));
        assert_ne!(made(3), made(4));
    }

    #[test]
    fn wishes_that_no_header_holds() {
        let unmade = |recipe: &Recipe| make(recipe, &SigningKey::test()).expect_err("refused");
        for name in ["", " x", "a\nb", &"x".repeat(161)] {
            let recipe = Recipe { name: name.to_owned(), ..recipe(700) };
            assert_eq!(unmade(&recipe), Unmade::Unfit(Unfit::Name));
        }
        for to in ["", "A B", "Ä", "a\r", &"x".repeat(65)] {
            let version = to.to_owned();
            let recipe = Recipe { to: version.clone(), ..recipe(700) };
            assert_eq!(unmade(&recipe), Unmade::Unfit(Unfit::Version { version }));
        }
        let large = unmade(&recipe(u64::MAX));
        assert_eq!(large, Unmade::Unfit(Unfit::Size { size_bytes: u64::MAX }));
    }
}
