//! The radio network as the module meets it.

use std::time::Duration;

/// Bits of a byte on the link.
const BITS_PER_BYTE: u128 = 8;

/// Lives outside of the module: a power cut does not touch it.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    link_bits_per_second: u32,
}

impl Network {
    /// Answer to `AT+COPS?`.
    pub(crate) const OPERATOR: &'static str = "Virtual";
    /// Tracking area, cell and access technology (7: LTE) as in `+CEREG`.
    pub(crate) const CELL: &'static str = "\"0001\",\"00000001\",7";

    pub(crate) fn new(link_bits_per_second: u32) -> Network {
        Network { link_bits_per_second }
    }

    /// How long the link needs for `bytes`; a link without speed counts as one bit per second.
    pub(crate) fn time_for(&self, bytes: u64) -> Duration {
        let speed = u128::from(self.link_bits_per_second.max(1));
        let nanos = u128::from(bytes) * BITS_PER_BYTE * 1_000_000_000 / speed;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
