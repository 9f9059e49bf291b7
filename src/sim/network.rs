//! The radio network as the module meets it: coverage, speed, and how long it knows the way back.

use std::time::Duration;

use crate::moment::Moment;

/// Bits of a byte on the link.
const BITS_PER_BYTE: u128 = 8;

/// Lives outside of the module: a power cut does not touch it.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) link_bits_per_second: u32,
    pub(crate) coverage: Coverage,
    pub(crate) apn: ApnPolicy,
    pub(crate) servers: Reach,
    /// How long the way to a silent module is remembered; None is for ever (F10).
    pub(crate) nat: Option<Duration>,
    last_exchange: Moment,
    /// The way was forgotten before its time.
    released: bool,
}

/// Whether a module can register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coverage {
    Covered,
    Lost,
}

/// What the network says to the module's APN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApnPolicy {
    Accepted,
    /// Error 133.
    Refused,
}

/// Whether the servers answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Answer,
    Silent,
}

impl Network {
    /// Answer to `AT+COPS?`.
    pub(crate) const OPERATOR: &'static str = "Virtual";
    /// Tracking area, cell and access technology (7: LTE) as in `+CEREG`.
    pub(crate) const CELL: &'static str = "\"0001\",\"00000001\",7";

    pub(crate) fn new(link_bits_per_second: u32, nat: Option<Duration>) -> Network {
        Network {
            link_bits_per_second,
            coverage: Coverage::Covered,
            apn: ApnPolicy::Accepted,
            servers: Reach::Answer,
            nat,
            last_exchange: Moment::START,
            released: false,
        }
    }

    /// How long the link needs for `bytes`; a link without speed counts as one bit per second.
    pub(crate) fn time_for(&self, bytes: u64) -> Duration {
        let speed = u128::from(self.link_bits_per_second.max(1));
        let nanos = u128::from(bytes) * BITS_PER_BYTE * 1_000_000_000 / speed;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The module sent something at `now`: answers find their way again.
    pub(crate) fn exchange(&mut self, now: Moment) {
        self.last_exchange = now;
        self.released = false;
    }

    /// F10: the operator forgets the way to the module.
    pub(crate) fn release(&mut self) {
        self.released = true;
    }

    /// Whether a server can still reach the module at `now`; `nat` is how long that is possible.
    pub(crate) fn leads_to_module(&self, now: Moment, nat: Option<Duration>) -> bool {
        let silence = now.since(self.last_exchange);
        !self.released && nat.is_none_or(|nat| silence <= nat)
    }
}
