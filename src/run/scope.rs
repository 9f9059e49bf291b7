//! The variables and labels of a running test, and what templates become with them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::fault::Trouble;
use crate::moment::Moment;
use crate::scenario::{
    Amount, Data, Fragment, Label, NotReady, Number, Part, Pattern, Ready, Template, Timing,
};
use crate::source::Place;
use crate::variables::{Variables, captured};

/// What names stand for, at this point of the test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    variables: Variables,
    /// Names that nothing may overwrite.
    fixed: Vec<String>,
    labels: BTreeMap<String, Moment>,
}

impl Scope {
    /// `fixed` are `package`, `rig` and the parameters; `vars` the scenario's own.
    pub(crate) fn new(fixed: Variables, vars: &Variables) -> Scope {
        let names = fixed.keys().cloned().collect();
        let mut variables = vars.clone();
        variables.extend(fixed);
        Scope { variables, fixed: names, labels: BTreeMap::new() }
    }

    pub(crate) fn variables(&self) -> &Variables {
        &self.variables
    }

    /// The variables that a script may change.
    pub(crate) fn changeable(&self) -> Variables {
        let free = |(name, _): &(&String, &Value)| !self.is_fixed(name);
        self.variables.iter().filter(free).map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Sets what a script has set; the error is the name of a fixed one.
    pub(crate) fn set(&mut self, name: &str, value: Value) -> Result<(), String> {
        if self.is_fixed(name) {
            return Err(name.to_owned());
        }
        self.variables.insert(name.to_owned(), value);
        Ok(())
    }

    /// Whether a name stands for the same value throughout the test.
    pub(crate) fn is_fixed(&self, name: &str) -> bool {
        self.fixed.iter().any(|fixed| fixed == name)
    }

    /// Named groups of a matched line become variables.
    pub(crate) fn capture(&mut self, pattern: &Ready, line: &[u8]) {
        let Some(captures) = pattern.regex.captures(line) else { return };
        for name in pattern.regex.capture_names().flatten() {
            if let Some(group) = captures.name(name) {
                let text = String::from_utf8_lossy(group.as_bytes());
                self.variables.insert(name.to_owned(), captured(&text));
            }
        }
    }

    pub(crate) fn mark(&mut self, label: &Label, at: Moment) {
        self.labels.insert(label.name.clone(), at);
    }

    /// The moment of a label; one that was left out has set none.
    pub(crate) fn moment(&self, label: &Label) -> Result<Moment, Trouble> {
        let known = self.labels.get(&label.name).copied();
        known.ok_or_else(|| {
            let message = format!("the label `{}` has no moment yet", label.name);
            let why = "the step or line with this label was optional, or left out by `when`";
            Trouble::broken(Diagnostic::at(&label.place, message).note(why))
        })
    }

    pub(crate) fn text(&self, template: &Template) -> Result<String, Trouble> {
        template.fill(&self.variables).map_err(|name| unset(&name, &template.place))
    }

    pub(crate) fn pattern(&self, pattern: &Pattern) -> Result<Ready, Trouble> {
        pattern.ready(&self.variables).map_err(|why| match why {
            NotReady::Unset(name) => unset(&name, pattern.place()),
            NotReady::TooLarge => {
                let message = "the values of its variables make this pattern too large";
                Trouble::broken(Diagnostic::at(pattern.place(), message))
            }
        })
    }

    pub(crate) fn length(&self, timing: &Timing) -> Result<Duration, Trouble> {
        let template = match timing {
            Timing::Fixed(length) => return Ok(*length),
            Timing::Computed(template) => template,
        };
        let text = self.text(template)?;
        duration::parse(&text).map_err(|bad| {
            let message = format!("`{text}` is not a duration");
            Trouble::broken(Diagnostic::at(&template.place, message).help(bad.remedy()))
        })
    }

    pub(crate) fn data(&self, data: &Data) -> Result<Value, Trouble> {
        data.value(&self.variables).map_err(|(name, place)| unset(&name, &place))
    }

    /// At least 1.
    pub(crate) fn number(&self, number: &Number) -> Result<u64, Trouble> {
        let template = match number {
            Number::Fixed(number) => return Ok(*number),
            Number::Computed(template) => template,
        };
        let text = self.text(template)?;
        text.parse().ok().filter(|number| *number >= 1).ok_or_else(|| {
            let message = format!("`{text}` is not a whole number from 1 up");
            Trouble::broken(Diagnostic::at(&template.place, message))
        })
    }

    pub(crate) fn amount(&self, amount: &Amount) -> Result<Part, Trouble> {
        let template = match amount {
            Amount::Fixed(part) => return Ok(*part),
            Amount::Computed(template) => template,
        };
        let text = self.text(template)?;
        Part::parse(&text).ok_or_else(|| {
            let message = format!("`{text}` is not a part of the file");
            Trouble::broken(Diagnostic::at(&template.place, message).help(Part::REMEDY))
        })
    }

    /// Enters a fragment: its arguments are set, what they hide is returned for [`Scope::leave`].
    pub(crate) fn enter(
        &mut self,
        fragment: &Fragment,
        with: &[(String, Data)],
    ) -> Result<Vec<(String, Option<Value>)>, Trouble> {
        let mut values = Vec::new();
        for argument in &fragment.args {
            let given = with.iter().find(|(name, _)| *name == argument.name);
            let value = match given.map(|(_, data)| data).or(argument.default.as_ref()) {
                Some(data) => self.data(data)?,
                None => Value::Null,
            };
            values.push((argument.name.clone(), value));
        }
        let hide = |(name, value): (String, Value)| {
            let hidden = self.variables.insert(name.clone(), value);
            (name, hidden)
        };
        Ok(values.into_iter().map(hide).collect())
    }

    /// Leaves a fragment: what its arguments had hidden is back.
    pub(crate) fn leave(&mut self, hidden: Vec<(String, Option<Value>)>) {
        for (name, value) in hidden {
            match value {
                Some(value) => self.variables.insert(name, value),
                None => self.variables.remove(&name),
            };
        }
    }
}

/// A name that the scenario knows, but that was given no value in this test.
pub(crate) fn unset(name: &str, place: &Place) -> Trouble {
    let message = format!("`{name}` has no value yet");
    let why = "the line or step that would have set it was optional, or left out by `when`";
    Trouble::broken(Diagnostic::at(place, message).note(why))
}
