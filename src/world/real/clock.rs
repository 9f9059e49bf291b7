//! The clock of this machine: the only file that reads one.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::moment::Moment;

/// Monotonic time since the world began. Copies share their epoch, so that the stamps of several
/// threads and ports can be compared. It may go faster than real time, in step with a virtual
/// module that is served at such a speed.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
    speed: NonZeroU32,
}

impl Clock {
    /// A clock whose [`Moment::START`] is now.
    pub fn start() -> Clock {
        Clock { epoch: instant(), speed: NonZeroU32::MIN }
    }

    /// The same clock, so many times faster.
    #[must_use]
    pub fn at_speed(self, speed: NonZeroU32) -> Clock {
        Clock { speed, ..self }
    }

    pub fn now(self) -> Moment {
        Moment::START + self.told(instant().duration_since(self.epoch))
    }

    /// What this clock tells after a length of real time.
    pub fn told(self, real: Duration) -> Duration {
        real.saturating_mul(self.speed.get())
    }

    /// How long it really takes until this clock has told a length.
    pub fn real(self, told: Duration) -> Duration {
        told / self.speed.get()
    }

    /// The wall clock, for people: RFC 3339 in UTC with milliseconds, `2026-02-03T04:05:06.789Z`.
    /// It can jump, so nothing is ever measured with it.
    pub fn utc(self) -> String {
        format!("{:.3}", Timestamp::now())
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where time enters the program")]
fn instant() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_has_milliseconds_and_a_zone() {
        let stamp = Clock::start().utc();
        assert_eq!(stamp.len(), "2026-02-03T04:05:06.789Z".len(), "{stamp}");
        assert!(stamp.ends_with('Z') && stamp.as_bytes()[10] == b'T', "{stamp}");
    }

    #[test]
    fn a_faster_clock_tells_more_in_the_same_time() {
        let clock = Clock::start();
        let faster = clock.at_speed(NonZeroU32::new(50).expect("fifty"));
        let second = Duration::from_secs(1);
        assert_eq!(faster.told(second), Duration::from_secs(50));
        assert_eq!(faster.real(faster.told(second)), second);
        // Both began at the same instant: what was told before is less than fifty times what is
        // told after, and the other way round.
        let (before, told, after) = (clock.now(), faster.now(), clock.now());
        assert!(
            before.as_nanos() * 50 <= told.as_nanos() && told.as_nanos() <= after.as_nanos() * 50
        );
    }
}
