//! Reads steps: one action each, with the modifiers that make sense beside it.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, either};
use crate::fault::Means;
use crate::scenario::expectation::Modifiers;
use crate::scenario::measure::MeasureKeys;
use crate::scenario::repeat::RepeatKeys;
use crate::scenario::transfer::TransferKeys;
use crate::scenario::{
    Action, Answer, Bounds, Call, Label, Library, Script, Step, Template, Timing, Transfer,
};
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::{Entry, Fields, Node, Tree};

/// Steps of one list after its fragments are put in; an hour of commands at full speed. Fragments
/// inside fragments multiply, and everything walks through all of them.
const MAX_STEPS: usize = 10_000;
/// The keys that are actions.
const ACTIONS: [&str; 15] = [
    "send", "expect", "wait", "settle", "power", "network", "cloud", "call", "reboot", "transfer",
    "measure", "script", "log", "repeat", "use",
];

/// The keys beside an action, as they are found.
struct Beside<'n> {
    modifiers: Modifiers<'n>,
    expect: Option<&'n Entry>,
    with: Option<&'n Entry>,
    save: Option<&'n Entry>,
    answer: Option<&'n Entry>,
    steps: Option<&'n Entry>,
    name: Option<&'n Entry>,
    transfer: TransferKeys<'n>,
    measure: MeasureKeys<'n>,
}

impl<'n> Beside<'n> {
    fn take(fields: &mut Fields<'n>) -> Beside<'n> {
        Beside {
            modifiers: Modifiers::take(fields),
            expect: None,
            with: fields.take_entry("with"),
            save: fields.take_entry("save"),
            answer: fields.take_entry("answer"),
            steps: fields.take_entry("steps"),
            name: fields.take_entry("as"),
            transfer: TransferKeys::take(fields),
            measure: MeasureKeys::take(fields),
        }
    }
}

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
        let mut beside = Beside::take(&mut fields);
        let name = fields.take("name").and_then(|node| self.template(node));
        let label = fields.take("label").and_then(|node| self.label(node));
        let when = fields.take("when").and_then(|node| self.script(node));
        let forbid = self.forbid(fields.take("forbid"));
        let means = fields.take("means").and_then(|node| self.word(node, &Means::WORDS));
        let known = self.complaints.len();
        fields.finish(&mut self.complaints);
        if actions.is_empty() && self.complaints.len() > known {
            // The unknown key was meant to be the action: one complaint is enough.
            return None;
        }
        let (main, expect) = self.one_action(node, &actions)?;
        beside.expect = expect;
        self.refuse_senseless(main.key.text().unwrap_or(""), &beside);
        let action = self.action(source, main, &beside)?;
        let bounds = self.bounds(&beside.modifiers);
        let means = means.unwrap_or_default();
        Some(Step { place: action_place(main), name, label, when, bounds, forbid, means, action })
    }

    fn action(
        &mut self,
        source: &Arc<Source>,
        main: &Entry,
        beside: &Beside<'_>,
    ) -> Option<Action> {
        let value = &main.value;
        let (modifiers, with) = (&beside.modifiers, beside.with.map(|entry| &entry.value));
        let answer = beside.answer.and_then(|entry| self.answer(&entry.value));
        let save = beside.save.and_then(|entry| self.variable(&entry.value));
        Some(match main.key.text().unwrap_or("") {
            "send" => {
                let expect = beside.expect;
                let expect = expect.and_then(|entry| self.expectation(&entry.value, modifiers));
                let answer = answer.unwrap_or(Answer::Ok);
                Action::Send { command: self.command(value)?, answer, expect }
            }
            "expect" => Action::Expect(self.expectation(value, modifiers)?),
            "wait" => Action::Wait(self.timing(value)?),
            "settle" => Action::Settle(self.silence(value, modifiers)?),
            "script" => Action::Script(self.script_of_step(source, value)?),
            "log" => Action::Log(self.template(value)?),
            "use" => self.use_fragment(source, value, with)?,
            role @ ("power" | "network" | "cloud") => {
                let call = self.role_call(role, value)?;
                if let (Some(entry), false) = (modifiers.within, call.is_cut()) {
                    self.senseless("within", &entry.key.place, &format!("{role}: {}", call.method));
                }
                Action::Call(call)
            }
            "call" => Action::Call(Call { save, ..self.any_call(value, with)? }),
            "reboot" => Action::Reboot(self.reboot(value, modifiers)),
            "transfer" => {
                let transfer = self.transfer(value, answer, &beside.transfer)?;
                Action::Transfer(Box::new(Transfer { save, ..transfer }))
            }
            "measure" => Action::Measure(Box::new(self.measure(value, &beside.measure)?)),
            "repeat" => {
                let keys = RepeatKeys {
                    steps: beside.steps.map(|entry| &entry.value),
                    name: beside.name.map(|entry| &entry.value),
                };
                Action::Repeat(Box::new(self.repeat(source, value, &keys)?))
            }
            _ => return None,
        })
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
    fn refuse_senseless(&mut self, action: &str, beside: &Beside<'_>) {
        let expects = beside.expect.is_some() || action == "expect";
        let timed =
            expects || matches!(action, "send" | "settle" | "script" | "reboot" | "transfer");
        for (key, entry) in beside.modifiers.given() {
            let fits = match key {
                "within" => timed || action == "power",
                "after" | "since" => expects || action == "send",
                _ => expects,
            };
            if !fits {
                self.senseless(key, &entry.key.place, action);
            }
        }
        let own = [
            (beside.answer, action == "send" || action == "transfer"),
            (beside.with, action == "use" || action == "call"),
            (beside.save, action == "call" || action == "transfer"),
            (beside.steps, action == "repeat"),
            (beside.name, action == "repeat"),
        ];
        let own = own.into_iter().filter_map(|(entry, fits)| entry.map(|entry| (entry, fits)));
        let transfer = beside.transfer.given().map(|entry| (entry, action == "transfer"));
        let measure = beside.measure.given().map(|entry| (entry, action == "measure"));
        for (entry, fits) in own.chain(transfer).chain(measure) {
            if !fits {
                self.senseless(entry.key.text().unwrap_or(""), &entry.key.place, action);
            }
        }
    }

    /// `60s`, `{ within: 60s }` or nothing: how long a boot may take.
    fn reboot(&mut self, node: &Node, modifiers: &Modifiers<'_>) -> Option<Timing> {
        if node.is_null() {
            return modifiers.within.and_then(|entry| self.timing(&entry.value));
        }
        if let Some(entry) = modifiers.within {
            let complaint = Diagnostic::at(&entry.key.place, "this boot has two limits");
            self.complaints.push(complaint.help("leave one of them out"));
        }
        let Tree::Map(_) = &node.tree else { return self.timing(node) };
        let mut fields = Fields::of(node, "a reboot", &mut self.complaints)?;
        let within = fields.take("within").and_then(|node| self.timing(node));
        fields.finish(&mut self.complaints);
        within
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
    pub(crate) fn command(&mut self, node: &Node) -> Option<Template> {
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
            Some("prompt") => Some(Answer::Prompt),
            _ => self.pattern(node).map(Answer::Matching),
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
            } else if let Some(value) = self.data(&entry.value) {
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
}

/// What a failure of this step marks: the action's first line.
fn action_place(entry: &Entry) -> Place {
    let source = &entry.key.place.source;
    let start = entry.key.place.range.start;
    let line = source.text[start..].lines().next().unwrap_or("");
    let whole = entry.value.place.range.end.max(start + 1);
    Place::new(source, start..whole.min(start + line.trim_end().len()))
}
