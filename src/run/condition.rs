//! Evaluates conditions: the Rhai expressions of `when` and `until`.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, Dynamic, Engine, EvalAltResult, OptimizationLevel, ParseErrorType, Scope};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::fault::Trouble;
use crate::run::scope::unset;
use crate::run::whereabouts::whereabouts;
use crate::scenario::{CALL, LIMITS, Script, VERBS, restrict};
use crate::variables::{Variables, is_name};

/// Evaluates conditions, compiling each once.
#[derive(Default)]
pub(crate) struct Conditions {
    engine: Option<Engine>,
    compiled: BTreeMap<String, AST>,
}

impl Conditions {
    /// Whether the condition holds for these variables.
    pub(crate) fn holds(
        &mut self,
        condition: &Script,
        variables: &Variables,
    ) -> Result<bool, Trouble> {
        let value = self.value(condition, variables)?;
        value.as_bool().map_err(|_| {
            let message = format!("the condition is `{value}`, not true or false");
            Trouble::broken(Diagnostic::at(&condition.place, message))
        })
    }

    /// What an expression comes to with these variables.
    pub(crate) fn value(
        &mut self,
        condition: &Script,
        variables: &Variables,
    ) -> Result<Dynamic, Trouble> {
        let engine = self.engine.get_or_insert_with(|| {
            let mut engine = Engine::new();
            restrict(&mut engine);
            // A condition is compiled once and asked often: today's values must not be folded in.
            engine.set_optimization_level(OptimizationLevel::None);
            engine
        });
        let mut scope = Scope::new();
        push(&mut scope, condition, variables);
        if !self.compiled.contains_key(&condition.text) {
            let ast = engine
                .compile_with_scope(&scope, &condition.text)
                .map_err(|error| explain(condition, &error.into()))?;
            self.compiled.insert(condition.text.clone(), ast);
        }
        let ast = &self.compiled[&condition.text];
        engine.eval_ast_with_scope(&mut scope, ast).map_err(|e| explain(condition, &e))
    }
}

/// Variables as constants: a script looks at them, and changes `vars` only. Those that it does not
/// name are left out: a folder of packages is large, and a script cannot reach them otherwise.
pub(crate) fn push(scope: &mut Scope<'_>, script: &Script, variables: &Variables) {
    let words: BTreeSet<&str> = script.words().collect();
    for (name, value) in variables.iter().filter(|(name, _)| words.contains(name.as_str())) {
        scope.push_constant_dynamic(name.clone(), to_dynamic(value));
    }
}

pub(crate) fn to_dynamic(value: &Value) -> Dynamic {
    rhai::serde::to_dynamic(value).unwrap_or(Dynamic::UNIT)
}

/// A script's error, drawn at its own line in the YAML file. It is the scenario's fault: nothing
/// is known about the device.
pub(crate) fn explain(script: &Script, error: &EvalAltResult) -> Trouble {
    let inner = innermost(error);
    let (place, ways) = whereabouts(script, error);
    if let EvalAltResult::ErrorParsing(ParseErrorType::VariableUndefined(name), _) = inner {
        return unset(name, &place);
    }
    let mut text = inner.to_string();
    if let Some(at) = text.rfind(" (line ") {
        text.truncate(at);
    }
    if let EvalAltResult::ErrorFunctionNotFound(signature, _) = inner {
        text = format!("there is no `{}`", in_plain_words(signature));
    }
    let text = text.strip_prefix("Runtime error: ").unwrap_or(&text);
    let mut diagnostic = Diagnostic::at(&place, format!("script error: {text}"));
    diagnostic.notes = ways;
    Trouble::broken(match inner {
        EvalAltResult::ErrorTooManyOperations(_) => {
            diagnostic.help("the script does not end, or computes more than a test should")
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            let levels = LIMITS.call_levels;
            diagnostic.help(format!("functions may call each other {levels} deep"))
        }
        EvalAltResult::ErrorDataTooLarge(..) => {
            let (text, items) = (LIMITS.string_bytes >> 10, LIMITS.array_items);
            diagnostic.help(format!("at most {text} KiB of text, and {items} items in a list"))
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => diagnostic.help(usage(signature)),
        _ => diagnostic,
    })
}

/// How to call what was called wrongly.
fn usage(signature: &str) -> String {
    let name = signature.split(" (").next().unwrap_or_default();
    match name {
        "send" => "for example `send(\"AT\")`, or `send(\"AT\", \"^ERROR$\")`".to_owned(),
        "expect" => "for example `expect(\"^OK$\")`, or `expect(\"^OK$\", \"5s\")`".to_owned(),
        "wait" => "for example `wait(\"5s\")`".to_owned(),
        "power" => "for example `power(\"off\")`".to_owned(),
        CALL => "for example `call(\"network\", \"set\", #{ nat: \"5s\" })`".to_owned(),
        "measure" => "for example `measure(\"blocks\", 17, \"\")`".to_owned(),
        "fail" => "for example `fail(\"too many\")`".to_owned(),
        name if is_name(name) => did_you_mean(name, VERBS)
            .unwrap_or_else(|| format!("the verbs of a scenario are {}", either(VERBS))),
        _ => "`x.parse_int()` makes a number of a text, `x.to_string()` a text".to_owned(),
    }
}

/// `- (i64, &str | ImmutableString | String)` is `- (number, text)` for a person.
fn in_plain_words(signature: &str) -> String {
    let words = [("&str | ImmutableString | String", "text"), ("i64", "number")];
    words.iter().fold(signature.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The error itself, out of the calls that it came through.
pub(crate) fn innermost(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
        | EvalAltResult::ErrorInModule(_, inner, _) => innermost(inner),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, Source};

    #[test]
    fn a_condition_sees_the_values_of_each_time() {
        let source = Source::new("t", "percent == 2");
        let place = Place::new(&source, 0..source.text.len());
        let condition = Script::new(source.text.clone(), place);
        let mut conditions = Conditions::default();
        for (percent, expected) in [(1, false), (2, true), (3, false)] {
            let variables = Variables::from([("percent".to_owned(), Value::from(percent))]);
            assert_eq!(conditions.holds(&condition, &variables).ok(), Some(expected));
        }
    }
}
