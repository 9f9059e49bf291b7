//! Which tests came to something else than before, and what that points to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::fault::Verdict;
use crate::history::{Course, Done, Mark, Record};

/// Runs in which a test must have passed before a failure is called its first.
const MIN_CLEAN: usize = 3;

/// A test that is worth a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub kind: Kind,
    pub rig: String,
    /// The rig that did it before, when that was another one.
    pub other_rig: Option<String>,
    pub scenario: String,
    pub id: String,
    pub was: Option<Verdict>,
    pub is: Option<Verdict>,
    /// Why, now or, when it is good now, before.
    pub cause: Option<String>,
    /// The cause before, when that was another one.
    pub other_cause: Option<String>,
    pub points_to: Option<Pointer>,
    /// What is known beside the two runs, a sentence each.
    pub evidence: Vec<String>,
}

/// What has become of a test. In the order in which people want to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It fails and did not, as far as that is known.
    NewFailure,
    /// The rig breaks under it and did not.
    NewlyBroken,
    StillFailing,
    StillBroken,
    Fixed,
    /// It passes in a later attempt only.
    Flaky,
    /// It is part of both runs, and has no result in the new one.
    WithoutResult,
    /// It was not part of the old run.
    New,
    /// It is not part of the new run.
    Missing,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::NewFailure,
        Kind::NewlyBroken,
        Kind::StillFailing,
        Kind::StillBroken,
        Kind::Fixed,
        Kind::Flaky,
        Kind::WithoutResult,
        Kind::New,
        Kind::Missing,
    ];
}

/// What a failure points to; the evidence says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pointer {
    Firmware,
    Rig,
    /// It comes and goes without a change of package.
    Chance,
}

/// What a verdict says about the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Good,
    Bad,
    /// About the rig.
    Broken,
    Nothing,
}

fn word(test: &Done) -> Word {
    match test.verdict {
        Some(Verdict::Passed) => Word::Good,
        Some(Verdict::Failed) => Word::Bad,
        Some(Verdict::Broken) => Word::Broken,
        Some(Verdict::Skipped | Verdict::Interrupted) | None => Word::Nothing,
    }
}

/// What has changed between two runs, sorted by kind. `earlier` tells what the tests came to in the
/// runs before the new one.
pub(super) fn changes(old: &Record, new: &Record, earlier: &Earlier<'_>) -> Vec<Change> {
    let pairs = pairs(old, new);
    let mut changes: Vec<Change> =
        pairs.into_iter().filter_map(|(old, new)| change(old, new)).collect();
    for change in &mut changes {
        match change.kind {
            Kind::NewFailure | Kind::StillFailing => weigh(change, new, earlier),
            Kind::NewlyBroken | Kind::StillBroken => change.points_to = Some(Pointer::Rig),
            Kind::Fixed | Kind::Flaky | Kind::WithoutResult | Kind::New | Kind::Missing => {}
        }
    }
    changes.sort_by_key(|change| change.kind);
    changes
}

/// Each test of either run: by rig and id, or by id where each run did it on one rig only.
pub(super) fn pairs<'r>(
    old: &'r Record,
    new: &'r Record,
) -> Vec<(Option<&'r Done>, Option<&'r Done>)> {
    let by_rig = |record: &'r Record| {
        let key = |test: &'r Done| ((test.rig.as_str(), test.id.as_str()), test);
        record.tests.iter().map(key).collect::<BTreeMap<_, _>>()
    };
    let (olds, news) = (by_rig(old), by_rig(new));
    let alone = |own: &BTreeMap<(&'r str, &'r str), &'r Done>,
                 others: &BTreeMap<(&'r str, &'r str), &'r Done>| {
        let mut alone: BTreeMap<&'r str, Vec<&'r Done>> = BTreeMap::new();
        for (key, test) in own.iter().filter(|(key, _)| !others.contains_key(*key)) {
            alone.entry(key.1).or_default().push(*test);
        }
        alone
    };
    let (left, come) = (alone(&olds, &news), alone(&news, &olds));
    let moved = |id: &str| match (left.get(id).map(Vec::as_slice), come.get(id).map(Vec::as_slice))
    {
        (Some([old]), Some([new])) => Some((*old, *new)),
        _ => None,
    };
    let mut pairs = Vec::new();
    for test in &new.tests {
        let same = olds.get(&(test.rig.as_str(), test.id.as_str())).copied();
        pairs.push((same.or_else(|| moved(&test.id).map(|(old, _)| old)), Some(test)));
    }
    for test in &old.tests {
        let is_there = news.contains_key(&(test.rig.as_str(), test.id.as_str()));
        if !is_there && moved(&test.id).is_none() {
            pairs.push((Some(test), None));
        }
    }
    pairs
}

fn change(old: Option<&Done>, new: Option<&Done>) -> Option<Change> {
    let kind = match (old.map(word), new.map(word)) {
        (_, None) => Kind::Missing,
        (Some(Word::Bad), Some(Word::Bad)) => Kind::StillFailing,
        (_, Some(Word::Bad)) => Kind::NewFailure,
        (Some(Word::Broken), Some(Word::Broken)) => Kind::StillBroken,
        (_, Some(Word::Broken)) => Kind::NewlyBroken,
        (Some(Word::Bad | Word::Broken), Some(Word::Good)) => Kind::Fixed,
        (None, Some(Word::Good | Word::Nothing)) => Kind::New,
        (Some(_), Some(Word::Good)) if new.is_some_and(|test| test.flaky) => Kind::Flaky,
        (Some(Word::Good | Word::Nothing), Some(Word::Good))
        | (Some(Word::Nothing), Some(Word::Nothing)) => return None,
        (Some(Word::Good | Word::Bad | Word::Broken), Some(Word::Nothing)) => Kind::WithoutResult,
    };
    let of = new.or(old)?;
    let cause = |test: Option<&Done>| test.and_then(|test| test.cause.clone());
    let (now, before) = (cause(new), cause(old));
    let is_still = matches!(kind, Kind::StillFailing | Kind::StillBroken);
    Some(Change {
        kind,
        rig: of.rig.clone(),
        other_rig: old.map(|old| old.rig.clone()).filter(|rig| *rig != of.rig),
        scenario: of.scenario.clone(),
        id: of.id.clone(),
        was: old.and_then(|test| test.verdict),
        is: new.and_then(|test| test.verdict),
        other_cause: before.clone().filter(|before| is_still && now.as_ref() != Some(before)),
        cause: now.or(before),
        points_to: None,
        evidence: Vec::new(),
    })
}

/// What tests came to in runs before the new one.
pub(super) struct Earlier<'e> {
    pub(super) tests: BTreeMap<(&'e str, &'e str), &'e Course>,
    /// For each of those runs, whether it tested the new run's package.
    pub(super) same_package: Vec<bool>,
    /// Whether both runs that are compared did.
    pub(super) is_one_package: bool,
}

/// Says what a failure points to: other rigs of the same run first, then earlier runs.
fn weigh(change: &mut Change, new: &Record, earlier: &Earlier<'_>) {
    let others = new.tests.iter().filter(|test| test.id == change.id && test.rig != change.rig);
    let others: Vec<&Done> = others.collect();
    let named = |wanted: Word| -> BTreeSet<&str> {
        others.iter().filter(|test| word(test) == wanted).map(|test| test.rig.as_str()).collect()
    };
    let (good, bad) = (named(Word::Good), named(Word::Bad));
    let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
    match (good.is_empty(), bad.is_empty()) {
        (true, false) => change.evidence.push(format!("it fails on {} too", list(&bad))),
        (false, true) => change.evidence.push(format!("it passes on {}", list(&good))),
        (false, false) => {
            let (good, bad) = (list(&good), list(&bad));
            change.evidence.push(format!("it fails on {bad} too, and passes on {good}"));
        }
        (true, true) => {}
    }
    let past = Past::of(change, earlier);
    change.evidence.extend(past.sentence());
    let is_news = change.kind == Kind::NewFailure && change.was == Some(Verdict::Passed);
    if is_news && earlier.is_one_package && past.passed_with_package == 0 {
        change.evidence.push("it passed with this package".to_owned());
    }
    change.points_to = match (good.is_empty(), bad.is_empty()) {
        (false, true) => Some(Pointer::Rig),
        (true, false) => Some(Pointer::Firmware),
        _ if past.returned => Some(Pointer::Chance),
        _ if !earlier.is_one_package && past.failed == 0 && past.passed >= MIN_CLEAN => {
            Some(Pointer::Firmware)
        }
        _ => None,
    };
}

/// How a test went before, on its rig.
struct Past {
    passed: usize,
    failed: usize,
    /// Of those that passed: with the package that it fails with now.
    passed_with_package: usize,
    /// With that package it has passed after it had failed.
    returned: bool,
}

impl Past {
    fn of(change: &Change, earlier: &Earlier<'_>) -> Past {
        let course = earlier.tests.get(&(change.rig.as_str(), change.id.as_str()));
        let marks = course.map_or(&[][..], |course| course.marks.as_slice());
        let mut past = Past { passed: 0, failed: 0, passed_with_package: 0, returned: false };
        let mut has_failed = false;
        for (mark, same) in marks.iter().zip(&earlier.same_package) {
            match mark {
                Some(Mark { verdict: Some(Verdict::Passed), .. }) => {
                    past.passed += 1;
                    past.passed_with_package += usize::from(*same);
                    past.returned |= *same && has_failed;
                }
                Some(Mark { verdict: Some(Verdict::Failed), .. }) => {
                    past.failed += 1;
                    has_failed |= *same;
                }
                Some(_) | None => {}
            }
        }
        past
    }

    fn sentence(&self) -> Option<String> {
        let runs = self.passed + self.failed;
        let with = match self.passed_with_package {
            0 => String::new(),
            all if all == self.passed => ", with this package".to_owned(),
            with => format!(", {with} times with this package"),
        };
        match (runs, self.failed) {
            (0, _) => None,
            (1, 0) => Some(format!("it passed in the run before{with}")),
            (_, 0) => Some(format!("it passed in all {runs} runs before{with}")),
            (_, _) => Some(format!("it passed in {} of {runs} runs before{with}", self.passed)),
        }
    }
}
