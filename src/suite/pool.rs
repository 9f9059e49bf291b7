//! The common list of `--spread`: each test is done by one of the rigs that it fits.
//!
//! A rig takes the first test that fits it. The tests that made it be taken out go to another rig,
//! once, as a second attempt: what breaks on a second rig as well is more likely wrong itself, and
//! does not count against that one.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::fault::Verdict;
use crate::run::{Prospect, Test};
use crate::suite::Desk;
use crate::suite::fit::misfit_beside_others;
use crate::suite::roster::{Halt, MAX_BROKEN_IN_A_ROW, Roster, Turn, worn_out};

/// How long a rig that waits for others does not look whether somebody interrupted.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) struct Pool<'t> {
    halt: &'t Halt,
    desks: &'t [Desk],
    items: Vec<Item<'t>>,
    state: Mutex<State>,
    /// A test is over, or is back.
    changed: Condvar,
}

struct Item<'t> {
    /// As it is on some rig.
    test: &'t Test,
    /// As it is on each rig, or why it is not for that one.
    on: Vec<Result<&'t Test, String>>,
}

struct State {
    waiting: VecDeque<Waiting>,
    /// Tests that are being done: each may come back.
    running: usize,
    /// Why each rig is out.
    out: Vec<Option<String>>,
}

#[derive(Clone, Copy)]
struct Waiting {
    item: usize,
    /// The rig that it broke on.
    broke_on: Option<usize>,
}

/// The place of one rig at the pool.
pub(crate) struct Seat<'p, 't> {
    pool: &'p Pool<'t>,
    rig: usize,
    at: Option<Waiting>,
    broken: Vec<Waiting>,
}

impl<'t> Pool<'t> {
    /// The tests of each rig, which are the same ones.
    pub(crate) fn of(desks: &'t [Desk], tests: &'t [Vec<Test>], halt: &'t Halt) -> Pool<'t> {
        let items = items(desks, tests);
        let waiting = (0..items.len()).map(|item| Waiting { item, broke_on: None }).collect();
        let state = State { waiting, running: 0, out: vec![None; desks.len()] };
        Pool { halt, desks, items, state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn seat(&self, rig: usize) -> Seat<'_, 't> {
        Seat { pool: self, rig, at: None, broken: Vec::new() }
    }

    /// What no rig has done, and why not.
    pub(crate) fn rest(&self) -> Vec<(&'t Test, String)> {
        let state = self.state();
        // What broke has its result already.
        let rest = state.waiting.iter().filter(|waiting| waiting.broke_on.is_none());
        let told = |it: &Waiting| (self.items[it.item].test, self.against(*it, &state.out));
        rest.map(told).collect()
    }

    /// Why no rig has done a test.
    fn against(&self, waiting: Waiting, out: &[Option<String>]) -> String {
        if let Some(reason) = self.halt.reason() {
            return reason.to_owned();
        }
        let rigs = self.items[waiting.item].on.iter().zip(self.desks).zip(out);
        let whys = rigs.filter_map(|((test, desk), out)| match (test, out) {
            (Err(why), _) => Some(why.clone()),
            (Ok(_), Some(why)) => Some(format!("the rig `{}` was taken out: {why}", desk.rig.name)),
            (Ok(_), None) => None,
        });
        format!("no rig can do it: {}", whys.collect::<Vec<_>>().join("; "))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a rig may do what waits.
    fn fits(&self, rig: usize, waiting: Waiting) -> bool {
        waiting.broke_on != Some(rig) && self.items[waiting.item].on[rig].is_ok()
    }

    /// The first test that waits for this rig. Nothing when none can come any more.
    fn take(&self, rig: usize) -> Option<Waiting> {
        let mut state = self.state();
        loop {
            if self.halt.reason().is_some() || state.out[rig].is_some() {
                return None;
            }
            let found = state.waiting.iter().position(|waiting| self.fits(rig, *waiting));
            if let Some(waiting) = found.and_then(|found| state.waiting.remove(found)) {
                state.running += 1;
                return Some(waiting);
            }
            if state.running == 0 {
                return None;
            }
            let woken = self.changed.wait_timeout(state, LOOK);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A test is over; some may have to be done once more, by another rig.
    fn give_back(&self, rig: usize, back: &[Waiting], out: Option<&str>) {
        let mut state = self.state();
        state.running -= 1;
        if let Some(why) = out {
            state.out[rig] = Some(why.to_owned());
        }
        for waiting in back.iter().rev().filter(|waiting| waiting.broke_on.is_none()) {
            let moved = Waiting { item: waiting.item, broke_on: Some(rig) };
            state.waiting.push_front(moved);
        }
        drop(state);
        self.changed.notify_all();
    }
}

impl<'t> Roster<'t> for Seat<'_, 't> {
    fn next(&mut self) -> Option<Turn<'t>> {
        let waiting = self.pool.take(self.rig)?;
        self.at = Some(waiting);
        let test = self.pool.items[waiting.item].on[self.rig].as_ref().copied();
        let test = test.expect("only what fits is taken");
        if let Prospect::LeftOut(reason) = &test.prospect {
            self.at = None;
            self.pool.give_back(self.rig, &[], None);
            return Some(Turn::Skip { test, reason: reason.clone() });
        }
        Some(Turn::Run { test, attempt: if waiting.broke_on.is_some() { 2 } else { 1 } })
    }

    fn over(&mut self, verdict: Verdict) -> Option<String> {
        let at = self.at.take()?;
        self.pool.halt.see(verdict);
        match (verdict, at.broke_on) {
            (Verdict::Broken, None) => self.broken.push(at),
            // It broke on two rigs: that says nothing about this one.
            (Verdict::Broken, Some(_)) => {}
            (
                Verdict::Passed | Verdict::Failed | Verdict::Skipped | Verdict::Interrupted,
                Some(_) | None,
            ) => self.broken.clear(),
        }
        if self.broken.len() < MAX_BROKEN_IN_A_ROW {
            self.pool.give_back(self.rig, &[], None);
            return None;
        }
        let why = worn_out();
        self.pool.give_back(self.rig, &self.broken, Some(&why));
        Some(why)
    }

    fn lose(&mut self, why: &str) -> Option<&'t Test> {
        let Some(at) = self.at.take() else {
            self.pool.state().out[self.rig] = Some(why.to_owned());
            return None;
        };
        self.pool.give_back(self.rig, &[], Some(why));
        self.pool.items[at.item].on[self.rig].as_ref().ok().copied()
    }
}

/// The tests of all rigs by their ids, in the order of the rigs that have them first.
fn items<'t>(desks: &'t [Desk], tests: &'t [Vec<Test>]) -> Vec<Item<'t>> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut items: Vec<Item<'t>> = Vec::new();
    for (rig, (desk, tests)) in desks.iter().zip(tests).enumerate() {
        for test in tests {
            let place = *known.entry(&test.at.id).or_insert(items.len());
            if place == items.len() {
                let missing = |desk: &Desk| format!("the rig `{}` has no such test", desk.rig.name);
                let on = desks.iter().map(|desk| Err(missing(desk))).collect();
                items.push(Item { test, on });
            }
            items[place].on[rig] = misfit_beside_others(desk, test).map_or(Ok(test), Err);
        }
    }
    items
}
