//! Rhai scripts: their place in the YAML file, their limits, and the check of their syntax.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::module_resolvers::DummyModuleResolver;
use rhai::{
    AST, Engine, EvalAltResult, OptimizationLevel, ParseError, ParseErrorType, Position, Scope,
    Token,
};

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::scenario::{Imports, Module, modules, syntax};
use crate::source::{Place, Source};
use crate::variables::is_name;
use crate::yaml::locate;

/// A script or a condition as written.
#[derive(Clone, Debug)]
pub struct Script {
    pub text: String,
    pub place: Place,
    /// The modules that it imports; a condition has none.
    pub imports: Imports,
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
    /// Modules that are imported, one by the other as well.
    pub modules: usize,
}

pub const LIMITS: Limits = Limits {
    operations: 2_000_000,
    call_levels: 32,
    expression_depth: 64,
    string_bytes: 1 << 16,
    array_items: 1_000,
    map_entries: 1_000,
    modules: 50,
};

/// The functions that a scenario's scripts have beside Rhai's own.
pub const VERBS: [&str; 9] =
    ["send", "expect", "wait", "log", "fail", "now", "power", "call", "measure"];

/// The verb `call` as the engine sees it.
pub const CALL: &str = "call of a role";

/// Sets the limits on an engine, and lets `package` be an ordinary name: Rhai reserves the word,
/// but it is what our users call the thing under test.
#[expect(deprecated, reason = "marked so by Rhai only because the call may change")]
pub fn restrict(engine: &mut Engine) {
    let of_a_value = Cell::new(false);
    engine.on_parse_token(move |token, _, _| {
        let of_a_value = of_a_value.replace(matches!(token, Token::Period | Token::Elvis));
        match token {
            Token::Reserved(word) if *word == "package" => Token::Identifier(word),
            // Rhai's own `call(f, x)` calls a function that is a value, as `f.call(x)` does.
            Token::Reserved(word) | Token::Identifier(word) if *word == "call" && !of_a_value => {
                Token::Identifier(Box::new(CALL.into()))
            }
            other => other,
        }
    });
    // No file, no clock, no output of its own: a scenario's verbs are what it has.
    engine.set_module_resolver(DummyModuleResolver::new());
    engine.disable_symbol("eval");
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
        .set_max_modules(LIMITS.modules)
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

/// A script wants to change what stays as it is.
pub(crate) fn fixed_for_test(name: &str, place: &Place) -> Diagnostic {
    let message = format!("a script cannot change `{name}`: it is fixed for this test");
    Diagnostic::at(place, message).help("remember it under another name in `vars`")
}

impl Script {
    pub fn new(text: String, place: Place) -> Script {
        Script { text, place, imports: Imports::new() }
    }

    /// The module of this identity, among those that it imports and those that they import.
    pub fn module(&self, identity: &str) -> Option<Arc<Module>> {
        modules::find(&self.imports, identity)
    }

    /// Its syntax tree, whatever its names stand for; nothing when it has mistakes, or no imports.
    pub(crate) fn parse(&self) -> Option<AST> {
        if !self.text.contains("import") {
            return None;
        }
        let mut engine = Engine::new_raw();
        restrict(&mut engine);
        engine.set_strict_variables(false).set_optimization_level(OptimizationLevel::None);
        engine.compile(&self.text).ok()
    }

    /// Compiles the script with the names that are known at its step, and complains of the first
    /// mistake at its own line in the YAML file.
    pub(crate) fn compile(
        &self,
        known: &BTreeSet<String>,
        purpose: Purpose,
    ) -> Result<AST, Diagnostic> {
        let mut engine = Engine::new_raw();
        restrict(&mut engine);
        // Its names have no values here: what stands behind a condition must not be dropped.
        engine.set_optimization_level(OptimizationLevel::None);
        engine.disable_symbol("export");
        let mut scope = Scope::new();
        for name in self.words().filter(|word| known.contains(*word)) {
            scope.push_constant(name, ());
        }
        match purpose {
            Purpose::Step => drop(scope.push("vars", rhai::Map::new())),
            Purpose::Condition => drop(engine.disable_symbol("import")),
        }
        let compiled = engine.compile_with_scope(&scope, &self.text);
        compiled.map_err(|error| self.explain(&error, known))
    }

    /// Calls of functions that a module does not have.
    pub(crate) fn wrong_calls(&self, compiled: &AST) -> Vec<Diagnostic> {
        let imports = syntax::imports(compiled);
        let mut wrong = Vec::new();
        for call in syntax::module_calls(compiled) {
            let import = imports.iter().find(|it| it.alias.as_ref() == Some(&call.module));
            let name = import.and_then(|import| import.name.as_ref());
            let module = name.and_then(|name| Some((name, self.imports.get(name)?)));
            let Some((name, module)) = module else { continue };
            let place = self.locate(call.at);
            wrong.extend(module.refuse(name, (&call.function, call.arguments), &place));
        }
        wrong
    }

    /// Whatever could be a name in it.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let between = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        self.text.split(between).filter(|word| is_name(word))
    }

    fn explain(&self, error: &ParseError, known: &BTreeSet<String>) -> Diagnostic {
        let place = self.locate(error.position());
        if let ParseErrorType::VariableUndefined(name) = error.err_type() {
            let remedy = did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| {
                "variables come from `vars`, `params`, arguments and named groups of earlier steps"
                    .to_owned()
            });
            return Diagnostic::at(&place, format!("unknown variable `{name}` in the script"))
                .help(remedy);
        }
        let complaint =
            Diagnostic::at(&place, format!("the script is not valid: {}", error.err_type()));
        match error.err_type() {
            ParseErrorType::Reserved(word) if word == "import" => {
                Diagnostic::at(&place, "a condition imports nothing")
                    .help("compute it in a `script` before, and keep what comes of it in `vars`")
            }
            ParseErrorType::ModuleUndefined(name) => {
                complaint.help(format!("begin the script with `import \"…\" as {name};`"))
            }
            _ => complaint,
        }
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
        let length = marked(&found.source.text[start..]);
        Place::new(&found.source, start..found.range.end.max(start + length))
    }
}

/// How much is marked of a text that a position points at: a word, a text in quotes, or a
/// character.
pub(crate) fn marked(rest: &str) -> usize {
    let line = rest.lines().next().unwrap_or("");
    if let Some(end) = line.strip_prefix('"').and_then(|text| text.find('"')) {
        return end + 2;
    }
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    word.max(rest.chars().next().map_or(0, char::len_utf8))
}
