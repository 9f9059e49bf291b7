//! Bounds out of what was measured: generous, and as a person would write them.

use std::time::Duration;

/// What people write, in seconds.
const LADDER: [u64; 14] = [5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
/// How much longer than this time it may take the next.
const GENEROSITY: u32 = 3;

/// An upper bound for what took so long.
pub(crate) fn bound(took: Duration) -> String {
    let wanted = took.saturating_mul(GENEROSITY);
    let fits = LADDER.iter().map(|s| Duration::from_secs(*s)).find(|length| *length >= wanted);
    written(fits.unwrap_or_else(|| whole_days(wanted)))
}

fn whole_days(length: Duration) -> Duration {
    Duration::from_secs(length.as_secs().div_ceil(86_400) * 86_400)
}

/// A pause, rounded up to tenths of a second, or to seconds when it is long.
pub(crate) fn pause(length: Duration) -> String {
    let step = if length >= Duration::from_secs(10) { 1_000 } else { 100 };
    // What is a few milliseconds beyond was meant without them.
    let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX).saturating_sub(20);
    written(Duration::from_millis(millis.div_ceil(step).saturating_mul(step).max(100)))
}

/// As a scenario has it: `1500ms`, `90s`, `2min`.
fn written(length: Duration) -> String {
    let millis = length.as_millis();
    for (unit, name) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")] {
        if millis >= unit && millis.is_multiple_of(unit) {
            return format!("{}{name}", millis / unit);
        }
    }
    format!("{millis}ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_generous_and_round() {
        let bound = |millis| bound(Duration::from_millis(millis));
        assert_eq!([bound(0), bound(3_391), bound(8_018)], ["5s", "20s", "30s"]);
        assert_eq!([bound(127_000), bound(86_400_000)], ["10min", "3d"]);
        let pause = |millis| pause(Duration::from_millis(millis));
        assert_eq!([pause(2_001), pause(2_050), pause(15_003)], ["2s", "2100ms", "15s"]);
        assert_eq!([pause(180_000), pause(5)], ["3min", "100ms"]);
    }
}
