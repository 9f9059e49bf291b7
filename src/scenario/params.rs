//! A test for each combination of a scenario's parameters.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::source::Place;
use crate::variables::{Variables, show};
use crate::yaml::Complaints;

/// Tests that one scenario may become: more is a slip, not a wish.
const MAX_TESTS: usize = 10_000;

/// Complains when the combinations are too many.
pub(crate) fn check(params: &[(String, Vec<Value>)], place: &Place, complaints: &mut Complaints) {
    let product = params.iter().try_fold(1_usize, |n, (_, values)| n.checked_mul(values.len()));
    if product.is_none_or(|tests| tests > MAX_TESTS) {
        let sizes: Vec<_> = params.iter().map(|(_, values)| values.len().to_string()).collect();
        let message = format!("the parameters multiply to {} tests", sizes.join(" × "));
        complaints.push(
            Diagnostic::at(place, message)
                .help(format!("a scenario may become {MAX_TESTS} tests at most")),
        );
    }
}

/// Every combination with its name; the last parameter changes fastest. A scenario without
/// parameters has one combination, with an empty name.
pub fn combinations(params: &[(String, Vec<Value>)]) -> Vec<(String, Variables)> {
    let mut all = vec![(String::new(), Variables::new())];
    for (name, values) in params {
        let mut longer = Vec::with_capacity(all.len() * values.len());
        for (title, chosen) in &all {
            for value in values {
                let comma = if title.is_empty() { "" } else { "," };
                let mut chosen = chosen.clone();
                chosen.insert(name.clone(), value.clone());
                longer.push((format!("{title}{comma}{name}={}", show(value)), chosen));
            }
        }
        all = longer;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_multiply_in_order() {
        let params = [
            ("a".to_owned(), vec![Value::from(1), Value::from(2)]),
            ("b".to_owned(), vec![Value::from("x"), Value::from("y")]),
        ];
        let names: Vec<_> = combinations(&params).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a=1,b=x", "a=1,b=y", "a=2,b=x", "a=2,b=y"]);
        assert_eq!(combinations(&[]).len(), 1);
    }
}
