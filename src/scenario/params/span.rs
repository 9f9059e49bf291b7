//! From one value to another, in whole numbers or durations; both ends belong to it.

use std::collections::BTreeSet;
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use serde_json::Value;

use crate::duration;

/// The ends of a range; `to` is not below `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: i64,
    pub to: i64,
    pub unit: Unit,
}

/// What the numbers of a span are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Numbers as they are.
    Whole,
    /// Milliseconds, which a scenario gets as a duration such as `1500ms`.
    Millis,
}

impl Span {
    /// How far its ends are apart.
    pub fn width(self) -> u64 {
        self.to.abs_diff(self.from)
    }

    /// The value that is so far from the first one.
    pub fn value(self, offset: u64) -> Value {
        let number = self.from.saturating_add_unsigned(offset);
        match self.unit {
            Unit::Whole => Value::from(number),
            Unit::Millis => {
                let length = Duration::from_millis(number.unsigned_abs());
                Value::from(duration::write(length))
            }
        }
    }

    /// Each value that is a number of steps from the first one.
    pub(crate) fn stepped(self, step: u64) -> Vec<Value> {
        (0..=self.width() / step).map(|number| self.value(number * step)).collect()
    }

    /// So many different values in rising order, drawn with a seed: all sets of them are as
    /// likely (Floyd's method, which takes as many draws as it gives values).
    pub(crate) fn drawn(self, count: u64, seed: u64) -> Vec<Value> {
        let mut chance = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut offsets = BTreeSet::new();
        let width = self.width();
        for last in width.saturating_sub(count - 1)..=width {
            let offset = match last.checked_add(1) {
                Some(values) => chance.next_u64() % values,
                None => chance.next_u64(),
            };
            if !offsets.insert(offset) {
                offsets.insert(last);
            }
        }
        offsets.into_iter().map(|offset| self.value(offset)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_belong_to_it() {
        let percent = Span { from: -10, to: 10, unit: Unit::Whole };
        assert_eq!(percent.stepped(10), [-10, 0, 10].map(Value::from));
        let lengths = Span { from: 0, to: 120_000, unit: Unit::Millis };
        assert_eq!(lengths.stepped(60_000), ["0s", "1min", "2min"].map(Value::from));
        let lengths = Span { from: 500, to: 1500, unit: Unit::Millis };
        assert_eq!(lengths.stepped(500), ["500ms", "1s", "1500ms"].map(Value::from));
        let all = Span { from: i64::MIN, to: i64::MAX, unit: Unit::Whole };
        assert_eq!(all.stepped(u64::MAX), [i64::MIN, i64::MAX].map(Value::from));
    }

    #[test]
    fn a_draw_is_a_function_of_its_seed() {
        let span = Span { from: 0, to: 100, unit: Unit::Whole };
        let drawn = span.drawn(20, 1);
        assert_eq!(drawn, span.drawn(20, 1));
        assert_ne!(drawn, span.drawn(20, 2));
        let numbers: Vec<i64> = drawn.iter().filter_map(Value::as_i64).collect();
        assert_eq!(numbers.len(), 20);
        assert!(numbers.is_sorted_by(|a, b| a < b) && numbers.iter().all(|n| *n <= 100));
        assert_eq!(span.drawn(101, 7).len(), 101);
        let all = Span { from: i64::MIN, to: i64::MAX, unit: Unit::Whole };
        assert_eq!(all.drawn(3, 1).len(), 3);
    }
}
