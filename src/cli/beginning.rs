//! When a run begins: the wall clock, or what stands for it.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::journal::{self, Header};
use crate::suite::Occasion;
use crate::world::real::Clock;

/// The seed of a run, unless it is told another; so what is shown without a run is what it does.
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

/// The occasion of what begins now.
pub(crate) fn today(seed: u64) -> Occasion {
    occasion(seed, &stamp(Clock::start()))
}

/// The first line of the journal of a run that began then.
pub(crate) fn header(started: String) -> Header {
    Header {
        journal: journal::VERSION,
        tool: concat!("fotarig ", env!("CARGO_PKG_VERSION")).to_owned(),
        started,
        // Whoever says when it is wants the same bytes on each host.
        host: if fixed().is_some() { None } else { host() },
        command: std::env::args_os().skip(1).map(|word| word.to_string_lossy().into()).collect(),
    }
}

#[cfg(unix)]
fn host() -> Option<String> {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}
