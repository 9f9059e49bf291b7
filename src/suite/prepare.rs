//! Makes tests of scenarios: parameters, what is fixed for a test, and its own seed.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::journal::TestAt;
use crate::package::Package;
use crate::run::Test;
use crate::scenario::{LooksAt, Scenario, combinations};
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

/// A test for each package under test and each wanted combination of each scenario's parameters.
pub fn tests(scenarios: &[Arc<Scenario>], desk: &Desk, selection: &Selection) -> Vec<Test> {
    let mut tests = Vec::new();
    for scenario in scenarios {
        for subject in Subject::of(scenario, desk) {
            let all = combinations(&scenario.params).into_iter();
            let all = all.map(|combined| test(scenario, desk, subject.clone(), combined));
            tests.extend(all.filter(|test| selection.fits(&test.at)));
        }
    }
    tests
}

/// How many tests these would be without any selection.
pub fn count(scenarios: &[Arc<Scenario>], desk: &Desk) -> usize {
    let tests = |scenario: &Arc<Scenario>| {
        let sizes = scenario.params.iter().map(|(_, values)| values.len());
        sizes.fold(Subject::of(scenario, desk).len(), usize::saturating_mul)
    };
    scenarios.iter().map(tests).fold(0, usize::saturating_add)
}

/// The package of a test, and what its id says of it.
#[derive(Clone)]
struct Subject {
    package: Arc<Package>,
    /// Empty where there is only one test for all packages.
    title: String,
}

impl Subject {
    /// A scenario that looks at all packages is run once, with the one that starts the chain.
    fn of(scenario: &Scenario, desk: &Desk) -> Vec<Subject> {
        let once = |package: &Arc<Package>| {
            vec![Subject { package: Arc::clone(package), title: String::new() }]
        };
        let packages = &desk.packages;
        match (scenario.looks_at, packages.under_test()) {
            (LooksAt::AllPackages, _) => once(packages.chain().first().unwrap_or(packages.first())),
            (LooksAt::OnePackage, [package]) => once(package),
            (LooksAt::OnePackage, several) => {
                let named = |package: &Arc<Package>| {
                    let title = format!("package={}", package.name);
                    Subject { package: Arc::clone(package), title }
                };
                several.iter().map(named).collect()
            }
        }
    }
}

fn test(
    scenario: &Arc<Scenario>,
    desk: &Desk,
    Subject { package, title }: Subject,
    (params, mut fixed): (String, Variables),
) -> Test {
    let comma = if title.is_empty() || params.is_empty() { "" } else { "," };
    let params = format!("{title}{comma}{params}");
    fixed.insert("package".to_owned(), package.to_value());
    match scenario.looks_at {
        LooksAt::OnePackage => {}
        LooksAt::AllPackages => drop(fixed.insert("packages".to_owned(), desk.packages.to_value())),
    }
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
    Test { at, scenario: Arc::clone(scenario), package, fixed }
}

/// The seed of one test: from the run's seed and the test's id, so that a test does the same
/// whichever other tests run with it. FNV-1a, because it must never change.
pub fn seed_of(run_seed: u64, id: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    run_seed.to_le_bytes().into_iter().chain(id.bytes()).fold(OFFSET, step)
}
