//! Reads steps: one action each, with the modifiers that make sense beside it.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::scenario::expectation::Modifiers;
use crate::scenario::{
    Action, Answer, Bounds, Given, Label, Library, Script, Step, Switch, Template, Timing,
};
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::{Entry, Fields, Node, Tree};

/// Steps of one list after its fragments are put in; an hour of commands at full speed. Fragments
/// inside fragments multiply, and everything walks through all of them.
const MAX_STEPS: usize = 10_000;
/// The keys that are actions.
const ACTIONS: [&str; 8] = ["send", "expect", "wait", "settle", "power", "script", "log", "use"];

impl Library {
    /// Nothing when they are no list, or so many that nobody should walk through them.
    pub(crate) fn steps(&mut self, source: &Arc<Source>, node: &Node) -> Option<Vec<Step>> {
        let Some(items) = node.list() else {
            let message = format!("steps are a list, but here is {}", node.kind());
            self.complaints
                .push(Diagnostic::at(&node.place, message).help("start each step with `- `"));
            return None;
        };
        if items.is_empty() {
            // It would pass, and prove nothing.
            self.complaints
                .push(Diagnostic::at(&node.place, "there are no steps here").help("add one"));
        }
        let mut steps = Vec::new();
        let mut expanded = 0;
        for item in items {
            if self.complaints.is_full() {
                break;
            }
            let Some(step) = self.step(source, item) else { continue };
            expanded += step.expanded();
            if expanded > MAX_STEPS {
                let message = format!("with this step there are more than {MAX_STEPS} steps");
                let complaint =
                    Diagnostic::at(&step.place, message).note("each use of a fragment counts");
                self.complaints
                    .push(complaint.help("use fewer fragments inside fragments, or split it"));
                return None;
            }
            steps.push(step);
        }
        Some(steps)
    }

    fn step(&mut self, source: &Arc<Source>, node: &Node) -> Option<Step> {
        let mut fields = Fields::of(node, "a step", &mut self.complaints)?;
        let actions: Vec<&Entry> =
            ACTIONS.iter().filter_map(|key| fields.take_entry(key)).collect();
        let modifiers = Modifiers::take(&mut fields);
        let with = fields.take("with");
        let answer = fields.take_entry("answer");
        let name = fields.take("name").and_then(|node| self.template(node));
        let label = fields.take("label").and_then(|node| self.label(node));
        let when = fields.take("when").and_then(|node| self.script(node));
        let forbid = self.patterns(fields.take("forbid"));
        let known = self.complaints.len();
        fields.finish(&mut self.complaints);
        if actions.is_empty() && self.complaints.len() > known {
            // The unknown key was meant to be the action: one complaint is enough.
            return None;
        }
        let (main, beside) = self.one_action(node, &actions)?;
        let word = main.key.text().unwrap_or("");
        self.refuse_modifiers(word, beside.is_some(), &modifiers);
        if let (Some(answer), false) = (answer, word == "send") {
            self.senseless("answer", &answer.key.place, word);
        }
        if let (Some(with), false) = (with, word == "use") {
            self.senseless("with", &with.place, word);
        }
        let action = match word {
            "send" => {
                let answer = answer.and_then(|entry| self.answer(&entry.value));
                let expect = beside.and_then(|entry| self.expectation(&entry.value, &modifiers));
                let command = self.command(&main.value)?;
                Action::Send { command, answer: answer.unwrap_or(Answer::Ok), expect }
            }
            "expect" => Action::Expect(self.expectation(&main.value, &modifiers)?),
            "wait" => Action::Wait(self.timing(&main.value)?),
            "settle" => Action::Settle(self.silence(&main.value, &modifiers)?),
            "power" => Action::Power(self.switch(&main.value)?),
            "script" => Action::Script(self.script_of_step(source, &main.value)?),
            "log" => Action::Log(self.template(&main.value)?),
            "use" => self.use_fragment(source, &main.value, with)?,
            _ => return None,
        };
        let bounds = self.bounds(&modifiers);
        Some(Step { place: action_place(main), name, label, when, bounds, forbid, action })
    }

    /// A step has one action; only `expect` may stand beside `send`.
    fn one_action<'n>(
        &mut self,
        node: &Node,
        actions: &[&'n Entry],
    ) -> Option<(&'n Entry, Option<&'n Entry>)> {
        match actions {
            [one] => Some((one, None)),
            [send, expect]
                if send.key.text() == Some("send") && expect.key.text() == Some("expect") =>
            {
                Some((send, Some(expect)))
            }
            [] => {
                let complaint = Diagnostic::at(&node.place, "this step has no action");
                self.complaints.push(complaint.help(format!("give it {}", either(ACTIONS))));
                None
            }
            [first, others @ ..] => {
                let names: Vec<_> = actions.iter().filter_map(|entry| entry.key.text()).collect();
                let message =
                    format!("this step has {} actions: {}", actions.len(), names.join(", "));
                let second = others.first().map_or(&first.key.place, |entry| &entry.key.place);
                self.complaints
                    .push(Diagnostic::at(second, message).help(
                        "make each a step of its own; only `expect` may stand beside `send`",
                    ));
                None
            }
        }
    }

    /// Complains of modifiers that say nothing beside this action.
    fn refuse_modifiers(&mut self, action: &str, expects: bool, modifiers: &Modifiers<'_>) {
        let expects = expects || action == "expect";
        let timed = expects || matches!(action, "send" | "settle" | "script");
        for (key, entry) in modifiers.given() {
            let fits = match key {
                "within" => timed,
                "after" | "since" => expects || action == "send",
                _ => expects,
            };
            if !fits {
                self.senseless(key, &entry.key.place, action);
            }
        }
    }

    fn senseless(&mut self, key: &str, place: &Place, action: &str) {
        let message = format!("`{key}` has no meaning beside `{action}`");
        self.complaints.push(Diagnostic::at(place, message).help("remove it"));
    }

    /// `within`, `after` and `since` of a step or an item.
    pub(crate) fn bounds(&mut self, modifiers: &Modifiers<'_>) -> Bounds {
        let bounds = Bounds {
            within: modifiers.within.and_then(|entry| self.timing(&entry.value)),
            after: modifiers.after.and_then(|entry| self.timing(&entry.value)),
            since: modifiers.since.and_then(|entry| self.label(&entry.value)),
        };
        if let (Some(Timing::Fixed(latest)), Some(Timing::Fixed(earliest)), Some(entry)) =
            (&bounds.within, &bounds.after, modifiers.after)
            && earliest > latest
        {
            let message = "`after` is later than `within`: no line can be in time";
            self.complaints.push(Diagnostic::at(&entry.value.place, message));
        }
        bounds
    }

    pub(crate) fn timing(&mut self, node: &Node) -> Option<Timing> {
        if node.text().is_some_and(|text| text.contains("${")) {
            return self.template(node).map(Timing::Computed);
        }
        self.complaints.duration(node).map(Timing::Fixed)
    }

    /// How long `settle` waits for; it must fit into its `within`.
    fn silence(&mut self, node: &Node, modifiers: &Modifiers<'_>) -> Option<Timing> {
        let silence = self.timing(node)?;
        let within = modifiers.within.and_then(|entry| self.timing(&entry.value));
        if let (Timing::Fixed(silence), Some(Timing::Fixed(within))) = (&silence, within)
            && *silence > within
        {
            let message = "a silence that is longer than its `within` cannot come";
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints.push(complaint.help("give the step a longer `within`"));
        }
        Some(silence)
    }

    pub(crate) fn template(&mut self, node: &Node) -> Option<Template> {
        let text = self.complaints.text(node)?;
        match Template::parse(&text, node.place.clone()) {
            Ok(template) => Some(template),
            Err(wrong) => {
                self.complaints.push(Diagnostic::at(&node.place, wrong));
                None
            }
        }
    }

    pub(crate) fn script(&mut self, node: &Node) -> Option<Script> {
        let text = self.complaints.text(node)?;
        Some(Script::new(text, node.place.clone()))
    }

    pub(crate) fn label(&mut self, node: &Node) -> Option<Label> {
        let name = self.complaints.text(node)?;
        if is_name(&name) {
            return Some(Label { name, place: node.place.clone() });
        }
        let complaint = Diagnostic::at(&node.place, format!("`{name}` is not a name for a label"));
        self.complaints.push(complaint.help("letters, digits and _, not starting with a digit"));
        None
    }

    /// A command line: one line without its end.
    fn command(&mut self, node: &Node) -> Option<Template> {
        let command = self.template(node)?;
        if command.text.contains(['\r', '\n']) {
            let complaint = Diagnostic::at(&node.place, "a command is one line");
            self.complaints.push(complaint.help("send each line in a step of its own"));
            return None;
        }
        if command.text.trim().is_empty() {
            let complaint = Diagnostic::at(&node.place, "an empty command has no answer");
            self.complaints.push(complaint.help("the shortest command is `AT`"));
            return None;
        }
        Some(command)
    }

    fn answer(&mut self, node: &Node) -> Option<Answer> {
        match node.text() {
            Some("none") => Some(Answer::None),
            _ => self.pattern(node).map(Answer::Matching),
        }
    }

    fn switch(&mut self, node: &Node) -> Option<Switch> {
        match node.text() {
            Some("on") => Some(Switch::On),
            Some("off") => Some(Switch::Off),
            _ => {
                let message = format!("expected `on` or `off`, found {}", node.kind());
                self.complaints.push(Diagnostic::at(&node.place, message));
                None
            }
        }
    }

    fn use_fragment(
        &mut self,
        source: &Arc<Source>,
        node: &Node,
        with: Option<&Node>,
    ) -> Option<Action> {
        let wanted = self.complaints.text(node)?;
        let given = with.map(|with| self.named(with, "`with`")).unwrap_or_default();
        let fragment = self.fragment(source, &wanted, &node.place)?;
        let mut arguments = Vec::new();
        for (name, entry) in given {
            if !fragment.args.iter().any(|arg| arg.name == name) {
                let known: Vec<_> = fragment.args.iter().map(|arg| arg.name.as_str()).collect();
                let message = format!("`{wanted}` has no argument `{name}`");
                let remedy = if known.is_empty() {
                    "it takes none".to_owned()
                } else {
                    format!("it takes {}", either(known))
                };
                self.complaints.push(Diagnostic::at(&entry.key.place, message).help(remedy));
            } else if let Some(value) = self.given(&entry.value) {
                arguments.push((name, value));
            }
        }
        for arg in fragment.args.iter().filter(|arg| arg.default.is_none()) {
            if !arguments.iter().any(|(name, _)| *name == arg.name) {
                let message = format!("`{wanted}` needs the argument `{}`", arg.name);
                let remedy = format!("add `with: {{ {}: … }}`", arg.name);
                self.complaints.push(Diagnostic::at(&node.place, message).help(remedy));
            }
        }
        Some(Action::Use { fragment, with: arguments })
    }

    fn given(&mut self, node: &Node) -> Option<Given> {
        match &node.tree {
            Tree::Scalar(scalar) if scalar.text.contains("${") => {
                self.template(node).map(Given::Template)
            }
            Tree::Null | Tree::Scalar(_) | Tree::List(_) | Tree::Map(_) => {
                Some(Given::Value(node.to_value()))
            }
        }
    }
}

/// What a failure of this step marks: the action's first line.
fn action_place(entry: &Entry) -> Place {
    let source = &entry.key.place.source;
    let start = entry.key.place.range.start;
    let line = source.text[start..].lines().next().unwrap_or("");
    let whole = entry.value.place.range.end.max(start + 1);
    Place::new(source, start..whole.min(start + line.trim_end().len()))
}
