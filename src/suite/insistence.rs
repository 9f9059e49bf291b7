//! Whether a test that did not pass is tried once more.

use regex::Regex;

use crate::fault::Verdict;
use crate::journal::{Course, Flaky};

/// Further attempts at one test: what needs more is no retry but another scenario.
pub const MAX_RETRIES: u32 = 20;

/// What is tried again, how often, and what a pass is then worth.
#[derive(Clone, Debug, Default)]
pub struct Insistence {
    /// Further attempts at most.
    pub retries: u32,
    /// Only what went wrong for such a cause is tried again, then also when the rig was broken.
    pub only: Option<Regex>,
    pub flaky: Flaky,
}

impl Insistence {
    /// Whether there is to be another attempt after so many.
    pub(crate) fn goes_on(&self, attempts: u32, course: &Course) -> bool {
        let is_wanted = match (course.verdict, &self.only) {
            (Verdict::Failed, None) => true,
            (Verdict::Failed | Verdict::Broken, Some(only)) => {
                course.causes.iter().any(|cause| only.is_match(cause))
            }
            (Verdict::Broken, None)
            | (Verdict::Passed | Verdict::Skipped | Verdict::Interrupted, _) => false,
        };
        is_wanted && attempts <= self.retries
    }

    /// What a test comes to after these attempts. One that only the rig spoiled says nothing about
    /// the device, so it makes no failure of a pass.
    pub(crate) fn judge(&self, earlier: &[Verdict], verdict: Verdict) -> Verdict {
        let is_flaky = !earlier.is_empty() && verdict == Verdict::Passed;
        match (is_flaky, self.flaky) {
            (true, Flaky::Fail) if earlier.contains(&Verdict::Failed) => Verdict::Failed,
            (true, Flaky::Fail) => Verdict::Broken,
            (true, Flaky::Pass) | (false, _) => verdict,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(verdict: Verdict, cause: &str) -> Course {
        Course { verdict, causes: vec![cause.to_owned()] }
    }

    #[test]
    fn a_broken_rig_is_no_reason_unless_it_is_named() {
        let (broken, failed) =
            (course(Verdict::Broken, "port gone"), course(Verdict::Failed, "no"));
        let usual = Insistence { retries: 1, ..Insistence::default() };
        assert!(usual.goes_on(1, &failed) && !usual.goes_on(2, &failed));
        assert!(!usual.goes_on(1, &broken));
        let only = Regex::new("port").ok();
        let named = Insistence { only, ..usual };
        assert!(named.goes_on(1, &broken) && !named.goes_on(1, &failed));
        assert!(!named.goes_on(1, &course(Verdict::Passed, "port")));
    }

    #[test]
    fn a_pass_after_a_broken_rig_is_no_failure_of_the_device() {
        let strict = Insistence { flaky: Flaky::Fail, ..Insistence::default() };
        let judge = |earlier: &[Verdict]| strict.judge(earlier, Verdict::Passed);
        assert_eq!(judge(&[]), Verdict::Passed);
        assert_eq!(judge(&[Verdict::Broken]), Verdict::Broken);
        assert_eq!(judge(&[Verdict::Broken, Verdict::Failed]), Verdict::Failed);
        assert_eq!(
            Insistence::default().judge(&[Verdict::Failed], Verdict::Passed),
            Verdict::Passed
        );
    }
}
