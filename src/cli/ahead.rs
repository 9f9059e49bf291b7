//! What is known of a run before it: the clock of each real rig, and how long its tests may take.

use std::collections::BTreeSet;

use crate::history::Durations;
use crate::report::live::{Ahead, Basis, Foreseen, Lookout, Watch};
use crate::rig::Port;
use crate::run::{self, Budget, Prospect, Test};
use crate::suite::{self, Desk, Fleet, Sharing};

/// Looks ahead through the tests of each real rig; `took` says how long they took before.
pub(crate) fn ahead(fleet: &Fleet<'_>, tests: &[Vec<Test>], took: &Durations) -> Ahead {
    let mut ahead = Ahead::default();
    let mut known = BTreeSet::new();
    for (desk, tests) in fleet.desks.iter().zip(tests) {
        let Port::Device(settings) = &desk.rig.port else { continue };
        let clock = fleet.clock.at_speed(settings.speed);
        let watch = Watch { now: Box::new(move || clock.now()), speed: settings.speed.get() };
        let foreseen = tests.iter().filter(|test| is_run(desk, test));
        let foreseen = foreseen.map(|test| foreseen_on(desk, test, took));
        let mut own = Vec::new();
        match fleet.sharing {
            Sharing::EachOnEach => own.extend(foreseen),
            Sharing::Spread => {
                let new = foreseen.filter(|test| known.insert(test.test.clone()));
                ahead.shared.extend(new);
            }
        }
        // A single rig has no name in the journal's entries.
        let rig = if fleet.desks.len() > 1 { desk.rig.name.clone() } else { String::new() };
        ahead.rigs.push(Lookout { rig, watch, tests: own });
    }
    ahead
}

/// What is left out takes no time.
fn is_run(desk: &Desk, test: &Test) -> bool {
    let is_left_out = matches!(test.prospect, Prospect::LeftOut(_));
    !is_left_out && suite::misfit_beside_others(desk, test).is_none()
}

fn foreseen_on(desk: &Desk, test: &Test, took: &Durations) -> Foreseen {
    let id = test.at.id.clone();
    if let Some(length) = took.expected(&desk.rig.name, &id) {
        return Foreseen { test: id, length, basis: Basis::Earlier };
    }
    let Budget { known: length, unknown } = run::plan(test, &desk.profile).total;
    let basis = if unknown == 0 { Basis::Bound } else { Basis::Partly };
    Foreseen { test: id, length, basis }
}
