//! A scenario in memory: checked, complete, with a place for everything it may complain about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::fault::Means;
use crate::scenario::{
    Call, Data, Measure, Number, Param, Pattern, Repeat, Script, Start, Template, Transfer, Waiver,
};
use crate::source::{Place, Source};

/// One YAML file: what to do to a module and what must come back.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub source: Arc<Source>,
    /// The file's place among the scenarios, without its ending: `connect/open`.
    pub id: String,
    pub name: String,
    pub about: Option<String>,
    pub tags: Vec<String>,
    /// What it says of itself for other programs: `test_key`, `requirement`.
    pub properties: BTreeMap<String, String>,
    pub vars: BTreeMap<String, Value>,
    /// In the order of the file.
    pub params: Vec<Param>,
    /// It is not run, up to a day.
    pub skip: Option<Waiver>,
    /// It is known to fail, up to a day.
    pub expected_failure: Option<Waiver>,
    /// Lines that must not come at any time of `steps` and `teardown`.
    pub forbid: Vec<Forbid>,
    /// The state in which the device must be before the first step.
    pub given: Start,
    /// For `given`, `setup` and `steps` together.
    pub timeout: Option<Timing>,
    /// The way to the starting point.
    pub setup: Vec<Step>,
    pub steps: Vec<Step>,
    pub teardown: Vec<Step>,
    /// The roles that the rig must have: those that are named, and those that steps call.
    pub needs: BTreeSet<String>,
    /// Those of them that are named: whatever steps a test leaves out.
    pub demands: BTreeSet<String>,
    /// The profiles that it is for; none says that it is for all.
    pub profiles: Vec<String>,
    /// What its steps call: a role, and its method.
    pub calls: BTreeSet<(String, String)>,
    pub looks_at: LooksAt,
}

/// What a scenario wants to know of the packages of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksAt {
    /// Only the one under test: it is run for each.
    OnePackage,
    /// It uses the variable `packages`: it is run once for all.
    AllPackages,
}

/// A line that must not come.
#[derive(Clone, Debug)]
pub struct Forbid {
    pub pattern: Pattern,
    pub means: Means,
}

/// A list of steps in its own file, used by scenarios with arguments.
#[derive(Clone, Debug)]
pub struct Fragment {
    pub source: Arc<Source>,
    pub args: Vec<Argument>,
    pub steps: Vec<Step>,
    /// How many steps these are, with those of the fragments that they use.
    pub expanded: usize,
    /// What its steps call: a role, and its method.
    pub calls: BTreeSet<(String, String)>,
}

/// An argument of a fragment; without a default it must be given.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: String,
    pub default: Option<Data>,
}

/// One action of a scenario with its modifiers.
#[derive(Clone, Debug)]
pub struct Step {
    /// The action's key and value: what a failure marks.
    pub place: Place,
    pub name: Option<Template>,
    pub label: Option<Label>,
    pub when: Option<Script>,
    pub bounds: Bounds,
    /// Lines that must not come during this step.
    pub forbid: Vec<Forbid>,
    pub means: Means,
    pub action: Action,
}

impl Step {
    /// How many steps this is, with those of the fragment that it uses or of its rounds' list.
    pub fn expanded(&self) -> usize {
        match &self.action {
            Action::Use { fragment, .. } => 1 + fragment.expanded,
            Action::Repeat(repeat) => 1 + repeat.steps.iter().map(Step::expanded).sum::<usize>(),
            Action::Send { .. }
            | Action::Expect(_)
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Script(_)
            | Action::Log(_)
            | Action::Call(_)
            | Action::Reboot(_)
            | Action::Transfer(_)
            | Action::Measure(_) => 1,
        }
    }

    /// The roles that this step calls, and their methods. What a script calls is known when it
    /// runs.
    pub fn calls(&self) -> BTreeSet<(String, String)> {
        match &self.action {
            Action::Call(call) => BTreeSet::from([(call.role.clone(), call.method.clone())]),
            Action::Use { fragment, .. } => fragment.calls.clone(),
            Action::Repeat(repeat) => repeat.steps.iter().flat_map(Step::calls).collect(),
            Action::Send { .. }
            | Action::Expect(_)
            | Action::Wait(_)
            | Action::Settle(_)
            | Action::Script(_)
            | Action::Log(_)
            | Action::Reboot(_)
            | Action::Transfer(_)
            | Action::Measure(_) => BTreeSet::new(),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Action {
    /// Sends a command line and awaits its final result code; expectations are armed before.
    Send {
        command: Template,
        answer: Answer,
        expect: Option<Expectation>,
    },
    Expect(Expectation),
    /// Lets time pass, watching for forbidden lines.
    Wait(Timing),
    /// Waits until the port has been silent for so long.
    Settle(Timing),
    Script(Script),
    Log(Template),
    Use {
        fragment: Arc<Fragment>,
        with: Vec<(String, Data)>,
    },
    /// Asks a role of the rig for something.
    Call(Call),
    /// Waits until the module has booted, at most so long.
    Reboot(Option<Timing>),
    Transfer(Box<Transfer>),
    Measure(Box<Measure>),
    Repeat(Box<Repeat>),
}

/// What may end a command.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Only `OK`.
    Ok,
    /// A final result code or prompt that matches.
    Matching(Pattern),
    /// The module asks for data: NAK, `C` or `>`.
    Prompt,
    /// The answer is not awaited.
    None,
}

/// Lines that must come.
#[derive(Clone, Debug)]
pub struct Expectation {
    pub items: Vec<Item>,
    pub order: Order,
    pub presence: Presence,
}

impl Expectation {
    /// One line that must come.
    pub fn of(item: Item) -> Expectation {
        let (order, presence) = (Order::AsListed, Presence::Required);
        Expectation { items: vec![item], order, presence }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One after the other; other lines may come between.
    AsListed,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    /// Its absence is no failure.
    Optional,
}

/// One expected line.
#[derive(Clone, Debug)]
pub struct Item {
    pub pattern: Pattern,
    pub bounds: Bounds,
    pub presence: Presence,
    /// How many lines it takes.
    pub count: Count,
    pub label: Option<Label>,
    pub means: Means,
}

impl Item {
    /// A line that must come once, without bounds of its own.
    pub fn once(pattern: Pattern, means: Means) -> Item {
        Item {
            pattern,
            bounds: Bounds::default(),
            presence: Presence::Required,
            count: Count::Times(Number::Fixed(1)),
            label: None,
            means,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Count {
    Times(Number),
    /// Takes matches until this condition is true.
    Until(Script),
}

/// Bounds on arrival stamps.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Not later than this after the start.
    pub within: Option<Timing>,
    /// Not earlier than this after the start.
    pub after: Option<Timing>,
    /// The start: an earlier label instead of this step's own.
    pub since: Option<Label>,
}

/// A name for a moment of the scenario.
#[derive(Clone, Debug)]
pub struct Label {
    pub name: String,
    pub place: Place,
}

/// A variable that a step sets.
#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub place: Place,
}

/// A duration, or a template that becomes one.
#[derive(Clone, Debug)]
pub enum Timing {
    Fixed(Duration),
    Computed(Template),
}
