//! What no test says, as test cases of their own.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use crate::report::junit::Wish;
use crate::report::junit::clip::{Clip, attachment};
use crate::report::junit::suite::Place;
use crate::report::lacks::Lack;

/// The suite and the class of cases about a whole run.
const SUITE: &str = "fotarig";

/// The case, and the suite that it belongs to.
pub(super) fn case(lack: &Lack, wish: &Wish<'_>, clip: &mut Clip) -> (Place, TestCase) {
    let class = lack.rig.as_deref().unwrap_or(SUITE);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(lack.kind.to_string()).set_message(clip.word(&lack.message));
    status.set_description(clip.text(&lack.message));
    let mut case = TestCase::new(lack.title, status);
    case.set_classname(clip.word(class));
    if let Some(line) = wish.journals.get(lack.run).and_then(|path| attachment(path)) {
        case.set_system_out(line);
    }
    ((class.to_owned(), lack.run), case)
}
