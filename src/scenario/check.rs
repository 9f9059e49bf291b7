//! Walks a scenario as it will run, and complains of names that nothing has given a value.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::scenario::known::{Known, PACKAGES, is_built_in};
use crate::scenario::labels;
use crate::scenario::script::{Purpose, fixed_for_test, is_word};
use crate::scenario::syntax;
use crate::scenario::{
    Action, Amount, Answer, Bounds, Carried, Count, Data, Expectation, Figure, Forbid, Label,
    LooksAt, Measure, Measured, Number, Pattern, Repeat, Rounds, Scenario, Script, Step, Template,
    Timing, Transfer, Values, Variable,
};
use crate::source::Place;
use crate::variables::is_name;
use crate::yaml::Complaints;

/// Says what it looks at, which shows only now that each variable has been seen.
pub(crate) fn scenario(scenario: &Scenario, complaints: &mut Complaints) -> LooksAt {
    let looks_at = LooksAt::OnePackage;
    let (known, labels) = (Known::of(scenario), labels::of(scenario));
    let mut walk = Walk { known, labels, complaints, conditions: 0, looks_at };
    for param in &scenario.params {
        if let Values::Template(template) = &param.values {
            walk.known_before_the_run(template);
        }
    }
    walk.forbid(&scenario.forbid);
    let given = &scenario.given;
    for template in given.firmware.iter().chain(&given.settings) {
        walk.template(template);
    }
    if let Some(timeout) = &scenario.timeout {
        walk.timing(timeout);
    }
    walk.steps(&scenario.setup);
    walk.steps(&scenario.steps);
    walk.steps(&scenario.teardown);
    walk.looks_at
}

struct Walk<'c> {
    known: Known,
    /// Where each label is set first.
    labels: BTreeMap<String, Place>,
    complaints: &'c mut Complaints,
    /// How many conditions stand around this step: they may have looked at what a value has.
    conditions: usize,
    looks_at: LooksAt,
}

impl Walk<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if self.complaints.is_full() {
                return;
            }
            self.conditions += usize::from(step.when.is_some());
            self.step(step);
            self.conditions -= usize::from(step.when.is_some());
        }
    }

    fn step(&mut self, step: &Step) {
        if let Some(when) = &step.when {
            self.script(when, Purpose::Condition);
        }
        if let Some(name) = &step.name {
            self.template(name);
        }
        self.bounds(&step.bounds);
        self.forbid(&step.forbid);
        match &step.action {
            Action::Send { command, answer, expect } => {
                self.template(command);
                let answer = match answer {
                    Answer::Matching(pattern) => Some(pattern),
                    Answer::Ok | Answer::Prompt | Answer::None => None,
                };
                self.patterns(answer, expect.as_ref());
            }
            Action::Expect(expect) => self.patterns(None, Some(expect)),
            Action::Wait(timing) | Action::Settle(timing) => self.timing(timing),
            Action::Script(script) => {
                self.script(script, Purpose::Step);
                self.known.learn_from(script);
            }
            Action::Log(text) => self.template(text),
            Action::Use { fragment, with } => {
                let defaults = fragment.args.iter().filter_map(|arg| arg.default.as_ref());
                for data in with.iter().map(|(_, data)| data).chain(defaults) {
                    self.data(data);
                }
                // Arguments are known inside only, what the fragment captures also afterwards.
                let hidden = self.known.enter(&fragment.args, with);
                self.steps(&fragment.steps);
                self.known.leave(hidden);
            }
            Action::Call(call) => {
                self.data(&call.params);
                if let Some(variable) = &call.save {
                    self.set(variable);
                }
            }
            Action::Reboot(within) => within.iter().for_each(|timing| self.timing(timing)),
            Action::Transfer(transfer) => self.transfer(transfer),
            Action::Measure(measure) => self.measure(measure),
            Action::Repeat(repeat) => self.repeat(repeat),
        }
        self.learn_label(step.label.as_ref());
    }

    /// Nothing takes the lines that these match: their groups never have a value.
    fn forbid(&mut self, forbidden: &[Forbid]) {
        for forbid in forbidden {
            self.template(forbid.pattern.template());
        }
    }

    /// A variable gets a value, which only the run will know.
    fn set(&mut self, Variable { name, place }: &Variable) {
        if self.known.is_fixed(name) {
            let message = format!("`{name}` would overwrite a fixed value");
            let complaint = Diagnostic::at(place, message);
            self.complaints.push(complaint.help("choose another name"));
        } else if is_word(name) {
            let message = format!("`{name}` is a word of scripts, which could not use it");
            let complaint = Diagnostic::at(place, message);
            self.complaints.push(complaint.help("choose another name"));
        }
        self.known.learn(name);
    }

    fn data(&mut self, data: &Data) {
        for template in data.templates() {
            self.template(template);
        }
    }

    fn number(&mut self, number: &Number) {
        if let Some(template) = number.template() {
            self.template(template);
        }
    }

    fn transfer(&mut self, transfer: &Transfer) {
        if let Carried::Other(data) = &transfer.what {
            self.data(data);
        }
        if let Some(Amount::Computed(template)) = &transfer.cut_after {
            self.template(template);
        }
        for number in transfer.corrupt.iter().chain(&transfer.repeat) {
            self.number(number);
        }
        if let Some((block, length)) = &transfer.stall {
            self.number(block);
            self.timing(length);
        }
        if let Answer::Matching(pattern) = &transfer.answer {
            self.patterns(Some(pattern), None);
        }
        if let Some(variable) = &transfer.save {
            self.set(variable);
        }
    }

    fn measure(&mut self, measure: &Measure) {
        self.template(&measure.name);
        match &measure.what {
            Measured::Value(script) => self.script(script, Purpose::Condition),
            Measured::Between(from, to) => {
                self.known_label(from);
                self.known_label(to);
            }
        }
        for figure in [&measure.at_least, &measure.at_most].into_iter().flatten() {
            if let Figure::Computed(template) = figure {
                self.template(template);
            }
        }
    }

    /// What a round has set is known to the next one only at run time: the first has to do without.
    fn repeat(&mut self, repeat: &Repeat) {
        match &repeat.rounds {
            Rounds::Times(number) | Rounds::Until { at_most: number, .. } => self.number(number),
            Rounds::Over { items, .. } => self.data(items),
        }
        if let Some(variable) = &repeat.name {
            self.set(variable);
        }
        self.steps(&repeat.steps);
        if let Rounds::Until { condition, .. } = &repeat.rounds {
            self.script(condition, Purpose::Condition);
        }
    }

    /// All patterns of a step are filled in when it begins; their groups come afterwards.
    fn patterns(&mut self, answer: Option<&Pattern>, expect: Option<&Expectation>) {
        let items = expect.map_or(&[][..], |expect| &expect.items);
        let all = || answer.into_iter().chain(items.iter().map(|item| &item.pattern));
        let groups: Vec<&str> = all().flat_map(|it| &it.groups).map(String::as_str).collect();
        for pattern in all() {
            self.filled(pattern.template(), &groups);
        }
        if let Some(pattern) = answer {
            self.groups(pattern);
        }
        for item in items {
            self.bounds(&item.bounds);
            self.groups(&item.pattern);
            if let Count::Until(script) = &item.count {
                self.script(script, Purpose::Condition);
            }
            self.learn_label(item.label.as_ref());
        }
    }

    /// Learns the groups of a pattern.
    fn groups(&mut self, pattern: &Pattern) {
        for group in &pattern.groups {
            let message = if self.known.is_fixed(group) {
                format!("the group `{group}` would overwrite a fixed value")
            } else if is_word(group) {
                format!("the group `{group}` has the name of a word of scripts")
            } else if !is_name(group) {
                format!("the group `{group}` is not a name for a variable")
            } else {
                self.known.learn(group);
                continue;
            };
            let complaint = Diagnostic::at(pattern.place(), message);
            self.complaints.push(complaint.help("choose another name for the group"));
            self.known.learn(group);
        }
    }

    fn bounds(&mut self, bounds: &Bounds) {
        for timing in [&bounds.within, &bounds.after].into_iter().flatten() {
            self.timing(timing);
        }
        if let Some(since) = &bounds.since {
            self.known_label(since);
        }
    }

    fn known_label(&mut self, since: &Label) {
        let Label { name, place } = since;
        if let (Some(later), false) = (self.labels.get(name), self.known.labels().contains(name)) {
            let message = format!("the label `{name}` has no moment yet: it is set later");
            let at = format!("it is set at {}:{}", later.source.name, later.line());
            let remedy = "set it before it is used";
            self.complaints.push(Diagnostic::at(place, message).note(at).help(remedy));
        } else if !self.known.labels().contains(name) {
            let known = self.known.labels().iter().map(String::as_str);
            let remedy = did_you_mean(name, known.clone()).unwrap_or_else(|| {
                if self.known.labels().is_empty() {
                    "no earlier step has a `label`".to_owned()
                } else {
                    format!("earlier steps have {}", either(known))
                }
            });
            let message = format!("unknown label `{name}`");
            self.complaints.push(Diagnostic::at(place, message).help(remedy));
        }
    }

    fn learn_label(&mut self, label: Option<&Label>) {
        if let Some(label) = label {
            self.known.learn_label(&label.name);
        }
    }

    fn timing(&mut self, timing: &Timing) {
        if let Timing::Computed(template) = timing {
            self.template(template);
        }
    }

    fn template(&mut self, template: &Template) {
        self.filled(template, &[]);
    }

    /// Checks the variables of a template; `late` are those that its own step will set.
    fn filled(&mut self, template: &Template, late: &[&str]) {
        for (path, place) in template.variables() {
            let name = &path[0];
            if name == PACKAGES {
                self.looks_at = LooksAt::AllPackages;
            }
            if self.complaints.is_full() {
                return;
            }
            if !self.known.variables().contains(name) {
                self.complaints.push(self.unknown(name, late, &place));
            } else if let Some(lack) = self.known.lack(path)
                && (self.conditions == 0 || is_built_in(name))
            {
                let message = format!("`{}` has no `{}`", lack.whole, lack.part);
                let remedy = match lack.parts.as_slice() {
                    [] => "it is a single value, not a mapping".to_owned(),
                    parts => format!("it has {}", either(parts.iter().map(String::as_str))),
                };
                self.complaints.push(Diagnostic::at(&place, message).help(remedy));
            }
        }
    }

    /// The tests are made before anything has run: only what this program itself says is known.
    fn known_before_the_run(&mut self, template: &Template) {
        let strange = template.variables().find(|(path, _)| !is_built_in(&path[0]));
        let Some((path, place)) = strange else { return self.template(template) };
        let message = format!("`{}` is not known before the run", path[0]);
        let remedy = "write the values as a list, or name one of `packages`";
        self.complaints.push(Diagnostic::at(&place, message).help(remedy));
    }

    fn unknown(&self, name: &str, late: &[&str], place: &Place) -> Diagnostic {
        if late.contains(&name) {
            let message = format!("`{name}` has no value before this step has matched a line");
            return Diagnostic::at(place, message)
                .note("the patterns of a step are filled in when it begins")
                .help(format!("expect this line in a step of its own, after `{name}` is set"));
        }
        let known = self.known.variables().iter().map(String::as_str);
        let remedy = did_you_mean(name, known.clone())
            .unwrap_or_else(|| format!("known here: {}", either(known)));
        Diagnostic::at(place, format!("unknown variable `{name}`")).help(remedy)
    }

    fn script(&mut self, script: &Script, purpose: Purpose) {
        if script.words().any(|word| word == PACKAGES) {
            // The word may also stand in a text or a comment.
            let mut others = self.known.variables().clone();
            others.remove(PACKAGES);
            if script.compile(&others, purpose).is_err() {
                self.looks_at = LooksAt::AllPackages;
            }
        }
        let compiled = match script.compile(self.known.variables(), purpose) {
            Ok(compiled) => compiled,
            Err(complaint) => return self.complaints.push(complaint),
        };
        for set in syntax::assigned(&compiled).iter().filter(|set| self.known.is_fixed(&set.name)) {
            let place = script.locate(set.at);
            self.complaints.push(fixed_for_test(&set.name, &place));
        }
        for set in syntax::overwritten(&compiled).iter().filter(|set| set.name != "vars") {
            let place = script.locate(set.at);
            self.complaints.push(if self.known.is_fixed(&set.name) {
                fixed_for_test(&set.name, &place)
            } else {
                let name = &set.name;
                let message = format!("a script sees `{name}`, but sets it through `vars`");
                Diagnostic::at(&place, message).help(format!("write `vars.{name} = …`"))
            });
        }
        self.complaints.extend(script.wrong_calls(&compiled));
    }
}
