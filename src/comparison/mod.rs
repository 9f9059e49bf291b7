//! Two runs side by side: what is new, what it points to, and which measurements have moved.

mod figures;
mod scale;
mod statistic;
mod topics;
mod verdicts;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::history::{Course, Head, History, Record, State, Unusable};

pub use figures::{Basis, Measurements, Movement};
pub use scale::Change as Moved;
pub use statistic::{FALSE_SHARE, MIN_RANKED, MIN_RUNS};
pub use verdicts::{Change, Kind, Pointer};

/// Earlier runs that are looked at: a month of nights says how much nights differ.
const MAX_EARLIER: usize = 30;
/// Runs among which those are looked for; packages come and go.
const MAX_SEARCHED: u32 = 200;

/// Two runs side by side.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    pub old: Head,
    pub new: Head,
    /// Tests that are in both runs.
    pub common: usize,
    /// Of those the ones that passed in both.
    pub good: usize,
    pub changes: Vec<Change>,
    pub measurements: Measurements,
}

impl Comparison {
    /// Compares two runs; `least` is the least share by which a measurement must change. Without a
    /// history nothing is known of other runs.
    pub fn of(
        history: Option<&History>,
        (old, new): (&Record, &Record),
        least: f64,
    ) -> Result<Comparison, Unusable> {
        let earlier = match history {
            Some(history) => Before::of(history, old, new)?,
            None => Before::default(),
        };
        let usual = earlier.of_old.iter().chain([old]).collect();
        let alike = earlier.of_new.iter().chain([new]).collect();
        let runs = figures::Runs { old, new, usual, alike, least };
        let subject = new.head.subject();
        let known = verdicts::Earlier {
            tests: earlier.tests.iter().map(|it| ((it.rig.as_str(), it.id.as_str()), it)).collect(),
            same_package: earlier.runs.iter().map(|head| head.subject() == subject).collect(),
            is_one_package: old.head.subject() == subject,
        };
        let changes = verdicts::changes(old, new, &known);
        let pairs = verdicts::pairs(old, new);
        let both = pairs.into_iter().filter_map(|(old, new)| old.zip(new));
        let both: Vec<_> = both.collect();
        let passed =
            |test: &crate::history::Done| test.verdict == Some(crate::fault::Verdict::Passed);
        Ok(Comparison {
            old: old.head.clone(),
            new: new.head.clone(),
            common: both.len(),
            good: both.iter().filter(|(old, new)| passed(old) && passed(new)).count(),
            changes,
            measurements: figures::measurements(&runs),
        })
    }

    /// Whether something is worse than before, or a measurement is another.
    pub fn is_strange(&self) -> bool {
        let is_worse = |it: &Change| matches!(it.kind, Kind::NewFailure | Kind::NewlyBroken);
        self.changes.iter().any(is_worse) || !self.measurements.moved.is_empty()
    }
}

/// What a history knows beside the two runs.
#[derive(Default)]
struct Before {
    /// Earlier runs of the old one's package.
    of_old: Vec<Record>,
    /// Other runs of the new one's package, when that is another one.
    of_new: Vec<Record>,
    /// Runs before the new one, and what became of its tests there.
    runs: Vec<Head>,
    tests: Vec<Course>,
}

impl Before {
    fn of(history: &History, old: &Record, new: &Record) -> Result<Before, Unusable> {
        let heads = history.heads(Some(MAX_SEARCHED))?;
        let is_told = |head: &&Head| head.state == State::Told;
        let number = |head: &Head| head.number.unwrap_or(i64::MAX);
        let (first, last) = (number(&old.head), number(&new.head));
        let (old_subject, new_subject) = (old.head.subject(), new.head.subject());
        let load = |wanted: &dyn Fn(&Head) -> bool| -> Result<Vec<Record>, Unusable> {
            let found = heads.iter().rev().filter(is_told).filter(|head| wanted(head));
            let numbers: Vec<i64> =
                found.take(MAX_EARLIER).filter_map(|head| head.number).collect();
            let records = numbers.into_iter().map(|number| history.record(number));
            let records = records.collect::<Result<Vec<Option<Record>>, _>>()?;
            Ok(records.into_iter().flatten().collect())
        };
        let is_same = |one: &Head, other: &Head| one.is_same_run(other);
        let of_old = load(&|head| {
            number(head) < first && head.subject() == old_subject && !is_same(head, &new.head)
        })?;
        let of_new = if old_subject == new_subject {
            Vec::new()
        } else {
            load(&|head| number(head) < last && head.subject() == new_subject)?
        };
        let failed = new.tests.iter().filter(|test| !test.is_content());
        let wanted: BTreeSet<(String, String)> =
            failed.map(|test| (test.rig.clone(), test.id.clone())).collect();
        let earlier: Vec<Head> =
            heads.iter().filter(is_told).filter(|head| number(head) < last).cloned().collect();
        let is_wanted = |rig: &str, id: &str| wanted.contains(&(rig.to_owned(), id.to_owned()));
        let tests = history.marks(&earlier, is_wanted)?;
        Ok(Before { of_old, of_new, runs: earlier, tests })
    }
}
