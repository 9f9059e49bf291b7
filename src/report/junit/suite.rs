//! The suites of a JUnit report: one for each rig and folder of scenarios, with what is known of
//! their run, rig, package and device.

use std::collections::{BTreeMap, BTreeSet};

use quick_junit::{Property, TestCase, TestSuite};

use crate::report::cuts;
use crate::report::junit::Wish;
use crate::report::junit::clip::{Clip, attachment};
use crate::report::junit::measured;
use crate::report::sweep::{Sweep, quoted, sweeps};
use crate::tally::{Outcome, Run, Tally};
use crate::variables;

/// A suite's name within its run, and the number of the run.
pub(super) type Place = (String, usize);

/// Test cases, sorted into suites.
pub(super) struct Suites<'t> {
    tally: &'t Tally,
    journals: &'t [String],
    all: BTreeMap<Place, Suite<'t>>,
    /// Class and name of each case: of two that share them, readers keep one.
    named: BTreeSet<(String, String)>,
}

#[derive(Default)]
struct Suite<'t> {
    tests: Vec<&'t Outcome>,
    cases: Vec<TestCase>,
}

impl<'t> Suites<'t> {
    pub(super) fn new(tally: &'t Tally, wish: &Wish<'t>) -> Suites<'t> {
        let (all, named) = (BTreeMap::new(), BTreeSet::new());
        Suites { tally, journals: wish.journals, all, named }
    }

    pub(super) fn add_test(&mut self, test: &'t Outcome, case: TestCase) {
        let place = (name_of(test), test.run);
        self.add(place.clone(), case);
        self.all.entry(place).or_default().tests.push(test);
    }

    pub(super) fn add(&mut self, place: Place, mut case: TestCase) {
        let class = case.classname.as_deref().unwrap_or_default().to_owned();
        let name =
            unique(case.name.as_str(), |name| self.named.insert((class.clone(), name.to_owned())));
        case.name = name.into();
        self.all.entry(place).or_default().cases.push(case);
    }

    /// The suites, each with a name that no other has; nothing when they become too large.
    pub(super) fn written(self, clip: &mut Clip) -> Option<Vec<TestSuite>> {
        let mut runs_of: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (name, run) in self.all.keys() {
            runs_of.entry(name.clone()).or_default().insert(*run);
        }
        let sweeps = sweeps(self.tally);
        let mut taken = BTreeSet::new();
        let mut suites = Vec::new();
        for ((name, number), content) in self.all {
            let run = self.tally.run(number);
            let is_shared = runs_of.get(&name).is_some_and(|runs| runs.len() > 1);
            let title = if is_shared { format!("{name}@{}", run.mark) } else { name };
            let title = unique(&clip.word(&title), |title| taken.insert(title.to_owned()));
            let mut suite = head(&title, &run, clip);
            suite.set_time(content.tests.iter().map(|test| test.took).sum());
            let mut properties = run_properties(&run);
            properties.extend(test_properties(self.tally, &content.tests, &sweeps));
            properties.extend(measured::properties(&content.tests));
            for (name, value) in properties {
                suite.add_property(Property::new(clip.word(&name), clip.word(&value)));
            }
            suite.add_test_cases(content.cases);
            if let Some(line) = self.journals.get(number).and_then(|path| attachment(path)) {
                suite.set_system_out(line);
            }
            suites.push(suite);
            if clip.is_full() {
                return None;
            }
        }
        Some(suites)
    }
}

/// The name, or with a number behind it the first that is not taken yet.
fn unique(name: &str, mut take: impl FnMut(&str) -> bool) -> String {
    if take(name) {
        return name.to_owned();
    }
    let others = (2_u64..).map(|number| format!("{name} ({number})"));
    others.into_iter().find(|name| take(name)).expect("numbers do not run out")
}

fn name_of(test: &Outcome) -> String {
    match test.at.scenario.rsplit_once('/') {
        Some((folder, _)) => format!("{}.{}", test.at.rig, folder.replace('/', ".")),
        None => test.at.rig.clone(),
    }
}

fn head(title: &str, run: &Run, clip: &mut Clip) -> TestSuite {
    let mut suite = TestSuite::new(title);
    if let Some(header) = &run.header {
        // UTC to the second, without zone: what all readers take.
        let stamp = header.started.split(['.', 'Z', '+']).next().unwrap_or_default();
        suite.extra.insert("timestamp".into(), clip.word(stamp).into());
        if let Some(host) = &header.host {
            suite.extra.insert("hostname".into(), clip.word(host).into());
        }
    }
    suite
}

/// What the run says of itself.
fn run_properties(run: &Run) -> Vec<(String, String)> {
    let mut properties = Vec::new();
    let mut add = |name: &str, value: String| properties.push((name.to_owned(), value));
    if let Some(header) = &run.header {
        add("tool", header.tool.clone());
        if !header.command.is_empty() {
            let words: Vec<String> = header.command.iter().map(|word| quoted(word)).collect();
            add("command", format!("fotarig {}", words.join(" ")));
        }
    }
    if let Some(plan) = &run.plan {
        for (key, value) in &plan.package {
            add(&format!("package.{key}"), variables::show(value));
        }
        add("seed", plan.seed.to_string());
        if let Some(shard) = &plan.shard {
            add("shard", shard.clone());
        }
    }
    properties
}

/// What these tests say of their rig and device.
fn test_properties(
    tally: &Tally,
    tests: &[&Outcome],
    sweeps: &[Sweep<'_>],
) -> Vec<(String, String)> {
    let mut properties = Vec::new();
    let mut add = |name: &str, value: &str| properties.push((name.to_owned(), value.to_owned()));
    let rig = tests.first().map(|test| &test.at.rig);
    if let Some(rig) = tally.rigs.iter().find(|known| Some(&known.name) == rig) {
        add("rig", &rig.name);
        add("rig.profile", &rig.profile);
        add("rig.port", &rig.port);
    }
    for (fact, (first, last)) in facts(tests) {
        add(&format!("device.{fact}"), &first);
        if first != last {
            add(&format!("device.{fact}.last"), &last);
        }
    }
    if let Some(cuts) = cuts::together(tests.iter().copied()) {
        add("power.cuts", &cuts);
    }
    let own = |sweep: &&Sweep<'_>| tests.iter().any(|test| sweep.is_of(test));
    for sweep in sweeps.iter().filter(own) {
        if let Some(again) = sweep.again(tally) {
            let name = format!("sweep.{}.{}", sweep.scenario(), sweep.verdict());
            add(&name, &format!("{}; {again}", sweep.sentence()));
        }
    }
    properties
}

/// What the device said about itself in these tests: first and last value.
fn facts(tests: &[&Outcome]) -> BTreeMap<String, (String, String)> {
    let mut facts: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (fact, (first, last)) in tests.iter().flat_map(|test| &test.facts) {
        facts
            .entry(fact.clone())
            .and_modify(|known| known.1.clone_from(last))
            .or_insert_with(|| (first.clone(), last.clone()));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_in_the_end() {
        let mut taken = BTreeSet::from(["a".to_owned(), "a (2)".to_owned()]);
        let mut take = |name: &str| taken.insert(name.to_owned());
        assert_eq!(unique("a", &mut take), "a (3)");
        assert_eq!(unique("b", &mut take), "b");
    }
}
