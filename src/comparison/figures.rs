//! Which measurements have moved: of one scenario and rig, over its tests together.
//!
//! Tests with different parameters take different times, so each is compared with itself: what a
//! run does to a measurement is the median of how far its tests are from their own usual values.
//! How far runs are apart when nothing has changed is told by earlier runs of the same package on
//! the same rig. A virtual rig with one seed does the same again to the nanosecond: there every
//! difference is one, and no statistic is asked.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::comparison::scale::{By, Change, Scale};
use crate::comparison::statistic::{
    FALSE_SHARE, MIN_RANKED, MIN_RUNS, apart, median, together, unusual,
};
use crate::comparison::topics::{Topic, Values, values};
use crate::history::{Head, Record};

/// A difference that nobody can judge is shown all the same when it is so many times the least one.
const STRIKING: f64 = 4.0;
/// The port of a rig whose time is simulated.
const VIRTUAL: &str = "virtual";

/// A measurement of a scenario on a rig that is worth a word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Movement {
    pub scenario: String,
    pub rig: String,
    pub name: String,
    pub unit: String,
    /// The middle of its tests: what is usual, and what it is now.
    pub was: f64,
    pub is: f64,
    /// By how much it has changed: a share of what is usual, or, where values may be 0 or below, in
    /// its unit.
    pub change: Change,
    /// How many tests have it in both runs, and in how many of them it rose.
    pub tests: usize,
    pub rose: usize,
    pub basis: Basis,
    /// Other rigs of the run on which the same measurement was judged, and whether it moved there.
    pub elsewhere: BTreeMap<String, bool>,
}

/// What a judgement stands on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A virtual rig with one seed: nothing varies by chance.
    Exact,
    /// The new run against so many of the old package; the chance is that of all measurements
    /// together.
    Usual { runs: usize, chance: f64 },
    /// Runs of the old package against runs of the new one, by ranks.
    Ranks { old: usize, new: usize, chance: f64 },
    /// Nobody can tell: so many runs of the old package are too few.
    TooFew { runs: usize },
}

/// What can be said of all measurements.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measurements {
    /// Judged, and no chance; the largest change first.
    pub moved: Vec<Movement>,
    /// Judged, and as usual.
    pub steady: usize,
    /// Not judged, since there are too few runs.
    pub untold: usize,
    /// Of those the ones that differ most.
    pub striking: Vec<Movement>,
}

/// The runs that are looked at.
pub(super) struct Runs<'r> {
    pub(super) old: &'r Record,
    pub(super) new: &'r Record,
    /// The old run and earlier ones of its package.
    pub(super) usual: Vec<&'r Record>,
    /// The new run and others of its package, when that is another one.
    pub(super) alike: Vec<&'r Record>,
    /// The least share that is told.
    pub(super) least: f64,
}

pub(super) fn measurements(runs: &Runs<'_>) -> Measurements {
    let (old, new) = (values(runs.old), values(runs.new));
    let usual: Vec<Values> = runs.usual.iter().map(|record| values(record)).collect();
    let alike: Vec<Values> = runs.alike.iter().map(|record| values(record)).collect();
    let mut judged = Vec::new();
    for (topic, now) in &new {
        let Some(before) = old.get(topic) else { continue };
        let of = |all: &'_ [Values]| -> Vec<BTreeMap<(String, String), f64>> {
            all.iter().filter_map(|values| values.get(topic).cloned()).collect()
        };
        let is_exact = is_exact(&runs.old.head, &runs.new.head, &topic.rig);
        let sides = Sides { before, now, usual: of(&usual), alike: of(&alike), least: runs.least };
        judged.extend(if is_exact { sides.exact(topic) } else { sides.judged(topic) });
    }
    summed_up(judged, runs.least)
}

/// Whether nothing varies by chance between these runs on a rig.
fn is_exact(old: &Head, new: &Head, rig: &str) -> bool {
    let is_virtual = |head: &Head| {
        let found = head.rigs.iter().find(|known| known.name == rig);
        found.is_some_and(|known| known.port == VIRTUAL)
    };
    old.seed == new.seed && is_virtual(old) && is_virtual(new)
}

/// A judgement before all are looked at together.
struct Judged {
    movement: Movement,
    is_large: bool,
    chance: Option<f64>,
}

struct Sides<'s> {
    before: &'s BTreeMap<(String, String), f64>,
    now: &'s BTreeMap<(String, String), f64>,
    usual: Vec<BTreeMap<(String, String), f64>>,
    alike: Vec<BTreeMap<(String, String), f64>>,
    least: f64,
}

impl Sides<'_> {
    /// Where nothing varies by chance: of the tests that differ, how far.
    fn exact(&self, topic: &Topic) -> Option<Judged> {
        let both = self.before.iter().filter_map(|(key, was)| Some((*was, *self.now.get(key)?)));
        let both: Vec<(f64, f64)> = both.collect();
        if both.is_empty() {
            return None;
        }
        let by = By::fitting(both.iter().flat_map(|(was, is)| [*was, *is]));
        let differ = |(was, is): &&(f64, f64)| {
            let scale = Scale { by, unit: &topic.unit, least: self.least, usual: *was };
            scale.is_large(scale.shift(*was, *is))
        };
        let differing: Vec<(f64, f64)> = both.iter().filter(differ).copied().collect();
        let shown = if differing.is_empty() { &both } else { &differing };
        Some(self.told(topic, shown, by, Finding::Exact(!differing.is_empty())))
    }

    /// Where runs differ by chance: the new run against what is usual.
    fn judged(&self, topic: &Topic) -> Option<Judged> {
        let mut usual: BTreeMap<&(String, String), Vec<f64>> = BTreeMap::new();
        for (key, value) in self.usual.iter().flatten() {
            usual.entry(key).or_default().push(*value);
        }
        let middle: BTreeMap<&(String, String), f64> = usual
            .into_iter()
            .filter(|(key, _)| self.now.contains_key(*key))
            .map(|(key, values)| (key, median(&values)))
            .collect();
        if middle.is_empty() {
            return None;
        }
        let all = self.usual.iter().chain([self.now]).chain(&self.alike);
        let by = By::fitting(all.flat_map(BTreeMap::values).copied());
        let both: Vec<(f64, f64)> =
            middle.iter().map(|(key, was)| (*was, self.now[*key])).collect();
        let scale = Scale {
            by,
            unit: &topic.unit,
            least: self.least,
            usual: median(&both.iter().map(|(was, _)| *was).collect::<Vec<_>>()),
        };
        // A run that lacks most tests says little about the whole.
        let shift = |run: &BTreeMap<(String, String), f64>| {
            let known = middle.iter().filter_map(|(key, was)| Some((*was, *run.get(*key)?)));
            let shifts: Vec<f64> = known.map(|(was, is)| scale.shift(was, is)).collect();
            (shifts.len() * 2 >= middle.len()).then(|| median(&shifts))
        };
        let before: Vec<f64> = self.usual.iter().filter_map(shift).collect();
        let others: Vec<f64> = self.alike.iter().filter_map(shift).collect();
        let own = shift(self.now)?;
        let (old, new) = (before.len(), others.len());
        let verdict = if old >= MIN_RANKED && new >= MIN_RANKED {
            let chance = apart(&before, &others);
            Finding::Chance(Basis::Ranks { old, new, chance }, median(&others))
        } else if old >= MIN_RUNS {
            let chance = unusual(own, &before, scale.least_shift());
            Finding::Chance(Basis::Usual { runs: old, chance }, own)
        } else {
            Finding::Chance(Basis::TooFew { runs: old }, own)
        };
        Some(self.told(topic, &both, by, verdict))
    }

    fn told(&self, topic: &Topic, both: &[(f64, f64)], by: By, verdict: Finding) -> Judged {
        let (was, is): (Vec<f64>, Vec<f64>) = both.iter().copied().unzip();
        let usual = median(&was);
        let scale = Scale { by, unit: &topic.unit, least: self.least, usual };
        let shifts: Vec<f64> = both.iter().map(|(was, is)| scale.shift(*was, *is)).collect();
        let (basis, shift, is_large) = match verdict {
            Finding::Exact(is_large) => (Basis::Exact, median(&shifts), is_large),
            Finding::Chance(basis, shift) => (basis, shift, scale.is_large(shift)),
        };
        let chance = match basis {
            Basis::Exact => Some(if is_large { 0.0 } else { 1.0 }),
            Basis::Usual { chance, .. } | Basis::Ranks { chance, .. } => Some(chance),
            Basis::TooFew { .. } => None,
        };
        let movement = Movement {
            scenario: topic.scenario.clone(),
            rig: topic.rig.clone(),
            name: topic.name.clone(),
            unit: topic.unit.clone(),
            was: usual,
            is: median(&is),
            change: scale.change(shift),
            tests: both.len(),
            rose: shifts.iter().filter(|shift| **shift > 0.0).count(),
            basis,
            elsewhere: BTreeMap::new(),
        };
        Judged { movement, is_large, chance }
    }
}

/// What is known before all measurements are looked at together.
#[derive(Clone, Copy)]
enum Finding {
    /// Whether a test differs by what matters.
    Exact(bool),
    /// With the shift that is judged.
    Chance(Basis, f64),
}

/// Looks at all judgements together.
fn summed_up(judged: Vec<Judged>, least: f64) -> Measurements {
    let chances: Vec<f64> = judged.iter().filter_map(|it| it.chance).collect();
    let mut adjusted = together(&chances).into_iter();
    let mut all = Measurements::default();
    let mut seen: BTreeMap<(String, String), BTreeMap<String, bool>> = BTreeMap::new();
    for Judged { mut movement, is_large, chance } in judged {
        let topic = (movement.scenario.clone(), movement.name.clone());
        let Some(_) = chance else {
            all.untold += 1;
            if size(&movement) >= least * STRIKING && is_large {
                all.striking.push(movement);
            }
            continue;
        };
        let chance = adjusted.next().expect("each judged one has a chance");
        match &mut movement.basis {
            Basis::Usual { chance: own, .. } | Basis::Ranks { chance: own, .. } => *own = chance,
            Basis::Exact | Basis::TooFew { .. } => {}
        }
        let has_moved = is_large && chance <= FALSE_SHARE;
        seen.entry(topic).or_default().insert(movement.rig.clone(), has_moved);
        if has_moved {
            all.moved.push(movement);
        } else {
            all.steady += 1;
        }
    }
    for movement in &mut all.moved {
        let topic = (movement.scenario.clone(), movement.name.clone());
        let rigs = seen.get(&topic).into_iter().flatten();
        let others = rigs.filter(|(rig, _)| **rig != movement.rig);
        movement.elsewhere = others.map(|(rig, moved)| (rig.clone(), *moved)).collect();
    }
    all.moved.sort_by(|one, other| size(other).total_cmp(&size(one)));
    all.striking.sort_by(|one, other| size(other).total_cmp(&size(one)));
    all
}

/// How large a change is beside what is usual, for the order.
fn size(movement: &Movement) -> f64 {
    match movement.change {
        Change::Share(share) => share.abs(),
        Change::Amount(amount) => amount.abs() / movement.was.abs().max(1e-9),
    }
}
