//! Runs scripts: Rhai with the verbs of a scenario, within hard limits.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext, Scope};

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::fault::{Means, Trouble};
use crate::journal::Event;
use crate::moment::Moment;
use crate::run::condition::{explain, push, to_dynamic};
use crate::run::modules::Resolver;
use crate::run::stage::{Exchange, Stage};
use crate::scenario::{
    Answer, Bounds, Count, Expectation, Imports, Item, Number, Order, Pattern, Presence, Script,
    Timing, restrict,
};
use crate::source::Place;
use crate::variables::Variables;

/// How long a script may take on the world's clock when its step sets no `within`.
pub(crate) const SCRIPT_WITHIN: Duration = Duration::from_secs(3600);
/// Operations between two looks at the clock.
const CLOCK_EVERY: u64 = 1024;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// The engine with its verbs. They act on the same stage as the steps.
pub(crate) struct Scripts {
    engine: Engine,
    stage: Rc<RefCell<Stage>>,
    running: Rc<RefCell<Option<Running>>>,
}

/// The script that runs now.
struct Running {
    script: Script,
    /// Why a verb ended the script; kept here, because Rhai's errors are only text.
    trouble: Option<Trouble>,
    latest: Moment,
    limit: Limit,
}

/// How long a script may take, and who says so.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// The scenario: the device was to do all this within that time.
    Scenario(Duration),
    /// This program, so that a forgotten loop ends.
    Default,
}

impl Limit {
    fn length(self) -> Duration {
        match self {
            Limit::Scenario(length) => length,
            Limit::Default => SCRIPT_WITHIN,
        }
    }

    /// What to say about a script that took longer.
    fn exceeded(self, script: &Script) -> Trouble {
        let length = duration::show(self.length());
        let message = format!("the script took longer than {length}");
        let diagnostic = Diagnostic::at(&script.place, message);
        match self {
            Limit::Scenario(_) => Trouble::failed(diagnostic),
            Limit::Default => Trouble::broken(diagnostic.help("give the step a longer `within`")),
        }
    }
}

/// What a verb needs.
#[derive(Clone)]
struct Verb {
    stage: Rc<RefCell<Stage>>,
    running: Rc<RefCell<Option<Running>>>,
}

impl Scripts {
    pub(crate) fn new(stage: &Rc<RefCell<Stage>>) -> Scripts {
        let running = Rc::new(RefCell::new(None));
        let mut engine = Engine::new();
        restrict(&mut engine);
        let verb = Verb { stage: Rc::clone(stage), running: Rc::clone(&running) };
        register(&mut engine, &verb);
        engine.set_module_resolver(Resolver::new(move || verb.imports()));
        Scripts { engine, stage: Rc::clone(stage), running }
    }

    /// Runs a script; what it sets in `vars` is there for later steps.
    pub(crate) fn run(&self, script: &Script, bounds: &Bounds) -> Result<(), Trouble> {
        let mut scope = Scope::new();
        let before;
        {
            let stage = self.stage.borrow();
            push(&mut scope, stage.scope.variables());
            before = stage.scope.changeable();
            let vars: Map = before.iter().map(|(k, v)| (k.into(), to_dynamic(v))).collect();
            scope.push("vars", vars);
            let limit = match &bounds.within {
                Some(within) => Limit::Scenario(stage.scope.length(within)?),
                None => Limit::Default,
            };
            let latest = stage.session.now() + limit.length();
            let running = Running { script: script.clone(), trouble: None, latest, limit };
            *self.running.borrow_mut() = Some(running);
        }
        let ended = self
            .engine
            .compile_with_scope(&scope, &script.text)
            .map_err(|error| Box::new(EvalAltResult::from(error)))
            .and_then(|ast| self.engine.run_ast_with_scope(&mut scope, &ast));
        let over = self.running.borrow_mut().take();
        // Also after trouble: a teardown may need what the script remembered.
        let kept = self.keep(script, &before, scope.get_value::<Map>("vars"));
        if let Some(trouble) = over.and_then(|over| over.trouble) {
            return Err(trouble);
        }
        ended.map_err(|error| explain(script, &error))?;
        kept
    }

    /// Takes over what the script has changed in `vars`; what it has captured meanwhile stays.
    fn keep(&self, script: &Script, before: &Variables, vars: Option<Map>) -> Result<(), Trouble> {
        let refuse = |message: String| Trouble::broken(Diagnostic::at(&script.place, message));
        let Some(vars) = vars else {
            return Err(refuse("`vars` itself cannot be replaced; set `vars.name`".to_owned()));
        };
        let mut stage = self.stage.borrow_mut();
        for (name, value) in vars {
            let value = rhai::serde::from_dynamic::<serde_json::Value>(&value).map_err(|_| {
                refuse(format!("`vars.{name}` cannot be kept: it is no plain value"))
            })?;
            if before.get(name.as_str()) == Some(&value) {
                continue;
            }
            stage.scope.set(&name, value).map_err(|name| {
                refuse(format!("a script cannot change `{name}`: it is fixed for this test"))
            })?;
        }
        Ok(())
    }
}

fn register(engine: &mut Engine, verb: &Verb) {
    let v = verb.clone();
    engine.register_fn("send", move |c: NativeCallContext<'_>, command: &str| {
        v.act(&c, |v, place| v.send(place, command, None))
    });
    let v = verb.clone();
    engine.register_fn("send", move |c: NativeCallContext<'_>, command: &str, answer: &str| {
        v.act(&c, |v, place| v.send(place, command, Some(answer)))
    });
    let v = verb.clone();
    engine.register_fn("expect", move |c: NativeCallContext<'_>, pattern: &str| {
        v.act(&c, |v, place| v.expect(place, pattern, None))
    });
    let v = verb.clone();
    engine.register_fn("expect", move |c: NativeCallContext<'_>, pattern: &str, within: &str| {
        v.act(&c, |v, place| v.expect(place, pattern, Some(within)))
    });
    let v = verb.clone();
    engine.register_fn("wait", move |c: NativeCallContext<'_>, length: &str| {
        v.act(&c, |v, place| {
            let length = read_length(length, place)?.min(v.left());
            v.stage.borrow_mut().wait(length)
        })
    });
    let v = verb.clone();
    engine.register_fn("log", move |c: NativeCallContext<'_>, text: Dynamic| v.log(&c, &text));
    let v = verb.clone();
    // Otherwise it would be the logarithm.
    engine.register_fn("log", move |c: NativeCallContext<'_>, n: f64| v.log(&c, &n.into()));
    let v = verb.clone();
    engine.register_fn("fail", move |c: NativeCallContext<'_>, text: ImmutableString| {
        v.act(&c, |_, place| -> Result<(), Trouble> {
            Err(Trouble::failed(Diagnostic::at(place, text.to_string())))
        })
    });
    let v = verb.clone();
    engine.register_fn("now", move || v.now_ms());
    // What is printed goes where everything goes.
    let v = verb.clone();
    engine.on_print(move |text| v.stage.borrow_mut().session.record(Event::Logged(text.into())));
    let v = verb.clone();
    engine.on_debug(move |text, _, _| {
        v.stage.borrow_mut().session.record(Event::Logged(text.into()));
    });
    let v = verb.clone();
    engine.on_progress(move |operations| v.stop(operations));
}

impl Verb {
    /// What the script that runs now imports.
    fn imports(&self) -> Imports {
        self.running.borrow().as_ref().map(|it| it.script.imports.clone()).unwrap_or_default()
    }

    /// Does something at the place of the call; its trouble ends the script.
    fn act<T>(
        &self,
        context: &NativeCallContext<'_>,
        does: impl FnOnce(&Verb, &Place) -> Result<T, Trouble>,
    ) -> Fallible<T> {
        let position = context.call_position();
        let running = self.running.borrow().as_ref().map(|running| running.script.clone());
        let script = running.expect("a verb is only called by a running script");
        let module = context.call_source().and_then(|identity| script.module(identity));
        let place = script.locate(position);
        let does = || {
            if let Some(module) = module {
                // By a name that was computed, or by a function of the script: Rhai does not tell
                // which, so the position is of no use.
                let message = format!("`{}` has called a verb", module.source.name);
                let complaint = Diagnostic::at(&script.place, message);
                let remedy = "a module has no verbs: let it return what the script is to do";
                return Err(Trouble::broken(complaint.help(remedy)));
            }
            self.be_in_time()?;
            match does(self, &place) {
                // Cut short by the script's own limit.
                Ok(_) | Err(Trouble::Failed(_)) if self.left().is_zero() => Err(self.exceeded()),
                other => other,
            }
        };
        does().map_err(|trouble| {
            self.end_with(trouble);
            Box::new(EvalAltResult::ErrorTerminated(Dynamic::UNIT, position))
        })
    }

    /// Refuses to go on when the script's time is up.
    fn be_in_time(&self) -> Result<(), Trouble> {
        if self.left().is_zero() { Err(self.exceeded()) } else { Ok(()) }
    }

    /// How much of its time the script has left.
    fn left(&self) -> Duration {
        let now = self.stage.borrow().session.now();
        self.running.borrow().as_ref().map_or(Duration::MAX, |running| running.latest.since(now))
    }

    fn exceeded(&self) -> Trouble {
        match &*self.running.borrow() {
            Some(running) => running.limit.exceeded(&running.script),
            None => Trouble::Interrupted,
        }
    }

    fn log(&self, context: &NativeCallContext<'_>, text: &Dynamic) -> Fallible<()> {
        self.act(context, |v, _| {
            v.stage.borrow_mut().session.record(Event::Logged(text.to_string().into()));
            Ok(())
        })
    }

    fn end_with(&self, trouble: Trouble) {
        if let Some(running) = &mut *self.running.borrow_mut() {
            running.trouble = Some(trouble);
        }
    }

    /// Sends a command; returns the lines of its information response.
    fn send(&self, place: &Place, command: &str, answer: Option<&str>) -> Result<Dynamic, Trouble> {
        if command.contains(['\r', '\n']) {
            return Err(Trouble::broken(Diagnostic::at(place, "a command is one line")));
        }
        let answer = match answer {
            None => Answer::Ok,
            Some("none") => Answer::None,
            Some(text) => Answer::Matching(read_pattern(text, place)?),
        };
        let left = self.left();
        let mut stage = self.stage.borrow_mut();
        let usual = stage.session.profile().answer_within(command);
        let within = (left < usual).then_some(Timing::Fixed(left));
        let bounds = Bounds { within, ..Bounds::default() };
        let first = stage.session.inbox.end();
        let exchange = Exchange { command, answer: &answer, expect: None, bounds: &bounds, place };
        stage.exchange(&exchange)?;
        let lines = stage.session.take_information_from(first);
        Ok(lines.into_iter().map(Dynamic::from).collect::<rhai::Array>().into())
    }

    /// Awaits a line; returns its groups by name, and the line itself as `line`.
    fn expect(
        &self,
        place: &Place,
        pattern: &str,
        within: Option<&str>,
    ) -> Result<Dynamic, Trouble> {
        let pattern = read_pattern(pattern, place)?;
        let groups = pattern.groups.clone();
        let within = within.map(|text| read_length(text, place)).transpose()?;
        let usual = self.stage.borrow().session.profile().expect_within;
        let within = Some(Timing::Fixed(within.unwrap_or(usual).min(self.left())));
        let bounds = Bounds { within, ..Bounds::default() };
        let item = Item {
            pattern,
            bounds: Bounds::default(),
            presence: Presence::Required,
            count: Count::Times(Number::Fixed(1)),
            label: None,
            means: Means::Failed,
        };
        let presence = Presence::Required;
        let expectation = Expectation { items: vec![item], order: Order::AsListed, presence };
        let mut stage = self.stage.borrow_mut();
        if let Some(name) = groups.iter().find(|name| stage.scope.is_fixed(name)) {
            let message = format!("the group `{name}` would overwrite a fixed value");
            let complaint = Diagnostic::at(place, message);
            return Err(Trouble::broken(complaint.help("choose another name for the group")));
        }
        let line = stage.expect(&expectation, &bounds)?;
        let mut map = Map::new();
        for name in groups {
            if let Some(value) = stage.scope.variables().get(&name) {
                map.insert(name.into(), to_dynamic(value));
            }
        }
        let text = line.map(|line| String::from_utf8_lossy(&line.text).into_owned());
        map.insert("line".into(), text.unwrap_or_default().into());
        Ok(map.into())
    }

    /// Milliseconds on the world's clock: differences are meaningful.
    fn now_ms(&self) -> i64 {
        let nanos = self.stage.borrow().session.now().as_nanos();
        i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX)
    }

    /// Ends a script whose time is up, or which somebody interrupts; operations are limited by the
    /// engine itself.
    fn stop(&self, operations: u64) -> Option<Dynamic> {
        if !operations.is_multiple_of(CLOCK_EVERY) {
            return None;
        }
        let interrupted = self.stage.borrow_mut().session.is_interrupted();
        let trouble = if interrupted { Trouble::Interrupted } else { self.be_in_time().err()? };
        self.end_with(trouble);
        Some(Dynamic::UNIT)
    }
}

fn read_length(text: &str, place: &Place) -> Result<Duration, Trouble> {
    duration::parse(text).map_err(|bad| {
        let message = format!("`{text}` is not a duration");
        Trouble::broken(Diagnostic::at(place, message).help(bad.remedy()))
    })
}

fn read_pattern(text: &str, place: &Place) -> Result<Pattern, Trouble> {
    let pattern = Pattern::parse(text, place).map_err(Trouble::broken)?;
    pattern.refuse_vague().map_or(Ok(pattern), |complaint| Err(Trouble::broken(complaint)))
}
