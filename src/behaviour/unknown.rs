//! A name or value that no behaviour has: the facts, and the one wording for them.

use std::fmt;

use crate::behaviour::{Defect, Noise, SWITCHES, SwitchWords};
use crate::diagnostic::{did_you_mean, either};

/// What was written that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    Switch(String),
    /// A switch that there is, with a value that it has not.
    Value {
        switch: &'static SwitchWords,
        value: String,
    },
    Defect(String),
    Noise(String),
}

impl Unknown {
    /// For a switch that could not be set.
    pub(super) fn of_switch(name: &str, value: &str) -> Unknown {
        match SWITCHES.iter().find(|switch| switch.name == name) {
            Some(switch) => Unknown::Value { switch, value: value.to_owned() },
            None => Unknown::Switch(name.to_owned()),
        }
    }

    /// What to write instead: all that is possible where that is little, else the nearest.
    pub fn remedy(&self) -> String {
        let near = |name: &str, known: &mut dyn Iterator<Item = &'static str>, what: &str| {
            did_you_mean(name, known)
                .unwrap_or_else(|| format!("`fotarig simulate --list` shows each {what}"))
        };
        match self {
            Unknown::Switch(name) => {
                near(name, &mut SWITCHES.iter().map(|switch| switch.name), "switch")
            }
            Unknown::Value { switch, .. } => {
                format!("it is {}", either(switch.values.iter().copied()))
            }
            Unknown::Defect(name) => {
                near(name, &mut Defect::ALL.iter().map(|defect| defect.name()), "defect")
            }
            Unknown::Noise(_) => format!("it is {}", either(Noise::WORDS.map(|(word, _)| word))),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Switch(name) => write!(f, "there is no switch `{name}`"),
            Unknown::Value { switch, value } if value.is_empty() => {
                write!(f, "`{}` needs a value", switch.name)
            }
            Unknown::Value { switch, value } => write!(f, "`{}` cannot be `{value}`", switch.name),
            Unknown::Defect(name) => write!(f, "there is no defect `{name}`"),
            Unknown::Noise(level) => write!(f, "noise cannot be `{level}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_worded_with_its_remedy() {
        for (unknown, words) in [
            (Unknown::of_switch("progres", "x"), "there is no switch `progres`; did you mean"),
            (Unknown::of_switch("xyzzy", "x"), "there is no switch `xyzzy`; `fotarig simulate"),
            (Unknown::of_switch("wdsd", "x"), "`wdsd` cannot be `x`; it is `present` or `absent`"),
            (Unknown::of_switch("wdsd", ""), "`wdsd` needs a value; it is `present` or"),
            (Unknown::Defect("brik".to_owned()), "there is no defect `brik`; did you mean `brick`"),
            (Unknown::Noise("loud".to_owned()), "noise cannot be `loud`; it is `"),
        ] {
            let text = format!("{unknown}; {}", unknown.remedy());
            assert!(text.starts_with(words), "{text}");
        }
    }
}
