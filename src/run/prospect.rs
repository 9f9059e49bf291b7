//! What is known of a test's outcome before it is run, and what its verdict then is.

use crate::diagnostic::Diagnostic;
use crate::fault::{Trouble, Verdict};
use crate::scenario::Waiver;

/// What is known of a test's outcome before it is run.
#[derive(Clone, Debug)]
pub enum Prospect {
    /// It is to pass.
    Pass,
    /// It is known to fail: a pass would be news.
    Fail(Waiver),
    /// It is not run at all, for this reason.
    LeftOut(String),
}

impl Prospect {
    /// The trouble of a test that has passed although it was known to fail.
    pub(crate) fn surprise(&self) -> Option<Trouble> {
        let waiver = self.expected()?;
        let message = "the test passed although its failure was expected";
        let complaint = Diagnostic::at(&waiver.place, message)
            .note(format!("expected because of: {}", waiver.reason))
            .help("remove `expected_failure`, so that the next failure is seen");
        Some(Trouble::failed(complaint))
    }

    /// The verdict and its reason, when the test came to `verdict`. Only the device's own failure
    /// can have been expected: a broken rig says nothing about it.
    pub(crate) fn judge(&self, verdict: Verdict) -> (Verdict, Option<String>) {
        match (self.expected(), verdict) {
            (Some(waiver), Verdict::Failed) => {
                let Waiver { reason, until, .. } = waiver;
                let reason = format!("expected failure: {reason} (until {until})");
                (Verdict::Skipped, Some(reason))
            }
            (None, Verdict::Failed)
            | (_, Verdict::Passed | Verdict::Broken | Verdict::Skipped | Verdict::Interrupted) => {
                (verdict, None)
            }
        }
    }

    fn expected(&self) -> Option<&Waiver> {
        match self {
            Prospect::Fail(waiver) => Some(waiver),
            Prospect::Pass | Prospect::LeftOut(_) => None,
        }
    }
}
