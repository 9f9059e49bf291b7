//! Walks through the steps of a test: each step is announced, done, and its end written down.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Way};
use crate::fault::{Means, Trouble, Verdict};
use crate::journal::{Event, StepAt};
use crate::run::ears::Forbidden;
use crate::run::missed;
use crate::run::script::Scripts;
use crate::run::session::Answered;
use crate::run::stage::{Exchange, Stage};
use crate::run::supply;
use crate::scenario::{
    Action, Bounds, Call, Forbid, MAX_ROUNDS, Repeat, Rounds, Step, Template, Variable,
};
use crate::source::Place;
use crate::variables::show;

/// How much of a step's text is written into the journal, in characters.
const MAX_WHAT: usize = 200;

/// Walks steps on one stage.
pub(crate) struct Walk {
    pub(crate) stage: Rc<RefCell<Stage>>,
    /// Made when the first script comes: most tests have none.
    scripts: Option<Scripts>,
    /// The step that was begun last.
    at: Option<Place>,
    policy: Policy,
    /// How many rounds there were up to now, or in the teardown.
    rounds: u64,
    pub(crate) verdict: Verdict,
}

/// What happens to the other steps after one that had trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    LeaveOut,
    /// Of a teardown: each is tried, also those of a fragment.
    TryAll,
}

impl Walk {
    pub(crate) fn new(stage: Stage) -> Walk {
        let (policy, verdict) = (Policy::LeaveOut, Verdict::Passed);
        Walk {
            stage: Rc::new(RefCell::new(stage)),
            scripts: None,
            at: None,
            policy,
            rounds: 0,
            verdict,
        }
    }

    /// Ends the walk and gives the stage back.
    pub(crate) fn into_stage(self) -> Stage {
        drop(self.scripts);
        let cell = Rc::try_unwrap(self.stage).ok();
        cell.expect("only the walk and its scripts hold the stage").into_inner()
    }

    /// Does all steps, as the policy has it. Only an interruption ends a teardown.
    pub(crate) fn steps(&mut self, steps: &[Step], path: &str) -> Result<(), Trouble> {
        for (index, step) in steps.iter().enumerate() {
            match (self.step(step, &format!("{path}{}", index + 1)), self.policy) {
                (Ok(()), _) => {}
                (Err(Trouble::Interrupted), _) => return Err(Trouble::Interrupted),
                (Err(trouble), Policy::LeaveOut) => return Err(trouble),
                (Err(trouble), Policy::TryAll) => {
                    self.complain(trouble.by(Way::Part("teardown".to_owned())));
                }
            }
        }
        Ok(())
    }

    /// Does the teardown, whatever happened before.
    pub(crate) fn tear_down(&mut self, steps: &[Step]) {
        if !steps.is_empty() {
            self.stage.borrow_mut().session.record(Event::TeardownStarted);
        }
        self.policy = Policy::TryAll;
        self.rounds = 0;
        if let Err(trouble) = self.steps(steps, "teardown ") {
            self.complain(trouble.by(Way::Part("teardown".to_owned())));
        }
    }

    /// Writes trouble down. The first trouble decides: what goes wrong in the teardown after a
    /// failure does not hide the failure.
    pub(crate) fn complain(&mut self, trouble: Trouble) {
        let verdict = trouble.verdict();
        if self.verdict == Verdict::Passed {
            self.verdict = verdict;
        } else if self.stage.borrow().session.parted().is_some() {
            // After its first trouble nobody knows what a recorded module would have said.
            return;
        }
        let mut diagnostic = trouble.into_diagnostic();
        if let (None, Some(at)) = (&diagnostic.excerpt, &self.at) {
            diagnostic = Box::new(diagnostic.marking(at, "in this step"));
        }
        self.stage.borrow_mut().session.record(Event::Complained { verdict, diagnostic });
    }

    /// Does one step; trouble without a place of its own is placed at the step.
    fn step(&mut self, step: &Step, path: &str) -> Result<(), Trouble> {
        if !self.wanted(step)? {
            return Ok(());
        }
        self.announce(step, path)?;
        self.at = Some(step.place.clone());
        let before = {
            let mut stage = self.stage.borrow_mut();
            let forbidden = forbidden(&step.forbid, &stage)?;
            stage.session.forbid(forbidden)
        };
        let outcome = self.act(step, path).map_err(|trouble| {
            let trouble = during(trouble.placed(&step.place), step);
            missed::witnessed(trouble, &self.stage.borrow().session)
        });
        let mut stage = self.stage.borrow_mut();
        // A line that is forbidden in the whole scenario is no trouble of this step.
        let means = if stage.session.told_one_of(before) { Means::Failed } else { step.means };
        let outcome = outcome.map_err(|trouble| trouble.meaning(means));
        let outcome = outcome.map_err(|trouble| stage.named(trouble, step));
        stage.session.allow(before);
        let verdict = outcome.as_ref().map_or_else(Trouble::verdict, |()| Verdict::Passed);
        stage.session.record(Event::StepEnded { path: path.into(), verdict });
        outcome
    }

    fn wanted(&self, step: &Step) -> Result<bool, Trouble> {
        let Some(when) = &step.when else { return Ok(true) };
        let stage = &mut *self.stage.borrow_mut();
        stage.conditions.holds(when, stage.scope.variables())
    }

    fn announce(&self, step: &Step, path: &str) -> Result<(), Trouble> {
        let mut stage = self.stage.borrow_mut();
        let what = match (&step.name, &step.action) {
            (Some(name), _) => stage.scope.text(name)?,
            (None, Action::Send { command, .. }) => format!("send {}", stage.scope.text(command)?),
            (None, _) => step.place.text().lines().next().unwrap_or("").to_owned(),
        };
        let what = what.chars().take(MAX_WHAT).collect();
        let file = step.place.source.name.clone();
        let at = StepAt { path: path.to_owned(), what, file, line: step.place.line() };
        stage.session.record(Event::StepStarted(at));
        Ok(())
    }

    fn act(&mut self, step: &Step, path: &str) -> Result<(), Trouble> {
        match &step.action {
            Action::Script(script) => {
                let stage = &self.stage;
                let scripts = self.scripts.get_or_insert_with(|| Scripts::new(stage));
                scripts.run(script, &step.bounds)?;
            }
            Action::Use { fragment, with } => {
                let hidden = self.stage.borrow_mut().scope.enter(fragment, with)?;
                let outcome = self.steps(&fragment.steps, &format!("{path}."));
                self.stage.borrow_mut().scope.leave(hidden);
                let (file, line) = (step.place.source.name.clone(), step.place.line());
                outcome.map_err(|trouble| trouble.by(Way::Used { file, line }))?;
            }
            Action::Repeat(repeat) => self.rounds(repeat, path)?,
            Action::Send { .. }
            | Action::Expect(_)
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Log(_)
            | Action::Call(_)
            | Action::Reboot(_)
            | Action::Transfer(_)
            | Action::Measure(_) => return self.stage.borrow_mut().act(step),
        }
        self.stage.borrow_mut().label(step);
        Ok(())
    }

    /// Rounds without a wait in them are counted and can be interrupted all the same.
    fn begin_round(&mut self) -> Result<(), Trouble> {
        self.rounds += 1;
        if self.rounds > MAX_ROUNDS {
            let message = format!("the test has more than {MAX_ROUNDS} rounds");
            let complaint = Diagnostic::new(message).note("of all `repeat` together");
            return Err(Trouble::broken(complaint.help("repeat less, or make it several tests")));
        }
        if self.stage.borrow_mut().session.is_interrupted() {
            return Err(Trouble::Interrupted);
        }
        Ok(())
    }

    /// Does the steps of a `repeat`, round by round.
    fn rounds(&mut self, repeat: &Repeat, path: &str) -> Result<(), Trouble> {
        let (items, most) = {
            let scope = &self.stage.borrow().scope;
            match &repeat.rounds {
                Rounds::Times(times) => (None, scope.number(times)?),
                Rounds::Until { at_most, .. } => (None, scope.number(at_most)?),
                Rounds::Over { items, place } => {
                    let items = listed(scope.data(items)?, place)?;
                    let count = items.len() as u64;
                    (Some(items), count)
                }
            }
        };
        for round in 1..=most {
            self.begin_round()?;
            if let Some(variable) = &repeat.name {
                let index = usize::try_from(round - 1).unwrap_or(usize::MAX);
                let item = items.as_ref().and_then(|items| items.get(index)).cloned();
                self.stage.borrow_mut().set(variable, item.unwrap_or_else(|| round.into()))?;
            }
            let outcome = self.steps(&repeat.steps, &format!("{path}.{round}."));
            outcome.map_err(|trouble| trouble.by(Way::Round { round, most }))?;
            if let Rounds::Until { condition, .. } = &repeat.rounds {
                let stage = &mut *self.stage.borrow_mut();
                if stage.conditions.holds(condition, stage.scope.variables())? {
                    return Ok(());
                }
            }
        }
        match &repeat.rounds {
            Rounds::Times(_) | Rounds::Over { .. } => Ok(()),
            Rounds::Until { condition, .. } => {
                let text = condition.text.trim();
                let message = format!("`{text}` did not become true in {most} rounds");
                let stage = self.stage.borrow();
                let has = |name: &str| text.split(|c: char| !is_of_name(c)).any(|it| it == name);
                let known = stage.scope.variables().iter().filter(|(name, _)| has(name));
                let values = known.map(|(name, value)| format!("`{name}` is {}", show(value)));
                let values: Vec<String> = values.collect();
                let mut diagnostic = Diagnostic::at(&condition.place, message);
                if !values.is_empty() {
                    diagnostic = diagnostic.note(values.join(", "));
                }
                Err(Trouble::failed(diagnostic))
            }
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The items that a `repeat` goes over.
fn listed(value: Value, place: &Place) -> Result<Vec<Value>, Trouble> {
    match value {
        Value::Array(items) if items.is_empty() => {
            let message = "this list has no items, so that nothing would be tested";
            let complaint = Diagnostic::at(place, message);
            Err(Trouble::broken(complaint.help("leave the step out by `when`, if that is right")))
        }
        Value::Array(items) => Ok(items),
        other => {
            let message = format!("`over` wants a list, but this is `{}`", show(&other));
            Err(Trouble::broken(Diagnostic::at(place, message)))
        }
    }
}

impl Stage {
    /// The actions that need neither scripts nor other steps.
    fn act(&mut self, step: &Step) -> Result<(), Trouble> {
        let mut moment = None;
        match &step.action {
            Action::Send { command, answer, expect } => {
                let command = self.command(command)?;
                let (expect, bounds) = (expect.as_ref(), &step.bounds);
                let place = &step.place;
                let exchange = Exchange { command: &command, answer, expect, bounds, place };
                moment = Some(self.exchange(&exchange)?);
            }
            Action::Expect(expect) => {
                moment = self.expect(expect, &step.bounds)?.map(|line| line.at);
            }
            Action::Wait(length) => self.wait(self.scope.length(length)?)?,
            Action::Settle(silence) => {
                self.settle(self.scope.length(silence)?, &step.bounds, &step.place)?;
            }
            Action::Log(text) => {
                let text = self.scope.text(text)?;
                self.session.record(Event::Logged(text.into()));
            }
            Action::Call(call) => self.call(call, &step.bounds)?,
            Action::Reboot(within) => self.reboot(within.as_ref())?,
            Action::Transfer(transfer) => self.transfer(transfer, &step.bounds, &step.place)?,
            Action::Measure(measure) => self.measure(measure, &step.place)?,
            Action::Script(_) | Action::Use { .. } | Action::Repeat(_) => {}
        }
        match (&step.label, moment) {
            (Some(label), Some(moment)) => self.scope.mark(label, moment),
            _ => self.label(step),
        }
        Ok(())
    }

    fn call(&mut self, call: &Call, bounds: &Bounds) -> Result<(), Trouble> {
        let params = self.scope.data(&call.params)?;
        let within = bounds.within.as_ref().map(|within| self.scope.length(within)).transpose()?;
        if within.is_some() && !self.session.has_cue() {
            return Err(supply::no_cue());
        }
        let answer = self.ask(&call.role, &call.method, params)?;
        if let (Some(within), Some((line, took))) = (within, &answer.after)
            && *took > within
        {
            return Err(supply::late(line, *took, within));
        }
        match &call.save {
            Some(variable) => self.set(variable, answer.value),
            None => Ok(()),
        }
    }

    /// Asks a role for something. A package stands for an operation that installs it.
    pub(crate) fn ask(
        &mut self,
        role: &str,
        method: &str,
        params: Value,
    ) -> Result<Answered, Trouble> {
        let is_package = params.get("from").is_some() && params.get("to").is_some();
        let params = match (role, method) {
            ("cloud", "install") if is_package => json!({ "package": params }),
            _ => params,
        };
        self.session.call(role, method, &params)
    }

    pub(crate) fn set(&mut self, variable: &Variable, value: Value) -> Result<(), Trouble> {
        self.scope.set(&variable.name, value).map_err(|name| {
            let message = format!("`{name}` is fixed for this test");
            Trouble::broken(Diagnostic::at(&variable.place, message))
        })
    }

    /// The label of a step without a moment of its own is its end.
    fn label(&mut self, step: &Step) {
        if let Some(label) = &step.label {
            let now = self.session.now();
            self.scope.mark(label, now);
        }
    }

    /// Trouble says the name of its step, if the scenario gave it one.
    fn named(&self, trouble: Trouble, step: &Step) -> Trouble {
        let name = step.name.as_ref().and_then(|name| self.scope.text(name).ok());
        match name {
            Some(name) => trouble.by(Way::Step(name)),
            None => trouble,
        }
    }

    pub(crate) fn command(&self, template: &Template) -> Result<String, Trouble> {
        let command = self.scope.text(template)?;
        if command.contains(['\r', '\n']) {
            let message = "a variable put a line end into this command";
            let diagnostic = Diagnostic::at(&template.place, message);
            return Err(Trouble::broken(diagnostic));
        }
        Ok(command)
    }
}

/// Patterns that must not match, filled in.
pub(crate) fn forbidden(lines: &[Forbid], stage: &Stage) -> Result<Vec<Forbidden>, Trouble> {
    let since = stage.session.now();
    let ready = |Forbid { pattern, means }: &Forbid| {
        let place = pattern.place().clone();
        let pattern = stage.scope.pattern(pattern)?;
        Ok(Forbidden { pattern, place, means: *means, since })
    };
    lines.iter().map(ready).collect()
}

/// Trouble that marks another place says which step ran, once: the innermost.
fn during(trouble: Trouble, step: &Step) -> Trouble {
    let (Trouble::Failed(diagnostic) | Trouble::Broken(diagnostic)) = &trouble else {
        return trouble;
    };
    let (Some(excerpt), None) = (&diagnostic.excerpt, &diagnostic.scene) else { return trouble };
    let (file, line) = (step.place.source.name.clone(), step.place.line());
    let lines = line..=line + step.place.text().lines().count();
    if excerpt.file == file && lines.contains(&excerpt.line) {
        return trouble;
    }
    trouble.by(Way::During { file, line })
}
