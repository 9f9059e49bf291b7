//! Puts tests into quarantine, and tells what is wrong with the file that says so.

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::quarantine::Quarantine;
use crate::run::{Prospect, Test};

/// Marks the tests that are in quarantine on a day. Returns what a person should know: cases that
/// have ended, and those that no test of this run fits.
pub fn isolate(tests: &mut [Vec<Test>], quarantine: &Quarantine, day: Date) -> Vec<Diagnostic> {
    let mut remarks = Vec::new();
    for case in &quarantine.cases {
        let (test, until) = (&case.test, case.waiver.until);
        let place = &case.waiver.place;
        let mut is_known = false;
        for test in tests.iter_mut().flatten().filter(|test| case.is_about(&test.at)) {
            is_known = true;
            // What its scenario says of it comes first, and the first case that fits.
            if case.waiver.holds_on(day) && matches!(test.prospect, Prospect::Pass) {
                test.prospect = Prospect::Quarantined(case.waiver.clone());
            }
        }
        if !case.waiver.holds_on(day) {
            let message =
                format!("the quarantine of `{test}` ended on {until}, so it counts again");
            remarks.push(Diagnostic::at(place, message).help("remove it, or prolong it"));
        } else if !is_known {
            let message = format!("`{test}` is in quarantine, but no test of this run fits it");
            remarks.push(Diagnostic::at(place, message).help("remove it if the test is gone"));
        }
    }
    remarks
}
