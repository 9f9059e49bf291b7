//! What chance does: medians, how unusual a value is, and how many of many may look unusual.
//!
//! The sample is the run, not the measurement. Tests of one night share its network and its
//! module's temperature, so thirty of them that are slower are one slow night; only nights tell
//! how much nights differ.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::stats_tests::Alternative;
use statrs::stats_tests::mannwhitneyu::{MannWhitneyUMethod, mannwhitneyu};

/// Runs below which nobody knows how much runs differ.
pub const MIN_RUNS: usize = 4;
/// Runs on each side from which ranks decide: eight and eight can be as sure as 1 in 1,000, which
/// also holds among many measurements when several have moved.
pub const MIN_RANKED: usize = 8;
/// Of the measurements that are called moved, one in twenty may not have.
pub const FALSE_SHARE: f64 = 0.05;

/// Makes the median absolute deviation of a normal distribution its standard deviation.
const NORMAL: f64 = 1.4826;
/// The variance of a median over that of a mean (π/2).
const OF_MEDIAN: f64 = std::f64::consts::FRAC_PI_2;

pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.len(), sorted.len() / 2) {
        (0, _) => 0.0,
        (even, half) if even % 2 == 0 => f64::midpoint(sorted[half - 1], sorted[half]),
        (_, half) => sorted[half],
    }
}

/// How likely a value is at least so far from the usual ones when nothing has changed. `least` is a
/// difference that matters to nobody: values that differ by less do not make it unusual.
///
/// The robust form of the prediction interval: median and median absolute deviation, so that one
/// odd night does not widen it, with the factors for few values of Croux and Rousseeuw
/// (Time-efficient algorithms for two highly robust estimators of scale, 1992). The deviation has
/// about 37 % of the efficiency of a standard deviation; half of the degrees of freedom make up for
/// that, which a test below holds.
pub(super) fn unusual(value: f64, usual: &[f64], least: f64) -> f64 {
    let middle = median(usual);
    let deviations: Vec<f64> = usual.iter().map(|value| (value - middle).abs()).collect();
    let count = real(usual.len());
    let few = match usual.len() {
        0..=2 => 1.196,
        3 => 1.495,
        4 => 1.363,
        5 => 1.206,
        6 => 1.200,
        7 => 1.140,
        8 => 1.129,
        9 => 1.107,
        _ => count / (count - 0.8),
    };
    let spread = (NORMAL * few * median(&deviations)).max(least / 3.0);
    let distance = (value - middle).abs() / (spread * (1.0 + OF_MEDIAN / count).sqrt());
    if !distance.is_finite() {
        return 1.0;
    }
    match StudentsT::new(0.0, 1.0, (count - 1.0) / 2.0) {
        Ok(chance) => 2.0 * chance.sf(distance),
        Err(_) => 1.0,
    }
}

/// How likely the ranks of two sets are so far apart when nothing has changed.
///
/// By the normal approximation, which is cautious for few runs: eight that are all above eight
/// others come to 0.0009 instead of 0.0002. The exact method of statrs 0.19.1 is of no use, since
/// it calls two sets that are wholly apart equal unless the first is the larger one.
pub(super) fn apart(old: &[f64], new: &[f64]) -> f64 {
    let method = MannWhitneyUMethod::AsymptoticInclContinuityCorrection;
    let tested = mannwhitneyu(old, new, method, Alternative::TwoSided);
    // Without a number, as of values that are all the same, nothing is unlikely.
    tested.map_or(1.0, |(_, chance)| if chance.is_finite() { chance } else { 1.0 })
}

/// The same chances when all of them are looked at together, in their order (Benjamini and
/// Hochberg, Controlling the false discovery rate, 1995): below [`FALSE_SHARE`] they may be told.
pub(super) fn together(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|one, other| chances[*other].total_cmp(&chances[*one]));
    let (all, mut least) = (real(chances.len()), 1.0_f64);
    let mut adjusted = vec![1.0; chances.len()];
    for (place, index) in order.into_iter().enumerate() {
        let rank = all - real(place);
        least = least.min(chances[index] * all / rank);
        adjusted[index] = least;
    }
    adjusted
}

#[expect(clippy::cast_precision_loss, reason = "a count of runs or measurements")]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};
    use statrs::distribution::Normal;

    use super::*;

    /// Normal values from a fixed seed.
    struct Nights(Xoshiro256PlusPlus, Normal);

    impl Nights {
        fn next(&mut self) -> f64 {
            let share = f64::from(self.0.next_u32()) / f64::from(u32::MAX);
            self.1.inverse_cdf(share.clamp(1e-9, 1.0 - 1e-9))
        }
    }

    #[test]
    fn where_nothing_has_changed_it_is_rarely_called_unusual() {
        let mut nights =
            Nights(Xoshiro256PlusPlus::seed_from_u64(1), Normal::new(0.0, 1.0).expect("a normal"));
        for runs in [4, 5, 6, 8, 10, 20] {
            let (mut at_5_percent, mut at_1_percent) = (0, 0);
            for _ in 0..4_000 {
                let usual: Vec<f64> = (0..runs).map(|_| nights.next()).collect();
                let chance = unusual(nights.next(), &usual, 0.0);
                at_5_percent += u32::from(chance < 0.05);
                at_1_percent += u32::from(chance < 0.01);
            }
            assert!(at_5_percent < 260, "{runs} runs: {at_5_percent} of 4,000 at 5 %");
            assert!(at_1_percent < 70, "{runs} runs: {at_1_percent} of 4,000 at 1 %");
        }
    }

    #[test]
    fn one_odd_night_does_not_hide_a_change() {
        let usual = [1.0, 1.01, 0.99, 1.02, 0.98, 1.0, 9.0];
        assert!(unusual(2.0, &usual, 0.01) < 0.01);
        assert!(unusual(1.01, &usual, 0.01) > 0.5);
    }

    #[test]
    fn what_never_differed_is_not_sure_to_go_on_so() {
        assert!(unusual(1.04, &[1.0; 4], 0.05) > 0.1, "less than anybody cares for");
        assert!(unusual(5.0, &[1.0; 10], 0.05) < 0.001);
        assert!(unusual(1.0, &[1.0; 10], 0.0) >= 1.0, "no spread and no least difference");
    }

    #[test]
    fn ranks_tell_eight_from_eight() {
        let nights = |start: f64| (0..8).map(|night| start + f64::from(night)).collect::<Vec<_>>();
        assert!(apart(&nights(0.0), &nights(10.0)) < 0.001);
        assert!(apart(&nights(10.0), &nights(0.0)) < 0.001);
        let twenty: Vec<f64> = (0..20).map(f64::from).collect();
        assert!(apart(&nights(30.0), &twenty) < 0.001 && apart(&twenty, &nights(30.0)) < 0.001);
        assert!(apart(&nights(0.0), &nights(0.5)) > 0.5);
        assert!(apart(&[1.0; 8], &[1.0; 8]) >= 1.0);
    }

    #[test]
    fn of_many_the_bar_is_higher() {
        let close = |one: &[f64], other: &[f64]| {
            one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-9)
        };
        assert!(close(&together(&[0.01]), &[0.01]));
        assert!(close(&together(&[0.01, 0.02, 0.03, 0.5]), &[0.04, 0.04, 0.04, 0.5]));
        assert!(close(&together(&[0.9, 0.001, 0.8]), &[0.9, 0.003, 0.9]));
        assert!(together(&[]).is_empty());
    }

    #[test]
    fn the_middle_of_nothing_is_nothing() {
        assert!(median(&[]).abs() < 1e-9);
        assert!((median(&[3.0, 1.0]) - 2.0).abs() < 1e-9);
    }
}
