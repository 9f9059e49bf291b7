//! Runs scripts: Rhai with the verbs of a scenario, within hard limits.

mod verbs;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use rhai::{Engine, EvalAltResult, Map, Scope};

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::run::condition::{explain, push, to_dynamic};
use crate::run::modules::Resolver;
use crate::run::script::verbs::{Verb, register};
use crate::run::stage::Stage;
use crate::scenario::{Bounds, Script, restrict};
use crate::variables::Variables;

/// How long a script may take on the world's clock when its step sets no `within`.
pub(crate) const SCRIPT_WITHIN: Duration = Duration::from_secs(3600);

/// The engine with its verbs. They act on the same stage as the steps.
pub(crate) struct Scripts {
    engine: Engine,
    stage: Rc<RefCell<Stage>>,
    running: Rc<RefCell<Option<Running>>>,
}

/// The script that runs now.
pub(crate) struct Running {
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
            push(&mut scope, script, stage.scope.variables());
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
