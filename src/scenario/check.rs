//! Walks a scenario as it will run, and complains of names that nothing has given a value.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::scenario::model::Count;
use crate::scenario::{
    Action, Answer, Bounds, Expectation, Given, Label, Pattern, Scenario, Script, Step, Template,
    Timing,
};
use crate::yaml::Complaints;

/// Names that always exist, with what they hold.
const BUILT_IN: [(&str, &[&str]); 2] =
    [("package", &["name", "from", "to", "kind", "size"]), ("rig", &["name", "profile"])];

/// Names that a scenario cannot give to a variable.
pub(crate) const RESERVED: [&str; 3] = ["package", "rig", "vars"];

/// The names that have a value at a point of the walk.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    variables: BTreeSet<String>,
    params: BTreeSet<String>,
    labels: BTreeSet<String>,
}

impl Known {
    /// What is known before the first step.
    pub(crate) fn of(scenario: &Scenario) -> Known {
        let params: BTreeSet<String> =
            scenario.params.iter().map(|(name, _)| name.clone()).collect();
        let mut variables = params.clone();
        variables.extend(scenario.vars.keys().cloned());
        variables.extend(BUILT_IN.iter().map(|(name, _)| (*name).to_owned()));
        Known { variables, params, labels: BTreeSet::new() }
    }
}

pub(crate) fn scenario(scenario: &Scenario, known: Known, complaints: &mut Complaints) {
    let mut walk = Walk { known, complaints };
    for pattern in &scenario.forbid {
        walk.pattern(pattern);
    }
    walk.steps(&scenario.steps);
    walk.steps(&scenario.teardown);
}

struct Walk<'c> {
    known: Known,
    complaints: &'c mut Complaints,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if self.complaints.is_full() {
                return;
            }
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        if let Some(when) = &step.when {
            self.script(when);
        }
        if let Some(name) = &step.name {
            self.template(name);
        }
        self.bounds(&step.bounds);
        for pattern in &step.forbid {
            self.pattern(pattern);
        }
        match &step.action {
            Action::Send { command, answer, expect } => {
                self.template(command);
                if let Answer::Matching(pattern) = answer {
                    self.pattern(pattern);
                }
                if let Some(expect) = expect {
                    self.expectation(expect);
                }
            }
            Action::Expect(expect) => self.expectation(expect),
            Action::Wait(timing) | Action::Settle(timing) => self.timing(timing),
            Action::Script(script) => self.script(script),
            Action::Log(text) => self.template(text),
            Action::Use { fragment, with } => {
                for (_, given) in with {
                    if let Given::Template(template) = given {
                        self.template(template);
                    }
                }
                // Arguments are known inside only, what the fragment captures also afterwards.
                let new: Vec<String> = fragment
                    .args
                    .iter()
                    .filter(|arg| !self.known.variables.contains(&arg.name))
                    .map(|arg| arg.name.clone())
                    .collect();
                self.known.variables.extend(new.iter().cloned());
                self.steps(&fragment.steps);
                for name in new {
                    self.known.variables.remove(&name);
                }
            }
            Action::Power(_) => {}
        }
        self.learn_label(step.label.as_ref());
    }

    fn expectation(&mut self, expectation: &Expectation) {
        for item in &expectation.items {
            self.bounds(&item.bounds);
            self.pattern(&item.pattern);
            if let Count::Until(script) = &item.count {
                self.script(script);
            }
            self.learn_label(item.label.as_ref());
        }
    }

    /// Checks a pattern's variables and learns its groups.
    fn pattern(&mut self, pattern: &Pattern) {
        self.template(pattern.template());
        for group in &pattern.groups {
            if self.known.params.contains(group) || RESERVED.contains(&group.as_str()) {
                let message = format!("the group `{group}` would overwrite a fixed value");
                let complaint = Diagnostic::at(pattern.place(), message);
                self.complaints.push(complaint.help("choose another name for the group"));
            }
            self.known.variables.insert(group.clone());
        }
    }

    fn bounds(&mut self, bounds: &Bounds) {
        for timing in [&bounds.within, &bounds.after].into_iter().flatten() {
            self.timing(timing);
        }
        let Some(since) = &bounds.since else { return };
        if !self.known.labels.contains(&since.name) {
            let known = self.known.labels.iter().map(String::as_str);
            let remedy = did_you_mean(&since.name, known.clone()).unwrap_or_else(|| {
                if self.known.labels.is_empty() {
                    "no earlier step has a `label`".to_owned()
                } else {
                    format!("earlier steps have {}", either(known))
                }
            });
            let message = format!("unknown label `{}`", since.name);
            self.complaints.push(Diagnostic::at(&since.place, message).help(remedy));
        }
    }

    fn learn_label(&mut self, label: Option<&Label>) {
        self.known.labels.extend(label.map(|label| label.name.clone()));
    }

    fn timing(&mut self, timing: &Timing) {
        if let Timing::Computed(template) = timing {
            self.template(template);
        }
    }

    fn template(&mut self, template: &Template) {
        for (path, place) in template.variables() {
            let name = &path[0];
            if self.complaints.is_full() {
                return;
            }
            if !self.known.variables.contains(name) {
                let known = self.known.variables.iter().map(String::as_str);
                let remedy = did_you_mean(name, known.clone())
                    .unwrap_or_else(|| format!("known here: {}", either(known)));
                let message = format!("unknown variable `{name}`");
                self.complaints.push(Diagnostic::at(&place, message).help(remedy));
            } else if let (Some((_, fields)), Some(field)) =
                (BUILT_IN.iter().find(|(built_in, _)| built_in == name), path.get(1))
                && !fields.contains(&field.as_str())
            {
                let message = format!("`{name}` has no `{field}`");
                let remedy = format!("it has {}", either(fields.iter().copied()));
                self.complaints.push(Diagnostic::at(&place, message).help(remedy));
            }
        }
    }

    fn script(&mut self, script: &Script) {
        if let Some(complaint) = script.check(&self.known.variables) {
            self.complaints.push(complaint);
        }
        for found in ASSIGNED.captures_iter(&script.text) {
            self.known.variables.insert(found[1].to_owned());
        }
    }
}

/// `vars.name = …` in a script makes a variable.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bvars\.([A-Za-z_][A-Za-z0-9_]*)\s*[-+*/]?=[^=]").expect("a valid pattern")
});
