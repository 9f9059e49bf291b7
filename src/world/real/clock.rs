//! The clock of this machine: the only file that reads one.

use std::time::Instant;

use jiff::Timestamp;

use crate::moment::Moment;

/// Monotonic time since the world began. Copies share their epoch, so that the stamps of several
/// threads and ports can be compared.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Instant,
}

impl Clock {
    /// A clock whose [`Moment::START`] is now.
    pub fn start() -> Clock {
        Clock { epoch: instant() }
    }

    pub fn now(self) -> Moment {
        Moment::START + instant().duration_since(self.epoch)
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
    fn copies_share_their_epoch() {
        let clock = Clock::start();
        let copy = clock;
        assert!(copy.now() <= clock.now());
    }
}
