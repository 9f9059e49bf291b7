//! The values that a scenario works with, by name.

use std::collections::BTreeMap;

use serde_json::Value;

/// Variables by name: `vars`, parameters, arguments, named groups, `package` and `rig`.
pub type Variables = BTreeMap<String, Value>;

/// Follows a dotted path: `package.from`.
pub fn look_up<'v>(variables: &'v Variables, path: &[String]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(variables.get(first)?, |value, key| value.get(key))
}

/// A value as text for `${…}`: text as it is, lists separated by commas.
pub fn show(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(","),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// The value of a named group: a whole number when nothing is lost by that, otherwise text.
pub fn captured(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Value::from(number),
        _ => Value::from(text),
    }
}

/// Whether a name can be used in scripts and in `${…}`.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
