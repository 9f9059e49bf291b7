//! What the tests of a suite have measured, each measurement as one property.

use std::collections::BTreeMap;

use crate::journal::Figure;
use crate::tally::{Kind, Outcome};

/// Distinct measurements of a suite; the shipped suites have sixty.
const MAX_MEASUREMENTS: usize = 200;

/// The values of one measurement.
struct Values {
    all: Vec<f64>,
    /// The first figure, for its unit and bounds.
    first: Figure,
    bounds: Bounds,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bounds {
    /// The same in each test.
    Common,
    /// They follow from parameters.
    Various,
}

/// Names with their values: `latency.+WDSI: 16` is `n=3, min=8.1 s, median=9 s, max=12.5 s, at most
/// 15 s`.
pub(super) fn properties(tests: &[&Outcome]) -> Vec<(String, String)> {
    let mut known: BTreeMap<(Kind, String, String), Values> = BTreeMap::new();
    for measurement in tests.iter().flat_map(|test| test.measurements()) {
        let figure = measurement.figure;
        let key = (measurement.kind, figure.name.clone(), figure.unit.clone());
        let value = figure.value;
        let bounds = (figure.at_least, figure.at_most);
        let values = known.entry(key).or_insert_with(|| Values {
            all: Vec::new(),
            first: figure,
            bounds: Bounds::Common,
        });
        values.all.push(value);
        if (values.first.at_least, values.first.at_most) != bounds {
            values.bounds = Bounds::Various;
        }
    }
    let more = known.len().saturating_sub(MAX_MEASUREMENTS);
    let property = |((kind, title, _), values): ((Kind, String, String), Values)| {
        (format!("{}.{title}", kind.word()), values.shown())
    };
    let mut properties: Vec<(String, String)> =
        known.into_iter().take(MAX_MEASUREMENTS).map(property).collect();
    if more > 0 {
        properties.push(("measurements.more".to_owned(), format!("{more}, in the journal")));
    }
    properties
}

impl Values {
    fn shown(mut self) -> String {
        self.all.sort_by(f64::total_cmp);
        let count = self.all.len();
        let shown = |value: f64| Figure { value, ..self.first.clone() }.shown();
        let bounds = match (self.bounds, self.first.bounds()) {
            (Bounds::Common, Some(bounds)) => format!(", {bounds}"),
            (Bounds::Common, None) => String::new(),
            (Bounds::Various, _) => ", bounds by parameter".to_owned(),
        };
        let median = shown(self.median());
        if count == 1 {
            return format!("n=1, median={median}{bounds}");
        }
        let (least, most) = (shown(self.all[0]), shown(self.all[count - 1]));
        format!("n={count}, min={least}, median={median}, max={most}{bounds}")
    }

    /// Of sorted values; of an even number the mean of the middle two.
    fn median(&self) -> f64 {
        let middle = self.all.len() / 2;
        if self.all.len() % 2 == 1 {
            self.all[middle]
        } else {
            f64::midpoint(self.all[middle - 1], self.all[middle])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Grade;

    fn values(all: &[f64]) -> Values {
        let first = Figure {
            name: "boot".to_owned(),
            value: all[0],
            unit: "s".to_owned(),
            at_least: None,
            at_most: Some(30.0),
            grade: Grade::Within,
        };
        Values { all: all.to_vec(), first, bounds: Bounds::Common }
    }

    #[test]
    fn several_values_are_one_line() {
        let text = values(&[3.0, 1.0, 2.0]).shown();
        assert_eq!(text, "n=3, min=1 s, median=2 s, max=3 s, at most 30 s");
        assert_eq!(values(&[3.0]).shown(), "n=1, median=3 s, at most 30 s");
        let mut even = values(&[4.0, 1.0]);
        even.bounds = Bounds::Various;
        assert_eq!(even.shown(), "n=2, min=1 s, median=2.5 s, max=4 s, bounds by parameter");
    }
}
