//! Makes tests of scenarios: parameters, what is fixed for a test, and its own seed.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::journal::TestAt;
use crate::package::Package;
use crate::run::{Prospect, Test};
use crate::scenario::{self, Expansion, LooksAt, Scenario, expand};
use crate::suite::{Desk, Tags};
use crate::variables::Variables;

/// What a run has of its own, and its tests follow from.
#[derive(Clone, Copy, Debug)]
pub struct Occasion {
    pub seed: u64,
    /// The day on which the run began, in UTC.
    pub day: Date,
}

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

/// A test for each package under test and each wanted combination of each scenario's parameters,
/// or what cannot become one.
pub fn tests(
    scenarios: &[Arc<Scenario>],
    desk: &Desk,
    selection: &Selection,
    occasion: Occasion,
) -> Result<Vec<Test>, Vec<Diagnostic>> {
    let mut tests = Vec::new();
    let mut complaints = Vec::new();
    for scenario in scenarios {
        for subject in Subject::of(scenario, desk) {
            match tests_of(scenario, desk, &subject, occasion) {
                Ok(all) => tests.extend(all.into_iter().filter(|test| selection.fits(&test.at))),
                Err(complaint) => complaints.push(complaint),
            }
        }
    }
    if complaints.is_empty() { Ok(tests) } else { Err(complaints) }
}

/// How many tests these would be without any selection, as far as the scenarios say it.
pub fn count(scenarios: &[Arc<Scenario>], desk: &Desk) -> u64 {
    let tests = |scenario: &Arc<Scenario>| {
        let subjects = Subject::of(scenario, desk).len() as u64;
        subjects.saturating_mul(scenario::count(&scenario.params))
    };
    scenarios.iter().map(tests).fold(0, u64::saturating_add)
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

fn tests_of(
    scenario: &Arc<Scenario>,
    desk: &Desk,
    subject: &Subject,
    occasion: Occasion,
) -> Result<Vec<Test>, Diagnostic> {
    let known = Arc::new(known(scenario, desk, &subject.package));
    let draw = |name: &str| seed_of(occasion.seed, &format!("{}: {name}", scenario.id));
    let (combinations, prospect) = match expand(&scenario.params, &known, draw)? {
        Expansion::Tests(combinations) => (combinations, prospect(scenario, occasion.day)),
        // One test that says why there are no others.
        Expansion::Nothing(reason) => (vec![Default::default()], Prospect::LeftOut(reason)),
    };
    let test = |(title_of_params, params): (String, Variables)| {
        let title = &subject.title;
        let comma = if title.is_empty() || title_of_params.is_empty() { "" } else { "," };
        Test {
            at: at(scenario, desk, format!("{title}{comma}{title_of_params}")),
            scenario: Arc::clone(scenario),
            known: Arc::clone(&known),
            params,
            prospect: prospect.clone(),
            package: Arc::clone(&subject.package),
        }
    };
    Ok(combinations.into_iter().map(test).collect())
}

/// What all tests of a scenario with one package know, and cannot change.
fn known(scenario: &Scenario, desk: &Desk, package: &Package) -> Variables {
    let rig: Value = json!({
        "name": desk.rig.name,
        "profile": desk.profile.name,
        "apn": desk.rig.apn,
    });
    let mut known = Variables::from([("rig".to_owned(), rig)]);
    known.insert("package".to_owned(), package.to_value());
    match scenario.looks_at {
        LooksAt::OnePackage => {}
        LooksAt::AllPackages => drop(known.insert("packages".to_owned(), desk.packages.to_value())),
    }
    known
}

fn prospect(scenario: &Scenario, day: Date) -> Prospect {
    let skip = scenario.skip.as_ref().filter(|waiver| waiver.holds_on(day));
    let expected = scenario.expected_failure.as_ref().filter(|waiver| waiver.holds_on(day));
    match (skip, expected) {
        (Some(skip), _) => Prospect::LeftOut(format!("{} (until {})", skip.reason, skip.until)),
        (None, Some(expected)) => Prospect::Fail(expected.clone()),
        (None, None) => Prospect::Pass,
    }
}

fn at(scenario: &Scenario, desk: &Desk, params: String) -> TestAt {
    let id = match params.as_str() {
        "" => scenario.id.clone(),
        params => format!("{}[{params}]", scenario.id),
    };
    TestAt {
        id,
        rig: desk.rig.name.clone(),
        scenario: scenario.id.clone(),
        name: scenario.name.clone(),
        file: scenario.source.name.clone(),
        params,
        tags: scenario.tags.clone(),
        properties: scenario.properties.clone(),
        attempt: 1,
    }
}

/// The seed of one attempt at a test. A later one has a seed of its own: with the same a virtual
/// module would only do the same again.
pub(crate) fn seed_at(run_seed: u64, at: &TestAt) -> u64 {
    match at.attempt {
        1 => seed_of(run_seed, &at.id),
        attempt => seed_of(run_seed, &format!("{}, attempt {attempt}", at.id)),
    }
}

/// The seed of one test: from the run's seed and the test's id, so that a test does the same
/// whichever other tests run with it. FNV-1a, because it must never change.
pub fn seed_of(run_seed: u64, id: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    run_seed.to_le_bytes().into_iter().chain(id.bytes()).fold(OFFSET, step)
}
