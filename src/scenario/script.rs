//! Rhai scripts: their place in the YAML file, their limits, and the check of their syntax.

use std::collections::BTreeSet;

use rhai::module_resolvers::DummyModuleResolver;
use rhai::{Engine, EvalAltResult, ParseError, Position, Scope, Token};

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::locate;

/// A script or a condition as written.
#[derive(Clone, Debug)]
pub struct Script {
    pub text: String,
    pub place: Place,
}

/// What a script may use up; all of it is far more than a scenario needs.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Operations: under a second of computing, so that an endless loop ends soon.
    pub operations: u64,
    /// Calls inside calls.
    pub call_levels: usize,
    /// Nesting of expressions.
    pub expression_depth: usize,
    /// Bytes in a string.
    pub string_bytes: usize,
    /// Elements of an array.
    pub array_items: usize,
    /// Entries of a map.
    pub map_entries: usize,
}

pub const LIMITS: Limits = Limits {
    operations: 2_000_000,
    call_levels: 32,
    expression_depth: 64,
    string_bytes: 1 << 16,
    array_items: 1_000,
    map_entries: 1_000,
};

/// The functions that a scenario's scripts have beside Rhai's own.
pub const VERBS: [&str; 6] = ["send", "expect", "wait", "log", "fail", "now"];

/// Sets the limits on an engine, and lets `package` be an ordinary name: Rhai reserves the word,
/// but it is what our users call the thing under test.
#[expect(deprecated, reason = "marked so by Rhai only because the call may change")]
pub fn restrict(engine: &mut Engine) {
    engine.on_parse_token(|token, _, _| match token {
        Token::Reserved(word) if *word == "package" => Token::Identifier(word),
        other => other,
    });
    // No file, no clock, no output of its own: a scenario's verbs are what it has.
    engine.set_module_resolver(DummyModuleResolver::new());
    engine.disable_symbol("import").disable_symbol("export").disable_symbol("eval");
    engine.on_print(|_| {}).on_debug(|_, _, _| {});
    engine.register_fn("sleep", |_: i64| refuse("write `wait(\"2s\")`: it watches the device"));
    engine.register_fn("sleep", |_: f64| refuse("write `wait(\"2s\")`: it watches the device"));
    engine.register_fn("timestamp", || refuse("write `now()`: milliseconds on the module's clock"));
    engine
        .set_max_operations(LIMITS.operations)
        .set_max_call_levels(LIMITS.call_levels)
        .set_max_expr_depths(LIMITS.expression_depth, LIMITS.expression_depth)
        .set_max_string_size(LIMITS.string_bytes)
        .set_max_array_size(LIMITS.array_items)
        .set_max_map_size(LIMITS.map_entries)
        .set_max_variables(1_000)
        .set_max_functions(200)
        .set_strict_variables(true);
}

/// What a script must not use, with what it can use instead.
fn refuse(instead: &str) -> Result<(), Box<EvalAltResult>> {
    Err(format!("not here: {instead}").into())
}

/// What a script is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// An action of a scenario: it may set variables through `vars`.
    Step,
    /// `when` or `until`: it looks at variables, and changes nothing.
    Condition,
}

/// Whether a name has a meaning of its own in scripts, as `if` has, so that no variable can have
/// it. The engine itself is asked: its list of words is longer than anyone remembers.
pub(crate) fn is_word(name: &str) -> bool {
    let mut engine = Engine::new_raw();
    restrict(&mut engine);
    is_name(name) && engine.compile(format!("let {name} = 1; {name}")).is_err()
}

impl Script {
    /// Compiles the script with the names that are known at its step, and complains of the first
    /// mistake at its own line in the YAML file.
    pub(crate) fn check(&self, known: &BTreeSet<String>, purpose: Purpose) -> Option<Diagnostic> {
        let mut engine = Engine::new_raw();
        restrict(&mut engine);
        let mut scope = Scope::new();
        for name in self.words().filter(|word| known.contains(*word)) {
            scope.push_constant(name, ());
        }
        match purpose {
            Purpose::Step => drop(scope.push("vars", rhai::Map::new())),
            Purpose::Condition => {}
        }
        let error = engine.compile_with_scope(&scope, &self.text).err()?;
        Some(self.explain(&error, known))
    }

    /// Whatever could be a name in it.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let between = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        self.text.split(between).filter(|word| is_name(word))
    }

    fn explain(&self, error: &ParseError, known: &BTreeSet<String>) -> Diagnostic {
        let place = self.locate(error.position());
        if let rhai::ParseErrorType::VariableUndefined(name) = error.err_type() {
            let remedy = did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| {
                "variables come from `vars`, `params`, arguments and named groups of earlier steps"
                    .to_owned()
            });
            return Diagnostic::at(&place, format!("unknown variable `{name}` in the script"))
                .help(remedy);
        }
        Diagnostic::at(&place, format!("the script is not valid: {}", error.err_type()))
    }

    /// The place in the YAML file of a position in the script.
    pub fn locate(&self, position: Position) -> Place {
        let Some(line) = position.line() else { return self.place.clone() };
        let text = Source::new("", self.text.as_str());
        let offset = text.offset(line, position.position().unwrap_or(1));
        let Some(found) = locate(&self.place, &self.text, offset) else {
            return self.place.clone();
        };
        let start = found.range.start;
        let rest = &found.source.text[start..];
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let next = rest.chars().next().map_or(0, char::len_utf8);
        Place::new(&found.source, start..found.range.end.max(start + word.max(next)))
    }
}
