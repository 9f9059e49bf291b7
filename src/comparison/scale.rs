//! How two values of a measurement are compared: by their ratio where both have one.

use serde::Serialize;

/// Seconds that matter to nobody: what a USB poll and a busy host add.
const LEAST_SECONDS: f64 = 0.01;
/// How far a value is from what is usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Share(f64),
    Amount(f64),
}

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Ratio,
    Difference,
}

impl By {
    /// Only what is above 0 has ratios.
    pub(super) fn fitting(mut values: impl Iterator<Item = f64>) -> By {
        if values.all(|value| value > 0.0) { By::Ratio } else { By::Difference }
    }
}

/// How two values of a measurement are compared.
pub(super) struct Scale<'s> {
    pub(super) by: By,
    pub(super) unit: &'s str,
    /// The least share that is told.
    pub(super) least: f64,
    /// What the least share is taken of.
    pub(super) usual: f64,
}

impl Scale<'_> {
    /// Ratios as logarithms, so that twice and half are equally far.
    pub(super) fn shift(&self, was: f64, is: f64) -> f64 {
        match self.by {
            By::Ratio => (is / was).ln(),
            By::Difference => is - was,
        }
    }

    pub(super) fn change(&self, shift: f64) -> Change {
        match self.by {
            By::Ratio => Change::Share(shift.exp_m1()),
            By::Difference => Change::Amount(shift),
        }
    }

    /// The least shift that is told.
    pub(super) fn least_shift(&self) -> f64 {
        let seconds = match self.unit {
            "s" => LEAST_SECONDS,
            "ms" => LEAST_SECONDS * 1e3,
            _ => 0.0,
        };
        let usual = self.usual.abs();
        if self.by == By::Difference {
            return (self.least * usual).max(seconds);
        }
        let share = if usual > 0.0 { seconds / usual } else { 0.0 };
        self.least.max(share).ln_1p()
    }

    pub(super) fn is_large(&self, shift: f64) -> bool {
        // Half as much is as large a step as twice as much.
        shift.abs() > self.least_shift() * (1.0 - 1e-9) && shift.abs() > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_as_far_as_twice() {
        let scale = Scale { by: By::Ratio, unit: "B/s", least: 0.05, usual: 100.0 };
        assert!((scale.shift(100.0, 200.0) + scale.shift(100.0, 50.0)).abs() < 1e-9);
        assert!(scale.is_large(scale.shift(100.0, 105.0)));
        assert!(!scale.is_large(scale.shift(100.0, 104.9)));
        assert!(!scale.is_large(0.0));
    }

    #[test]
    fn what_may_be_zero_has_no_ratio() {
        assert!(By::fitting([1.0, 0.0].into_iter()) == By::Difference);
        let scale = Scale { by: By::Difference, unit: "", least: 0.0, usual: 0.0 };
        assert!(scale.is_large(scale.shift(0.0, 1.0)) && !scale.is_large(0.0));
    }

    #[test]
    fn milliseconds_matter_to_nobody() {
        let scale = Scale { by: By::Ratio, unit: "s", least: 0.05, usual: 0.02 };
        assert!(!scale.is_large(scale.shift(0.02, 0.025)));
        assert!(scale.is_large(scale.shift(0.02, 0.031)));
    }
}
