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
    /// A number with the unit of this figure: milliseconds of seconds are enough for people.
    pub fn with_unit(&self, number: f64) -> String {
        let rounded = (number * 1_000.0).round() / 1_000.0;
        format!("{rounded} {}", self.unit).trim_end().to_owned()
    }

    /// `at least 1 s, at most 30 s`; nothing when it has no bounds.
    pub fn bounds(&self) -> Option<String> {
        let least = self.at_least.map(|least| format!("at least {}", self.with_unit(least)));
        let most = self.at_most.map(|most| format!("at most {}", self.with_unit(most)));
        let both: Vec<String> = [least, most].into_iter().flatten().collect();
        (!both.is_empty()).then(|| both.join(", "))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.name, self.with_unit(self.value))?;
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
    }
}
