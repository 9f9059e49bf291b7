//! The list of all tests, scenario by scenario.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::duration::show;
use crate::fault::Verdict;
use crate::report::html::causes::key;
use crate::report::html::folded::Spot;
use crate::report::html::words::{Word, words};
use crate::report::rigs::counts;
use crate::tally::{Outcome, Tally};

/// Rows of a page: a browser that has to lay out more makes its reader wait. What did not pass has
/// a row always.
const MAX_ROWS: usize = 20_000;
/// A scenario with more tests, all of which passed, is closed at first.
const MAX_OPEN_ROWS: usize = 6;
/// A cause in a row is one line; all of it is in the test's detail, in characters.
const MAX_CAUSE: usize = 300;

/// What there is to choose from, and all rows.
pub(super) struct Listing {
    pub(super) rigs: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) tests: usize,
}

/// The tests of one scenario.
pub(super) struct Scenario {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) counts: String,
    pub(super) rows: Vec<Row>,
    /// Tests that passed and have no row.
    pub(super) more: usize,
    pub(super) is_open: bool,
    /// Positions in the list of tags.
    pub(super) tags: String,
}

/// One test.
pub(super) struct Row {
    pub(super) key: String,
    /// What tells it from others of its scenario, or the scenario's id when there are none.
    pub(super) label: String,
    pub(super) verdict: Verdict,
    pub(super) is_flaky: bool,
    pub(super) rig: String,
    /// Its position in the list of rigs.
    pub(super) rig_number: usize,
    pub(super) took: String,
    pub(super) cause: Vec<Word>,
    pub(super) spot: Option<Spot>,
    /// The keys of earlier attempts with their details.
    pub(super) earlier: Vec<(String, Option<Spot>)>,
}

impl Listing {
    pub(super) fn of(tally: &Tally, spots: &HashMap<(usize, usize), Spot>) -> Listing {
        let rigs: BTreeSet<&str> = tally.tests.iter().map(|test| test.at.rig.as_str()).collect();
        let rigs: Vec<String> = rigs.into_iter().map(str::to_owned).collect();
        let tags: BTreeSet<&str> =
            tally.tests.iter().flat_map(|test| &test.at.tags).map(String::as_str).collect();
        let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
        let unhappy = tally.tests.iter().filter(|test| test.verdict != Verdict::Passed).count();
        let mut room = MAX_ROWS.saturating_sub(unhappy);
        let tag_number: BTreeMap<&str, usize> =
            tags.iter().enumerate().map(|(number, tag)| (tag.as_str(), number)).collect();
        let scenarios = by_scenario(tally).into_iter().map(|tests| {
            let passed = tests.iter().filter(|test| test.verdict == Verdict::Passed).count();
            let mut left = passed.min(room);
            room -= left;
            let is_single = tests.len() == 1;
            let rows = tests.iter().filter_map(|test| {
                if test.verdict == Verdict::Passed {
                    left = left.checked_sub(1)?;
                }
                let rig_number = rigs.binary_search(&test.at.rig).unwrap_or(0);
                Some(Row::of(test, rig_number, is_single, spots))
            });
            let rows: Vec<Row> = rows.collect();
            let own = tests.iter().flat_map(|test| &test.at.tags);
            let own: BTreeSet<usize> =
                own.filter_map(|tag| tag_number.get(tag.as_str())).copied().collect();
            let own: Vec<String> = own.iter().map(ToString::to_string).collect();
            Scenario {
                id: tests[0].at.scenario.clone(),
                name: tests[0].at.name.clone(),
                counts: counts(tests.iter().copied()),
                more: tests.len() - rows.len(),
                is_open: passed < tests.len() || tests.len() <= MAX_OPEN_ROWS,
                rows,
                tags: own.join(" "),
            }
        });
        let scenarios = scenarios.collect();
        Listing { rigs, tags, scenarios, tests: tally.tests.len() }
    }
}

impl Row {
    fn of(
        test: &Outcome,
        rig_number: usize,
        is_single: bool,
        spots: &HashMap<(usize, usize), Spot>,
    ) -> Row {
        let spot = |test: &Outcome| spots.get(&(test.run, test.number)).copied();
        let cause = match test.verdict {
            Verdict::Passed => test
                .before()
                .map(|before| format!("passed in attempt {}; {before}", test.at.attempt)),
            Verdict::Failed | Verdict::Broken | Verdict::Skipped | Verdict::Interrupted => {
                test.cause().map(str::to_owned)
            }
        };
        let is_plain = is_single || test.at.params.is_empty();
        Row {
            key: key(test),
            label: if is_plain { test.at.id.clone() } else { test.at.params.clone() },
            verdict: test.verdict,
            is_flaky: test.is_flaky(),
            rig: test.at.rig.clone(),
            rig_number,
            took: show(test.took),
            cause: words(&cause.unwrap_or_default().chars().take(MAX_CAUSE).collect::<String>()),
            spot: spot(test),
            earlier: test.earlier.iter().map(|before| (key(before), spot(before))).collect(),
        }
    }
}

/// Tests of one scenario together, in the order in which they were run first.
fn by_scenario(tally: &Tally) -> Vec<Vec<&Outcome>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<&Outcome>> = Vec::new();
    for test in &tally.tests {
        let group = *places.entry(test.at.scenario.as_str()).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(test);
    }
    groups
}
