//! The only randomness of the virtual module: a jitter drawn from its seed.

use std::ops::RangeInclusive;
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

    /// A number of `range`, each as likely.
    pub(crate) fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let (low, high) = (*range.start(), *range.end());
        let width = high.saturating_sub(low).saturating_add(1);
        low + self.0.next_u64() % width
    }

    /// `nominal` give or take a tenth.
    pub(crate) fn around(&mut self, nominal: Duration) -> Duration {
        let permille = self.within(1000 - JITTER_PERMILLE..=1000 + JITTER_PERMILLE);
        let nanos = nominal.as_nanos() * u128::from(permille) / 1000;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
