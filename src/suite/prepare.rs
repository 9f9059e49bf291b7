//! Makes tests of scenarios: parameters, what is fixed for a test, and its own seed.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::journal::TestAt;
use crate::run::Test;
use crate::scenario::{Scenario, combinations};
use crate::suite::{Desk, Tags};
use crate::variables::Variables;

/// Which tests are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Part of a test's id or name.
    pub filter: Option<String>,
    pub tags: Option<Tags>,
}

impl Selection {
    fn fits(&self, at: &TestAt) -> bool {
        let contains = |text: &str| at.id.contains(text) || at.name.contains(text);
        self.filter.as_deref().is_none_or(contains)
            && self.tags.as_ref().is_none_or(|tags| tags.fit(&at.tags))
    }
}

/// A test for each wanted combination of each scenario's parameters.
pub fn tests(scenarios: &[Arc<Scenario>], desk: &Desk, selection: &Selection) -> Vec<Test> {
    let each = |scenario: &Arc<Scenario>| {
        let scenario = Arc::clone(scenario);
        combinations(&scenario.params)
            .into_iter()
            .map(move |(title, params)| test(&scenario, desk, title, params))
    };
    scenarios.iter().flat_map(each).filter(|test| selection.fits(&test.at)).collect()
}

fn test(scenario: &Arc<Scenario>, desk: &Desk, params: String, values: Variables) -> Test {
    let mut fixed = values;
    fixed.insert("package".to_owned(), desk.package.to_value());
    let rig: Value = json!({ "name": desk.rig.name, "profile": desk.profile.name });
    fixed.insert("rig".to_owned(), rig);
    let id = match params.as_str() {
        "" => scenario.id.clone(),
        params => format!("{}[{params}]", scenario.id),
    };
    let at = TestAt {
        id,
        rig: desk.rig.name.clone(),
        scenario: scenario.id.clone(),
        name: scenario.name.clone(),
        file: scenario.source.name.clone(),
        params,
        tags: scenario.tags.clone(),
    };
    let package = Arc::new(desk.package.clone());
    Test { at, scenario: Arc::clone(scenario), fixed, package }
}

/// The seed of one test: from the run's seed and the test's id, so that a test does the same
/// whichever other tests run with it. FNV-1a, because it must never change.
pub fn seed_of(run_seed: u64, id: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    run_seed.to_le_bytes().into_iter().chain(id.bytes()).fold(OFFSET, step)
}
