//! Compares what two runs of the same tests tell a person.

use fotarig::diagnostic::Diagnostic;
use fotarig::fault::Verdict;
use fotarig::tally::{Outcome, Tally};

/// How two tallies differ in what their tests came to; nothing when they do not.
pub(crate) fn differences(before: &Tally, after: &Tally) -> Vec<String> {
    let ids = |tally: &Tally| -> Vec<String> {
        tally.tests.iter().map(|test| test.at.id.clone()).collect()
    };
    if ids(before) != ids(after) {
        return vec![format!("other tests: {:?}, not {:?}", ids(after), ids(before))];
    }
    let mut all = Vec::new();
    for (was, is) in before.tests.iter().zip(&after.tests) {
        if told(was) != told(is) {
            let id = &was.at.id;
            all.push(format!("{id} was {:#?}\n  and is {:#?}", told(was), told(is)));
        }
    }
    all
}

/// All that a person is told of a test. The reason of one that was skipped is told as recorded.
fn told(test: &Outcome) -> (Verdict, &[(Verdict, Diagnostic)], &[String], u32) {
    (test.verdict, &test.complaints, &test.unclaimed, test.at.attempt)
}
