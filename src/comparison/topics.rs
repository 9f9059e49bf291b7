//! Where measurements are looked for: by scenario, rig and name, over the tests of a run.

use std::collections::BTreeMap;

use crate::fault::Verdict;
use crate::history::Record;

/// A scenario's measurement on one rig: where it is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    pub(super) scenario: String,
    pub(super) rig: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) unit: String,
}

/// The values of a run, for each topic by test and by how often the name came there.
pub(super) type Values = BTreeMap<Topic, BTreeMap<(String, String), f64>>;

/// Only tests with a verdict about the module have measurements that count.
pub(super) fn values(record: &Record) -> Values {
    let mut values = Values::new();
    for test in &record.tests {
        if !matches!(test.verdict, Some(Verdict::Passed | Verdict::Failed)) {
            continue;
        }
        for sample in &test.samples {
            let (name, times) = parts(&sample.name);
            let topic = Topic {
                scenario: test.scenario.clone(),
                rig: test.rig.clone(),
                kind: sample.kind.clone(),
                name: name.to_owned(),
                unit: sample.unit.clone(),
            };
            let key = (test.id.clone(), times.to_owned());
            values.entry(topic).or_default().insert(key, sample.value);
        }
    }
    values
}

/// A name without the number that tells it from the same one before it in its test.
fn parts(name: &str) -> (&str, &str) {
    match name.rsplit_once(" #") {
        Some((plain, times)) if times.parse::<u32>().is_ok() => (plain, times),
        Some(_) | None => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_name_is_no_part_of_it() {
        assert_eq!(parts("login time #12"), ("login time", "12"));
        assert_eq!(parts("login time"), ("login time", ""));
        assert_eq!(parts("call #emergency"), ("call #emergency", ""));
    }
}
