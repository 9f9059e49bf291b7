//! What the values of one measurement with one version of the firmware came to together.

use statrs::statistics::{Data, Max, Min, OrderStatistics};

use crate::history::{Line, Measured};

/// A version, and what was measured with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) firmware: String,
    /// The oldest first.
    pub(super) values: Vec<f64>,
    pub(super) median: f64,
    /// Between these lies the middle half.
    pub(super) quartiles: (f64, f64),
    pub(super) range: (f64, f64),
    /// The bounds of the newest value.
    pub(super) bounds: (Option<f64>, Option<f64>),
    /// Values outside of the bounds that held for them.
    pub(super) outside: usize,
    /// The first and the last run.
    pub(super) runs: (i64, i64),
}

/// Each version by itself, in the order in which they first came.
pub(super) fn by_version(line: &Line) -> Vec<Spread> {
    let mut groups: Vec<(&str, Vec<&Measured>)> = Vec::new();
    for point in line.values.iter().filter(|point| point.value.is_finite()) {
        match groups.iter_mut().find(|(firmware, _)| *firmware == point.firmware) {
            Some((_, points)) => points.push(point),
            None => groups.push((&point.firmware, vec![point])),
        }
    }
    groups.iter().filter_map(|(firmware, points)| spread(firmware, points)).collect()
}

fn spread(firmware: &str, points: &[&Measured]) -> Option<Spread> {
    let (first, last) = (points.first()?, points.last()?);
    let values: Vec<f64> = points.iter().map(|point| point.value).collect();
    let mut data = Data::new(values.clone());
    Some(Spread {
        firmware: firmware.to_owned(),
        median: data.median(),
        quartiles: (data.lower_quartile(), data.upper_quartile()),
        range: (data.min(), data.max()),
        values,
        bounds: (last.at_least, last.at_most),
        outside: points.iter().filter(|point| is_outside(point)).count(),
        runs: (first.run, last.run),
    })
}

fn is_outside(point: &Measured) -> bool {
    point.at_least.is_some_and(|least| point.value < least)
        || point.at_most.is_some_and(|most| point.value > most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_is_summed_up() {
        let point = |run, firmware: &str, value| {
            let (started, rig) = (String::new(), String::new());
            let (firmware, at_least, at_most) = (firmware.to_owned(), None, Some(9.0));
            Measured { run, started, rig, firmware, value, at_least, at_most }
        };
        let values = vec![
            point(1, "B", 4.0),
            point(2, "A", 5.0),
            point(3, "B", f64::NAN),
            point(3, "B", 6.0),
            point(4, "B", 11.0),
        ];
        let all = by_version(&Line {
            scenario: String::new(),
            kind: String::new(),
            name: String::new(),
            unit: String::new(),
            values,
        });
        let told: Vec<_> = all
            .iter()
            .map(|one| (one.firmware.as_str(), one.median, one.range, one.outside, one.runs))
            .collect();
        let expected = [("B", 6.0, (4.0, 11.0), 1, (1, 4)), ("A", 5.0, (5.0, 5.0), 0, (2, 2))];
        assert_eq!(told, expected);
        assert!(all[1].quartiles.0.total_cmp(&5.0).is_eq() && all[0].quartiles.1 <= 11.0);
    }
}
