//! What was measured in several tests: each figure over all of them, against its bounds.

use std::collections::HashMap;

use crate::journal::Figure;
use crate::report::plot::{Sample, samples};
use crate::tally::{Kind, Outcome, Tally};

/// Measurements that are drawn on a page; the details of the tests have all of them.
const MAX_MEASURED: usize = 40;

/// One measurement of a scenario in all its tests.
pub(super) struct Measured {
    pub(super) scenario: String,
    pub(super) name: String,
    pub(super) tests: usize,
    pub(super) least: String,
    pub(super) most: String,
    pub(super) bounds: String,
    pub(super) plot: String,
}

/// A value, and what it was in.
struct Value<'t> {
    test: &'t Outcome,
    figure: Figure,
}

/// Those that were measured at least twice, in the order of the run.
pub(super) fn measured(tally: &Tally) -> Vec<Measured> {
    let mut places: HashMap<(String, String, String), usize> = HashMap::new();
    let mut groups: Vec<Vec<Value<'_>>> = Vec::new();
    for test in &tally.tests {
        for one in test.measurements().into_iter().filter(|one| one.kind != Kind::Latency) {
            let figure = one.figure;
            let key = (test.at.scenario.clone(), figure.name.clone(), figure.unit.clone());
            let group = *places.entry(key).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[group].push(Value { test, figure });
        }
    }
    groups.iter().filter_map(|values| drawn(values)).take(MAX_MEASURED).collect()
}

fn drawn(values: &[Value<'_>]) -> Option<Measured> {
    let first = values.first()?;
    let all: Vec<Sample<'_>> = values.iter().map(sample).collect();
    let figures = || values.iter().map(|value| &value.figure);
    let least = figures().min_by(|one, other| one.value.total_cmp(&other.value))?;
    let most = figures().max_by(|one, other| one.value.total_cmp(&other.value))?;
    Some(Measured {
        scenario: first.test.at.scenario.clone(),
        name: first.figure.name.clone(),
        tests: values.len(),
        least: least.shown(),
        most: most.shown(),
        bounds: first.figure.bounds().unwrap_or_default(),
        plot: samples(&first.figure.name, &first.figure.unit, &all)?,
    })
}

fn sample<'v>(value: &'v Value<'_>) -> Sample<'v> {
    let figure = &value.figure;
    let (at_least, at_most) = (figure.at_least, figure.at_most);
    Sample { label: &value.test.at.id, value: figure.value, at_least, at_most }
}
