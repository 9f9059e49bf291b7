//! When a run begins: the wall clock, or what stands for it.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::suite::Occasion;
use crate::world::real::Clock;

/// The seed of what shows tests without running them; also that of a run, unless it is told.
pub(crate) const USUAL_SEED: u64 = 1;

/// RFC 3339 in UTC with milliseconds. `SOURCE_DATE_EPOCH` is the custom of reproducible builds:
/// seconds since 1970 that stand for the time of the run, so that the same run writes the same
/// reports.
pub(crate) fn stamp(clock: Clock) -> String {
    fixed().map_or_else(|| clock.utc(), |fixed| format!("{fixed:.3}"))
}

fn fixed() -> Option<Timestamp> {
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

/// The occasion of a run with this seed that began at such a stamp.
pub(crate) fn occasion(seed: u64, stamp: &str) -> Occasion {
    let began: Timestamp = stamp.parse().expect("a stamp is RFC 3339");
    Occasion { seed, day: Offset::UTC.to_datetime(began).date() }
}

/// Today, with the usual seed: for what only shows tests.
pub(crate) fn today() -> Occasion {
    occasion(USUAL_SEED, &stamp(Clock::start()))
}
