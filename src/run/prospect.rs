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
    /// It may fail for a while, as a file beside the scenarios says.
    Quarantined(Waiver),
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
        let reason = match (self, verdict) {
            (Prospect::Fail(Waiver { reason, until, .. }), Verdict::Failed) => {
                format!("expected failure: {reason} (until {until})")
            }
            (Prospect::Quarantined(Waiver { reason, until, .. }), Verdict::Failed) => {
                format!("in quarantine: {reason} (until {until})")
            }
            (Prospect::Quarantined(Waiver { reason, until, .. }), Verdict::Passed) => {
                let passed = "it passed, so it could leave the quarantine";
                return (verdict, Some(format!("{passed}: {reason} (until {until})")));
            }
            (
                Prospect::Pass
                | Prospect::Fail(_)
                | Prospect::Quarantined(_)
                | Prospect::LeftOut(_),
                Verdict::Passed
                | Verdict::Failed
                | Verdict::Broken
                | Verdict::Skipped
                | Verdict::Interrupted,
            ) => return (verdict, None),
        };
        (Verdict::Skipped, Some(reason))
    }

    fn expected(&self) -> Option<&Waiver> {
        match self {
            Prospect::Fail(waiver) => Some(waiver),
            Prospect::Pass | Prospect::Quarantined(_) | Prospect::LeftOut(_) => None,
        }
    }
}
