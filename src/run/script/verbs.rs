//! The verbs of scripts: what a script can do to the device, on the same stage as the steps.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::fault::{Means, Trouble};
use crate::journal::{Event, Figure, Grade};
use crate::run::condition::to_dynamic;
use crate::run::measure::number;
use crate::run::script::Running;
use crate::run::stage::{Exchange, Stage};
use crate::scenario::{Answer, Bounds, CALL, Expectation, Imports, Item, Pattern, Timing};
use crate::source::Place;

/// Operations between two looks at the clock.
const CLOCK_EVERY: u64 = 1024;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// What a verb needs.
#[derive(Clone)]
pub(crate) struct Verb {
    pub(crate) stage: Rc<RefCell<Stage>>,
    pub(crate) running: Rc<RefCell<Option<Running>>>,
}

pub(crate) fn register(engine: &mut Engine, verb: &Verb) {
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
    register_roles(engine, verb);
    let v = verb.clone();
    engine.register_fn(
        "measure",
        move |c: NativeCallContext<'_>, name: &str, value: Dynamic, unit: &str| {
            v.act(&c, |v, place| v.measure(place, (name, unit), &value))
        },
    );
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

/// The verbs that call roles of the rig.
fn register_roles(engine: &mut Engine, verb: &Verb) {
    let v = verb.clone();
    engine.register_fn("power", move |c: NativeCallContext<'_>, method: &str| {
        v.act(&c, |v, place| v.call(place, ("power", method), Value::Null))
    });
    let v = verb.clone();
    engine.register_fn(CALL, move |c: NativeCallContext<'_>, role: &str, method: &str| {
        v.act(&c, |v, place| v.call(place, (role, method), Value::Null))
    });
    let v = verb.clone();
    engine.register_fn(
        CALL,
        move |c: NativeCallContext<'_>, role: &str, method: &str, params: Map| {
            v.act(&c, |v, place| {
                let params =
                    rhai::serde::from_dynamic(&Dynamic::from_map(params)).map_err(|_| {
                        let message = "these params cannot be sent: they are no plain values";
                        Trouble::broken(Diagnostic::at(place, message))
                    })?;
                v.call(place, (role, method), params)
            })
        },
    );
}

impl Verb {
    /// What the script that runs now imports.
    pub(crate) fn imports(&self) -> Imports {
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
        let expectation = Expectation::of(Item::once(pattern, Means::Failed));
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

    /// Asks a role for something; returns its answer.
    fn call(
        &self,
        place: &Place,
        (role, method): (&str, &str),
        params: Value,
    ) -> Result<Dynamic, Trouble> {
        let answer = self.stage.borrow_mut().ask(role, method, params);
        let answer = answer.map_err(|trouble| match trouble {
            Trouble::Broken(diagnostic) if diagnostic.excerpt.is_none() => {
                Trouble::broken(diagnostic.marking(place, ""))
            }
            Trouble::Failed(_) | Trouble::Broken(_) | Trouble::Interrupted => trouble,
        })?;
        Ok(to_dynamic(&answer.value))
    }

    /// A figure without bounds: what a script finds wrong it tells by `fail`.
    fn measure(
        &self,
        place: &Place,
        (name, unit): (&str, &str),
        value: &Dynamic,
    ) -> Result<(), Trouble> {
        let value = number(value).ok_or_else(|| {
            let message = format!("`{value}` is no number that can be measured");
            Trouble::broken(Diagnostic::at(place, message))
        })?;
        let (name, unit) = (name.to_owned(), unit.to_owned());
        let (at_least, at_most) = (None, None);
        let figure = Figure { name, value, unit, at_least, at_most, grade: Grade::Within };
        self.stage.borrow_mut().record_figure(figure, place)
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
