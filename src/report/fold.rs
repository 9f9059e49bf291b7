//! Folds the lines of many tests of one scenario: the first few one by one, then how many more.

use std::time::Duration;

use crate::duration::show;
use crate::fault::Verdict;

/// Tests of one scenario and one verdict that have a line of their own.
const MAX_LINES: u64 = 5;
/// So many more are told at the latest, so that one sees that it goes on.
const MAX_FOLDED: u64 = 100;

/// The tests of the scenario that runs now, as far as they are over.
#[derive(Default)]
pub(super) struct Fold {
    scenario: String,
    groups: Vec<Group>,
}

struct Group {
    verdict: Verdict,
    lines: u64,
    folded: u64,
    took: Duration,
}

/// A test that is over.
pub(super) struct Over<'t> {
    pub(super) verdict: Verdict,
    pub(super) scenario: &'t str,
    pub(super) id: &'t str,
    pub(super) took: Duration,
}

impl Over<'_> {
    /// The line of a single test.
    pub(super) fn line(&self) -> String {
        format!("{:<11} {}  ({})", self.verdict, self.id, show(self.took))
    }
}

impl Fold {
    /// Lines that are due now.
    pub(super) fn take(&mut self, test: &Over<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        if test.scenario != self.scenario {
            lines = self.rest();
            test.scenario.clone_into(&mut self.scenario);
        }
        let (verdict, took) = (test.verdict, test.took);
        let known = self.groups.iter().position(|group| group.verdict == verdict);
        let known = known.unwrap_or_else(|| {
            self.groups.push(Group { verdict, lines: 0, folded: 0, took: Duration::ZERO });
            self.groups.len() - 1
        });
        let group = &mut self.groups[known];
        if group.lines < MAX_LINES {
            group.lines += 1;
            lines.push(test.line());
            return lines;
        }
        group.folded += 1;
        group.took += took;
        if group.folded == MAX_FOLDED {
            lines.extend(group.unfold(&self.scenario));
        }
        lines
    }

    /// What is left to be told, when another scenario begins or the run ends.
    pub(super) fn rest(&mut self) -> Vec<String> {
        let scenario = std::mem::take(&mut self.scenario);
        self.groups.drain(..).filter_map(|mut group| group.unfold(&scenario)).collect()
    }
}

impl Group {
    fn unfold(&mut self, scenario: &str) -> Option<String> {
        let (verdict, folded, took) = (self.verdict, self.folded, show(self.took));
        (self.folded, self.took) = (0, Duration::ZERO);
        let tests = if folded == 1 { "test" } else { "tests" };
        (folded > 0).then(|| format!("{verdict:<11} {scenario}, {folded} more {tests}  ({took})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(fold: &mut Fold, scenario: &str, count: usize) -> Vec<String> {
        let took = Duration::from_secs(1);
        let over = Over { verdict: Verdict::Passed, scenario, id: "x", took };
        (0..count).flat_map(|_| fold.take(&over)).collect()
    }

    #[test]
    fn a_thousand_tests_are_a_few_lines() {
        let mut fold = Fold::default();
        assert_eq!(lines(&mut fold, "sweep", 1000).len(), 5 + 9);
        let after = lines(&mut fold, "other", 1);
        assert_eq!(after, ["passed      sweep, 95 more tests  (95 s)", "passed      x  (1 s)"]);
        assert!(fold.rest().is_empty());
    }

    #[test]
    fn few_tests_have_a_line_each() {
        let mut fold = Fold::default();
        assert_eq!(lines(&mut fold, "few", 5).len(), 5);
        assert!(fold.rest().is_empty());
        assert!(lines(&mut fold, "six", 6).len() == 5);
        assert_eq!(fold.rest(), ["passed      six, 1 more test  (1 s)"]);
    }
}
