//! The JUnit report, in two dialects: what strict readers accept, and what importers like to know.
//!
//! One suite for each rig and folder of scenarios; a device's fault is a `failure`, a rig's an
//! `error`; the drawing is the text, because some readers show the text and others the message. A
//! run whose exit code is not 0 is never green: what no test says is a test case of its own.

mod case;
mod clip;
mod incomplete;
mod measured;
mod suite;

use quick_junit::Report;

use crate::report::junit::clip::{Clip, Detail};
use crate::report::junit::suite::Suites;
use crate::report::lacks::lacks;
use crate::tally::Tally;

/// GitLab refuses a report of 30 MB.
pub const MAX_BYTES: usize = 29_000_000;

/// What readers of the report take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Valid against the schema of the Jenkins xUnit plugin.
    #[default]
    Strict,
    /// Each test says its file and line, and has properties of its own.
    Rich,
}

/// How a report is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'w> {
    pub dialect: Dialect,
    /// The journals, as whoever reads the report finds them: one for each run of the tally.
    pub journals: &'w [String],
}

/// The report as XML: with all details, or with as many as fit into [`MAX_BYTES`].
pub fn report(tally: &Tally, wish: &Wish<'_>) -> String {
    let mut details = Detail::LEVELS.iter().peekable();
    loop {
        let detail = details.next().expect("the last level is taken as it is");
        let is_last = details.peek().is_none();
        let most = if is_last { usize::MAX } else { MAX_BYTES };
        let mut clip = Clip::new(detail, most);
        if let Some(xml) = written(tally, wish, &mut clip).filter(|xml| xml.len() <= most) {
            return xml;
        }
    }
}

/// Nothing when it would become too large.
fn written(tally: &Tally, wish: &Wish<'_>, clip: &mut Clip) -> Option<String> {
    let mut suites = Suites::new(tally, wish);
    for test in &tally.tests {
        let case = case::case(tally, test, wish, clip);
        suites.add_test(test, case);
        if clip.is_full() {
            return None;
        }
    }
    for lack in lacks(tally) {
        let (place, case) = incomplete::case(&lack, wish, clip);
        suites.add(place, case);
    }
    let mut report = Report::new("fotarig");
    report.set_time(tally.took());
    report.add_test_suites(suites.written(clip)?);
    let xml = report.to_string().expect("a report in memory can be written");
    Some(without_skipped(&xml))
}

/// The schema allows `skipped` on a suite but not on the root, where the library writes it.
fn without_skipped(xml: &str) -> String {
    let Some(root) = xml.find("<testsuites ") else { return xml.to_owned() };
    let end = xml[root..].find('>').map_or(xml.len(), |at| root + at);
    let Some(start) = xml[root..end].find(" skipped=\"").map(|at| root + at) else {
        return xml.to_owned();
    };
    let value = start + " skipped=\"".len();
    let after = xml[value..end].find('"').map_or(end, |at| value + at + 1);
    format!("{}{}", &xml[..start], &xml[after..])
}
