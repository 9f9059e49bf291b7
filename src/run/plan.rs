//! The plan of a test: its steps as they would be done, with the longest that each may take.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::profile::Profile;
use crate::run::Test;
use crate::run::budget::{Budget, Foreseen};
use crate::run::given::SESSION_WITHIN;
use crate::scenario::{
    Action, Answer, Data, Expectation, Fragment, Repeat, Rounds, Scenario, Script, Start, Step,
};

/// Commands that `given` sends for credentials, beside its session: agreement asked, set, set back.
const CREDENTIAL_COMMANDS: u32 = 3;

/// What a test would do, in the order of its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub lines: Vec<Line>,
    pub total: Budget,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As in a journal: `2.1`, `setup 1`.
    pub path: String,
    pub what: String,
    /// Nothing for a fragment, whose steps follow.
    pub bound: Option<Budget>,
}

/// Looks ahead through a test. Steps with a condition are counted as if it were true.
pub fn plan(test: &Test, profile: &Profile) -> Plan {
    let scenario = &test.scenario;
    let mut learned = BTreeSet::new();
    for steps in [&scenario.setup, &scenario.steps, &scenario.teardown] {
        learn(steps, &mut learned);
    }
    let fixed = test.fixed();
    let mut variables = fixed.clone();
    for (name, value) in &scenario.vars {
        variables.entry(name.clone()).or_insert_with(|| value.clone());
    }
    // What a step sets is known when it runs, and not before.
    variables.retain(|name, _| fixed.contains_key(name) || !learned.contains(name));
    let mut walk = Walk { foreseen: Foreseen { profile, variables }, learned, lines: Vec::new() };
    let total = walk.scenario(scenario);
    Plan { lines: walk.lines, total }
}

struct Walk<'p> {
    foreseen: Foreseen<'p>,
    /// The names that steps set.
    learned: BTreeSet<String>,
    lines: Vec<Line>,
}

impl Walk<'_> {
    fn scenario(&mut self, scenario: &Scenario) -> Budget {
        let given = self.given(&scenario.given);
        let set_up = self.steps(&scenario.setup, "setup ");
        let steps = self.steps(&scenario.steps, "");
        let timeout = scenario.timeout.as_ref();
        let timeout = timeout.and_then(|timeout| self.foreseen.length(timeout));
        let done = given.and(set_up).and(steps).within(timeout);
        done.and(self.steps(&scenario.teardown, "teardown "))
    }

    /// What is verified or brought about first, as a real module needs it: longer than a virtual.
    fn given(&mut self, start: &Start) -> Budget {
        let profile = self.foreseen.profile;
        let mut all = Vec::new();
        if let Some(firmware) = &start.firmware {
            let what = format!("firmware {}", self.foreseen.text(firmware));
            all.push((what, profile.answer_within("AT+CGMR")));
        }
        for command in &start.settings {
            let command = self.foreseen.text(command);
            let bound = profile.answer_within(&command);
            all.push((command, bound));
        }
        if let Some((credentials, _)) = &start.credentials {
            let commands = profile.answer_within("AT+WDSC") * CREDENTIAL_COMMANDS;
            let bound = SESSION_WITHIN * 2 + commands;
            all.push((format!("credentials {}", credentials.word()), bound));
        }
        if let Some((state, _)) = &start.package_state {
            all.push((format!("package_state {}", state.word()), Duration::ZERO));
        }
        let total = all.iter().map(|(_, bound)| *bound).sum();
        let lines = all.into_iter().map(|(what, bound)| {
            let bound = Some(Budget::of(Some(bound)));
            Line { path: "given".to_owned(), what, bound }
        });
        self.lines.extend(lines);
        Budget::of(Some(total))
    }

    fn steps(&mut self, steps: &[Step], before: &str) -> Budget {
        let each = steps.iter().enumerate();
        let each = each.map(|(index, step)| self.step(step, format!("{before}{}", index + 1)));
        each.fold(Budget::default(), Budget::and)
    }

    fn step(&mut self, step: &Step, path: String) -> Budget {
        let at = self.lines.len();
        let inside = format!("{path}.");
        let bound = Budget::of(self.foreseen.bound(step));
        self.lines.push(Line { path, what: self.what(step), bound: Some(bound) });
        match &step.action {
            Action::Use { fragment, with } => {
                self.lines[at].bound = None;
                self.fragment(fragment, with, &inside)
            }
            Action::Repeat(repeat) => {
                let rounds = self.rounds(repeat);
                let total = self.steps(&repeat.steps, &inside).times(rounds);
                self.lines[at].bound = Some(total);
                total
            }
            Action::Send { .. }
            | Action::Expect(_)
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Script(_)
            | Action::Log(_)
            | Action::Call(_)
            | Action::Reboot(_)
            | Action::Transfer(_)
            | Action::Measure(_) => bound,
        }
    }

    /// What reports would call the step.
    fn what(&self, step: &Step) -> String {
        match (&step.name, &step.action) {
            (Some(name), _) => self.foreseen.text(name),
            (None, Action::Send { command, .. }) => {
                format!("send {}", self.foreseen.text(command))
            }
            (None, _) => step.place.text().lines().next().unwrap_or("").to_owned(),
        }
    }

    fn fragment(&mut self, fragment: &Fragment, with: &[(String, Data)], before: &str) -> Budget {
        let outside = self.foreseen.variables.clone();
        for argument in &fragment.args {
            let given = with.iter().find(|(name, _)| *name == argument.name);
            let value = match given.map(|(_, data)| data).or(argument.default.as_ref()) {
                Some(data) => data.value(&outside).ok(),
                None => Some(Value::Null),
            };
            let name = &argument.name;
            match value.filter(|_| !self.learned.contains(name)) {
                Some(value) => self.foreseen.variables.insert(name.clone(), value),
                None => self.foreseen.variables.remove(name),
            };
        }
        let total = self.steps(&fragment.steps, before);
        self.foreseen.variables = outside;
        total
    }

    fn rounds(&self, repeat: &Repeat) -> Option<u64> {
        match &repeat.rounds {
            Rounds::Times(times) => self.foreseen.number(times),
            Rounds::Until { at_most, .. } => self.foreseen.number(at_most),
            Rounds::Over { items, .. } => match items.value(&self.foreseen.variables) {
                Ok(Value::Array(items)) => Some(items.len() as u64),
                Ok(_) | Err(_) => None,
            },
        }
    }
}

/// The names that these steps set: groups of patterns, answers of calls, rounds, and whatever a
/// script names that sets anything.
fn learn(steps: &[Step], learned: &mut BTreeSet<String>) {
    for step in steps {
        match &step.action {
            Action::Send { answer, expect, .. } => {
                if let Answer::Matching(pattern) = answer {
                    learned.extend(pattern.groups.iter().cloned());
                }
                groups(expect.as_ref(), learned);
            }
            Action::Expect(expect) => groups(Some(expect), learned),
            Action::Script(script) if sets(script) => {
                learned.extend(script.words().map(str::to_owned));
            }
            Action::Use { fragment, .. } => learn(&fragment.steps, learned),
            Action::Call(call) => {
                learned.extend(call.save.as_ref().map(|save| save.name.clone()));
            }
            Action::Transfer(transfer) => {
                learned.extend(transfer.save.as_ref().map(|save| save.name.clone()));
            }
            Action::Repeat(repeat) => {
                learned.extend(repeat.name.as_ref().map(|name| name.name.clone()));
                learn(&repeat.steps, learned);
            }
            Action::Script(_)
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Log(_)
            | Action::Reboot(_)
            | Action::Measure(_) => {}
        }
    }
}

fn groups(expect: Option<&Expectation>, learned: &mut BTreeSet<String>) {
    let items = expect.map_or(&[][..], |expect| &expect.items);
    learned.extend(items.iter().flat_map(|item| item.pattern.groups.iter().cloned()));
}

/// Whether a script may set a variable: by its name, or by a group of a pattern.
fn sets(script: &Script) -> bool {
    script.text.contains("(?") || script.words().any(|word| word == "vars")
}
