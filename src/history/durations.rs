//! How long tests are expected to take: what they took the last few times, on the same rig.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fault::Verdict;
use crate::history::read::{duration, verdict};
use crate::history::{History, Unusable};

/// Runs that are looked at: what was longer ago tells about another firmware.
const RUNS: u32 = 20;
/// Times that are kept of one test: the median of the last few follows a change, and forgives an
/// odd one.
const LAST: usize = 5;

/// The time on the world's clock that tests have taken.
#[derive(Clone, Debug, Default)]
pub struct Durations {
    /// By rig and test, the newest first.
    took: BTreeMap<(String, String), Vec<Duration>>,
}

impl Durations {
    /// What a test that passes is expected to take on this rig; nothing when it never passed there.
    pub fn expected(&self, rig: &str, test: &str) -> Option<Duration> {
        let mut took = self.took.get(&(rig.to_owned(), test.to_owned()))?.clone();
        took.sort_unstable();
        Some(took[took.len() / 2])
    }

    fn learn(&mut self, rig: String, test: String, took: Duration) {
        let known = self.took.entry((rig, test)).or_default();
        if known.len() < LAST {
            known.push(took);
        }
    }
}

impl History {
    pub fn durations(&self) -> Result<Durations, Unusable> {
        let sql = "SELECT rig, subject.test, took_ns, verdict FROM \
                   (SELECT number FROM run ORDER BY number DESC LIMIT ?1) \
                   CROSS JOIN test ON test.run = number \
                   JOIN subject ON subject.id = test.subject ORDER BY number DESC";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([RUNS])?;
        let mut durations = Durations::default();
        while let Some(row) = rows.next()? {
            // A test that failed has ended early, or late.
            if verdict(row, 3)? == Some(Verdict::Passed) {
                durations.learn(row.get(0)?, row.get(1)?, duration(row, 2)?);
            }
        }
        Ok(durations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_time_does_not_matter_and_old_ones_neither() {
        let mut durations = Durations::default();
        for seconds in [60, 61, 600, 62, 59, 1, 1, 1] {
            let took = Duration::from_secs(seconds);
            durations.learn("desk".to_owned(), "update".to_owned(), took);
        }
        assert_eq!(durations.expected("desk", "update"), Some(Duration::from_secs(61)));
        assert_eq!(durations.expected("other", "update"), None);
    }
}
