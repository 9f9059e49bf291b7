//! Finds every label of a scenario with the place where it is set, also those that come later.

use std::collections::BTreeMap;

use crate::scenario::{Action, Expectation, Label, Scenario, Step};
use crate::source::Place;

/// Each label with the place where it is set first.
pub(crate) fn of(scenario: &Scenario) -> BTreeMap<String, Place> {
    let mut found = BTreeMap::new();
    for steps in [&scenario.setup, &scenario.steps, &scenario.teardown] {
        collect(steps, &mut found);
    }
    found
}

fn collect(steps: &[Step], found: &mut BTreeMap<String, Place>) {
    for step in steps {
        match &step.action {
            Action::Send { expect: Some(expect), .. } | Action::Expect(expect) => {
                for label in of_items(expect) {
                    add(label, found);
                }
            }
            Action::Use { fragment, .. } => collect(&fragment.steps, found),
            Action::Repeat(repeat) => collect(&repeat.steps, found),
            Action::Send { expect: None, .. }
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Script(_)
            | Action::Log(_)
            | Action::Call(_)
            | Action::Reboot(_)
            | Action::Transfer(_)
            | Action::Measure(_) => {}
        }
        step.label.iter().for_each(|label| add(label, found));
    }
}

fn of_items(expect: &Expectation) -> impl Iterator<Item = &Label> {
    expect.items.iter().filter_map(|item| item.label.as_ref())
}

fn add(label: &Label, found: &mut BTreeMap<String, Place>) {
    found.entry(label.name.clone()).or_insert_with(|| label.place.clone());
}
