//! Parameters of a scenario, as they are written, and the tests that they become.
//!
//! What is written stays as it is until the tests are made: a draw needs the run's seed, and a
//! list of packages needs the desk. A range is counted without being written out, so that one to
//! a billion is a complaint and not a billion values.

mod read;
mod span;
mod typed;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::scenario::Template;
use crate::source::Place;
use crate::variables::{Variables, show};
use crate::yaml::Complaints;

pub use span::{Span, Unit};
pub use typed::replace;

/// Tests that one scenario may become: more is a slip, not a wish.
const MAX_TESTS: u64 = 10_000;

/// A parameter: a test for each of its values.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: String,
    /// Where its values are written.
    pub place: Place,
    pub values: Values,
}

/// Where the values of a parameter come from.
#[derive(Clone, Debug)]
pub enum Values {
    Listed(Vec<Value>),
    /// `{ from: 0, to: 100, step: 5 }`: both ends included.
    Range {
        span: Span,
        step: u64,
    },
    /// `{ random: 20, from: 0, to: 100 }`: so many different values of the span.
    Random {
        count: u64,
        span: Span,
    },
    /// `${packages.mismatches}`: a list that is known before the run.
    Template(Template),
}

/// What parameters become.
#[derive(Clone, Debug)]
pub enum Expansion {
    /// Every combination with its name; the last parameter changes fastest. Without parameters it
    /// is one, with an empty name.
    Tests(Vec<(String, Variables)>),
    /// A list was empty: there is nothing to run, and this is why.
    Nothing(String),
}

impl Values {
    /// How many values there are; nothing when only the desk knows.
    fn count(&self) -> Option<u64> {
        match self {
            Values::Listed(values) => Some(values.len() as u64),
            Values::Range { span, step } => Some((span.width() / step).saturating_add(1)),
            Values::Random { count, .. } => Some(*count),
            Values::Template(_) => None,
        }
    }

    /// Values that it can have, as far as the file says it: each kind of them once is enough.
    pub(crate) fn examples(&self) -> Option<Vec<Value>> {
        match self {
            Values::Listed(values) => Some(values.clone()),
            Values::Range { span, .. } | Values::Random { span, .. } => Some(vec![span.value(0)]),
            Values::Template(_) => None,
        }
    }
}

/// Complains when the combinations are too many, as far as they are known.
pub(crate) fn check(params: &[Param], place: &Place, complaints: &mut Complaints) {
    complaints.extend(too_many(&counts(params), place));
}

/// How many combinations there are, as far as the file says it.
pub fn count(params: &[Param]) -> u64 {
    counts(params).into_iter().fold(1, u64::saturating_mul)
}

fn counts(params: &[Param]) -> Vec<u64> {
    params.iter().filter_map(|param| param.values.count()).collect()
}

fn too_many(counts: &[u64], place: &Place) -> Option<Diagnostic> {
    let product = counts.iter().try_fold(1_u64, |n, count| n.checked_mul(*count));
    if product.is_some_and(|tests| tests <= MAX_TESTS) {
        return None;
    }
    let sizes: Vec<_> = counts.iter().map(u64::to_string).collect();
    let message = format!("the parameters multiply to {} tests", sizes.join(" × "));
    let remedy = format!("a scenario may become {MAX_TESTS} tests at most");
    Some(Diagnostic::at(place, message).help(remedy))
}

/// The tests that parameters become. `fixed` holds what is known before the run; `seed` gives each
/// parameter, by its name, the seed of its draw.
pub fn expand(
    params: &[Param],
    fixed: &Variables,
    seed: impl Fn(&str) -> u64,
) -> Result<Expansion, Diagnostic> {
    let mut lists = Vec::with_capacity(params.len());
    for param in params {
        let values = match &param.values {
            Values::Listed(values) => values.clone(),
            Values::Range { span, step } => span.stepped(*step),
            Values::Random { count, span } => span.drawn(*count, seed(&param.name)),
            Values::Template(template) => {
                let values = listed(template, fixed)?;
                if values.is_empty() {
                    let (name, list) = (&param.name, &template.text);
                    let reason = format!("the parameter `{name}` has no values: `{list}` is empty");
                    return Ok(Expansion::Nothing(reason));
                }
                values
            }
        };
        lists.push((param.name.as_str(), values));
    }
    let counts: Vec<u64> = lists.iter().map(|(_, values)| values.len() as u64).collect();
    // Only a list that the desk has made can be too long now.
    let asked = params.iter().find(|param| param.values.count().is_none());
    match asked.and_then(|param| too_many(&counts, &param.place)) {
        Some(complaint) => Err(complaint),
        None => Ok(Expansion::Tests(combinations(&lists))),
    }
}

/// The list that a template stands for.
fn listed(template: &Template, fixed: &Variables) -> Result<Vec<Value>, Diagnostic> {
    let remedy = "a parameter takes a list that is known before the run";
    match template.value(fixed) {
        Ok(Value::Array(values)) => Ok(values),
        Ok(_) => {
            let message = format!("`{}` is no list", template.text);
            Err(Diagnostic::at(&template.place, message).help(remedy))
        }
        Err(name) => {
            let message = format!("`{name}` has no value before the run");
            Err(Diagnostic::at(&template.place, message).help(remedy))
        }
    }
}

fn combinations(lists: &[(&str, Vec<Value>)]) -> Vec<(String, Variables)> {
    let mut all = vec![(String::new(), Variables::new())];
    for (name, values) in lists {
        let named: Vec<_> = titles(values).into_iter().zip(values).collect();
        let mut longer = Vec::with_capacity(all.len() * values.len());
        for (before, chosen) in &all {
            for (title, value) in &named {
                let comma = if before.is_empty() { "" } else { "," };
                let mut chosen = chosen.clone();
                chosen.insert((*name).to_owned(), (*value).clone());
                longer.push((format!("{before}{comma}{name}={title}"), chosen));
            }
        }
        all = longer;
    }
    all
}

/// What each value is called in a test's id: a mapping by its `name`, or else by its number, from
/// 1. Of two that would have one title the later one gets its number as well.
fn titles(values: &[Value]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let titled = |(index, value): (usize, &Value)| {
        let number = index + 1;
        let title = match value {
            Value::Object(fields) => fields.get("name").map_or(number.to_string(), show),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => show(value),
        };
        let mut unique = title.clone();
        let mut number = number;
        while !taken.insert(unique.clone()) {
            unique = format!("{title}-{number}");
            number += 1;
        }
        unique
    };
    values.iter().enumerate().map(titled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use serde_json::json;

    fn param(name: &str, values: Values) -> Param {
        let source = Source::new("t", "x");
        Param { name: name.to_owned(), place: Place::new(&source, 0..1), values }
    }

    fn names(params: &[Param], fixed: &Variables) -> Vec<String> {
        match expand(params, fixed, |_| 1) {
            Ok(Expansion::Tests(tests)) => tests.into_iter().map(|(name, _)| name).collect(),
            Ok(Expansion::Nothing(reason)) => vec![reason],
            Err(complaint) => vec![complaint.message],
        }
    }

    #[test]
    fn combinations_multiply_in_order() {
        let params = [
            param("a", Values::Listed(vec![1.into(), 2.into()])),
            param("b", Values::Listed(vec!["x".into(), "y".into()])),
        ];
        let none = Variables::new();
        assert_eq!(names(&params, &none), ["a=1,b=x", "a=1,b=y", "a=2,b=x", "a=2,b=y"]);
        assert_eq!(names(&[], &none), [""]);
    }

    #[test]
    fn a_list_of_the_desk_is_titled_by_its_names() {
        let source = Source::new("t", "${packages.all}");
        let place = Place::new(&source, 0..source.text.len());
        let template = Template::parse(&source.text, place).unwrap();
        let params = [param("hop", Values::Template(template))];
        let fixed = |all: Value| Variables::from([("packages".to_owned(), json!({ "all": all }))]);
        let all = json!([{ "name": "up" }, { "name": "up" }, { "firmware": "1" }, "down"]);
        assert_eq!(names(&params, &fixed(all)), ["hop=up", "hop=up-2", "hop=3", "hop=down"]);
        assert!(names(&params, &fixed(json!([])))[0].contains("has no values"));
        assert!(names(&params, &fixed(json!(7)))[0].contains("is no list"));
        assert!(names(&params, &Variables::new())[0].contains("no value before"));
        let many: Vec<Value> = (0..=MAX_TESTS).map(Value::from).collect();
        assert!(names(&params, &fixed(many.into()))[0].contains("multiply to 10001 tests"));
    }
}
