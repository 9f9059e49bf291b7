//! The only randomness of the virtual module: a jitter drawn from its seed.

use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Parts of a thousand by which a time may be shorter or longer: what timing bounds must stand.
const JITTER_PERMILLE: u64 = 100;

#[derive(Clone, Debug)]
pub(crate) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    pub(crate) fn from_seed(seed: u64) -> Chance {
        Chance(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// `nominal` give or take a tenth.
    pub(crate) fn around(&mut self, nominal: Duration) -> Duration {
        let permille = 1000 - JITTER_PERMILLE + self.0.next_u64() % (2 * JITTER_PERMILLE + 1);
        let nanos = nominal.as_nanos() * u128::from(permille) / 1000;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
