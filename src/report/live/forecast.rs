//! When the slowest rig will be done, from how long its tests took before or may take at most.
//!
//! Steps are bounded generously, so most tests take a small part of what they may. That part is
//! known once a few have passed, and is then taken for the others; of one that takes longer than
//! that, only its bound is left.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fault::Verdict;

/// Tests that must have passed before their part is taken for that of others: two may be alike.
const LEAST_PASSED: usize = 3;

/// How long a test will take on a rig, as far as is known before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    pub test: String,
    /// By the module's clock.
    pub length: Duration,
    pub basis: Basis,
}

/// What a length is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// As long as it took in earlier runs.
    Earlier,
    /// The longest that its steps may take.
    Bound,
    /// The longest that those of its steps may take that have a bound; others have none.
    Partly,
}

/// When a run will be over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The rig that all others will have to be waited with; nothing where they share their tests.
    pub(super) rig: Option<String>,
    /// In real time.
    pub(super) left: Duration,
    /// Nothing is known but that it is not longer.
    pub(super) is_bound: bool,
}

/// All rigs of which something is known.
#[derive(Default)]
pub(super) struct Forecast {
    rigs: BTreeMap<String, Ahead>,
    /// What whichever rig is free will do.
    shared: Queue,
    /// What tests that have passed took and might have taken.
    took: Duration,
    bounds: Duration,
    passed: usize,
}

/// What a rig has before it.
struct Ahead {
    queue: Queue,
    now: Option<Foreseen>,
    speed: u32,
}

/// Tests that have not begun.
#[derive(Default)]
struct Queue {
    tests: BTreeMap<String, Foreseen>,
    /// The sum of those whose length is known from earlier runs, and of the bounds of the others.
    earlier: Duration,
    bounds: Duration,
    /// How many have steps without a bound.
    partly: usize,
}

impl Forecast {
    pub(super) fn share(&mut self, tests: Vec<Foreseen>) {
        self.shared = Queue::of(tests);
    }

    pub(super) fn add(&mut self, rig: &str, tests: Vec<Foreseen>, speed: u32) {
        let ahead = Ahead { queue: Queue::of(tests), now: None, speed: speed.max(1) };
        self.rigs.insert(rig.to_owned(), ahead);
    }

    pub(super) fn begin(&mut self, rig: &str, test: &str) {
        let Some(ahead) = self.rigs.get_mut(rig) else { return };
        let found = ahead.queue.take(test).or_else(|| self.shared.take(test));
        // A later attempt is expected to take as long as the first.
        ahead.now = found.or_else(|| ahead.now.take().filter(|now| now.test == test));
    }

    pub(super) fn end(&mut self, rig: &str, verdict: Verdict, took: Duration) {
        let Some(ahead) = self.rigs.get(rig) else { return };
        let bounded = ahead.now.as_ref().filter(|now| now.basis != Basis::Earlier);
        if let Some(now) = bounded.filter(|_| verdict == Verdict::Passed) {
            self.passed += 1;
            self.took = self.took.saturating_add(took);
            self.bounds = self.bounds.saturating_add(now.length);
        }
    }

    /// The slowest end; `age` says how long a rig's test has been going on, if one does.
    pub(super) fn slowest(&self, age: impl Fn(&str) -> Option<Duration>) -> Option<End> {
        let mut slowest: Option<(&str, Duration)> = None;
        let (mut is_bound, mut all) = (false, Duration::ZERO);
        for (rig, ahead) in &self.rigs {
            let mut left = self.length(&ahead.queue, &mut is_bound)?;
            if let (Some(now), Some(age)) = (&ahead.now, age(rig)) {
                left = left.saturating_add(self.rest(now, age, &mut is_bound)?);
            }
            let left = left / ahead.speed;
            all = all.saturating_add(left);
            if slowest.is_none_or(|(_, slowest)| left > slowest) {
                slowest = Some((rig, left));
            }
        }
        let (rig, left) = slowest?;
        let rigs = u32::try_from(self.rigs.len()).unwrap_or(u32::MAX);
        if self.shared.tests.is_empty() {
            let rig = (rigs > 1 && !left.is_zero()).then(|| rig.to_owned());
            return Some(End { rig, left, is_bound });
        }
        let speed = self.rigs.values().map(|ahead| ahead.speed).min().unwrap_or(1);
        let shared = self.length(&self.shared, &mut is_bound)? / speed;
        let left = left.max(all.saturating_add(shared) / rigs);
        Some(End { rig: None, left, is_bound })
    }

    /// How long a test will still take that has been going on for so long.
    fn rest(&self, now: &Foreseen, age: Duration, is_bound: &mut bool) -> Option<Duration> {
        let expected = match now.basis {
            Basis::Earlier => return Some(now.length.saturating_sub(age)),
            Basis::Bound | Basis::Partly => self.usual(now.length),
        };
        if let Some(left) = expected.and_then(|expected| expected.checked_sub(age)) {
            return Some(left);
        }
        *is_bound = true;
        (now.basis == Basis::Bound).then(|| now.length.saturating_sub(age))
    }

    /// How long these take by the module's clock; nothing when nobody can say.
    fn length(&self, queue: &Queue, is_bound: &mut bool) -> Option<Duration> {
        if let Some(usual) = self.usual(queue.bounds) {
            return Some(queue.earlier.saturating_add(usual));
        }
        *is_bound |= !queue.bounds.is_zero();
        (queue.partly == 0).then(|| queue.earlier.saturating_add(queue.bounds))
    }

    /// What usually becomes of bounds, once that is known.
    fn usual(&self, bounds: Duration) -> Option<Duration> {
        if self.passed < LEAST_PASSED || self.bounds.is_zero() {
            return None;
        }
        let part = self.took.as_secs_f64() / self.bounds.as_secs_f64();
        Some(Duration::try_from_secs_f64(bounds.as_secs_f64() * part).unwrap_or(Duration::MAX))
    }
}

impl Queue {
    fn of(tests: Vec<Foreseen>) -> Queue {
        let mut queue = Queue::default();
        for test in tests {
            let sum = queue.sum(test.basis);
            *sum = sum.saturating_add(test.length);
            queue.partly += usize::from(test.basis == Basis::Partly);
            queue.tests.insert(test.test.clone(), test);
        }
        queue
    }

    fn take(&mut self, test: &str) -> Option<Foreseen> {
        let test = self.tests.remove(test)?;
        let sum = self.sum(test.basis);
        *sum = sum.saturating_sub(test.length);
        self.partly -= usize::from(test.basis == Basis::Partly);
        Some(test)
    }

    fn sum(&mut self, basis: Basis) -> &mut Duration {
        match basis {
            Basis::Earlier => &mut self.earlier,
            Basis::Bound | Basis::Partly => &mut self.bounds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(id: &str, minutes: u64, basis: Basis) -> Foreseen {
        Foreseen { test: id.to_owned(), length: Duration::from_secs(60 * minutes), basis }
    }

    fn end(forecast: &Forecast, age_minutes: u64) -> Option<(Option<String>, u64, bool)> {
        let age = |_: &str| Some(Duration::from_secs(60 * age_minutes));
        let end = forecast.slowest(age)?;
        Some((end.rig, end.left.as_secs(), end.is_bound))
    }

    #[test]
    fn bounds_become_expectations_once_a_few_tests_have_passed() {
        let mut forecast = Forecast::default();
        let bound = |id: &str| test(id, 30, Basis::Bound);
        forecast.add("", ["a", "b", "c", "d", "e"].map(bound).into(), 1);
        assert_eq!(end(&forecast, 0), Some((None, 9_000, true)));
        forecast.begin("", "a");
        assert_eq!(end(&forecast, 10), Some((None, 8_400, true)));
        forecast.end("", Verdict::Failed, Duration::from_secs(1));
        for id in ["b", "c", "d"] {
            forecast.begin("", id);
            forecast.end("", Verdict::Passed, Duration::from_secs(180));
        }
        forecast.begin("", "e");
        assert_eq!(end(&forecast, 1), Some((None, 120, false)), "a tenth of its bound");
        assert_eq!(end(&forecast, 10), Some((None, 1_200, true)), "it is none of the usual ones");
        assert_eq!(end(&forecast, 99), Some((None, 0, true)));
    }

    #[test]
    fn the_slowest_rig_is_named_by_real_time() {
        let mut forecast = Forecast::default();
        forecast.add("fast", vec![test("a", 60, Basis::Earlier)], 60);
        forecast.add("slow", vec![test("a", 10, Basis::Earlier)], 1);
        assert_eq!(end(&forecast, 0), Some((Some("slow".to_owned()), 600, false)));
        let steps = test("b", 5, Basis::Partly);
        forecast.add("fast", vec![steps], 60);
        assert_eq!(end(&forecast, 0), None, "nobody can say");
    }

    #[test]
    fn shared_tests_are_divided() {
        let mut forecast = Forecast::default();
        for rig in ["one", "other"] {
            forecast.add(rig, Vec::new(), 1);
        }
        let tests = ["a", "b", "c", "d"].map(|id| test(id, 10, Basis::Earlier));
        forecast.share(tests.into());
        assert_eq!(end(&forecast, 0), Some((None, 1_200, false)));
        forecast.begin("one", "a");
        forecast.begin("other", "b");
        assert_eq!(end(&forecast, 4), Some((None, 960, false)));
        forecast.begin("one", "c");
        forecast.begin("other", "d");
        assert_eq!(end(&forecast, 4), Some((Some("one".to_owned()), 360, false)));
    }
}
