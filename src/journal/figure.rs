//! A figure that a scenario has measured, and how it lies between its bounds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A figure of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    /// Empty for a plain number.
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    pub grade: Grade,
}

/// How a figure lies between its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Within,
    /// Within, but nearer to a bound than the scenario likes.
    Marginal,
    Outside,
}

impl Figure {
    /// The value with its unit. Thousandths are enough for people, unless they hide on which side
    /// of a bound it lies, or are all that there is of it.
    pub fn shown(&self) -> String {
        let rounded = (self.value * 1_000.0).round() / 1_000.0;
        let hides = |bound: f64| self.value.total_cmp(&bound) != rounded.total_cmp(&bound);
        let is_small = (rounded - self.value).abs() > self.value.abs() / 1_000.0;
        let is_hidden = is_small || [self.at_least, self.at_most].into_iter().flatten().any(hides);
        self.with_unit(if is_hidden { self.value } else { rounded })
    }

    /// `at least 1 s, at most 30 s`, as written; nothing when it has no bounds.
    pub fn bounds(&self) -> Option<String> {
        let least = self.at_least.map(|least| format!("at least {}", self.with_unit(least)));
        let most = self.at_most.map(|most| format!("at most {}", self.with_unit(most)));
        let both: Vec<String> = [least, most].into_iter().flatten().collect();
        (!both.is_empty()).then(|| both.join(", "))
    }

    fn with_unit(&self, number: f64) -> String {
        format!("{number} {}", self.unit).trim_end().to_owned()
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.name, self.shown())?;
        match self.bounds() {
            Some(bounds) => write!(f, " ({bounds})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_for_people() {
        let mut figure = Figure {
            name: "boot".to_owned(),
            value: 5.084_786_27,
            unit: "s".to_owned(),
            at_least: None,
            at_most: Some(30.0),
            grade: Grade::Within,
        };
        assert_eq!(figure.to_string(), "boot is 5.085 s (at most 30 s)");
        (figure.unit, figure.at_most) = (String::new(), None);
        assert_eq!(figure.to_string(), "boot is 5.085");
        (figure.value, figure.at_most) = (30.000_4, Some(30.0));
        assert_eq!(figure.to_string(), "boot is 30.0004 (at most 30)");
        (figure.value, figure.at_least) = (0.000_05, Some(0.000_1));
        assert_eq!(figure.to_string(), "boot is 0.00005 (at least 0.0001, at most 30)");
    }
}
