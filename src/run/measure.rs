//! Takes a figure, holds it against its bounds, and writes it down.

use std::time::Duration;

use rhai::Dynamic;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Trouble;
use crate::journal::{Event, Figure, Grade};
use crate::moment::Moment;
use crate::run::stage::Stage;
use crate::scenario::{self, Label, Measure, Measured, Script};
use crate::source::Place;

impl Stage {
    pub(crate) fn measure(&mut self, measure: &Measure, place: &Place) -> Result<(), Trouble> {
        let value = match &measure.what {
            Measured::Value(script) => self.computed(script)?,
            Measured::Between(from, to) => {
                let moments = (self.scope.moment(from)?, self.scope.moment(to)?);
                let length = length((from, moments.0), (to, moments.1))?;
                #[expect(clippy::cast_precision_loss, reason = "a figure of a report")]
                let nanos = length.as_nanos() as f64;
                nanos / if measure.unit == "ms" { 1e6 } else { 1e9 }
            }
        };
        let name = self.scope.text(&measure.name)?;
        let bound = |figure: &Option<scenario::Figure>| {
            figure.as_ref().map(|figure| self.figure(figure)).transpose()
        };
        let (at_least, at_most) = (bound(&measure.at_least)?, bound(&measure.at_most)?);
        let unit = measure.unit.clone();
        let mut figure = Figure { name, value, unit, at_least, at_most, grade: Grade::Within };
        figure.grade = grade(&figure, measure.marginal.unwrap_or(0.0));
        self.record_figure(figure, place)
    }

    /// Writes a figure down; one outside of its bounds is the device's fault.
    pub(crate) fn record_figure(&mut self, figure: Figure, place: &Place) -> Result<(), Trouble> {
        let outcome = match figure.grade {
            Grade::Within | Grade::Marginal => Ok(()),
            Grade::Outside => Err(outside(&figure, place)),
        };
        self.session.record(Event::Measured(figure));
        outcome
    }

    fn computed(&mut self, script: &Script) -> Result<f64, Trouble> {
        let value = self.conditions.value(script, self.scope.variables())?;
        number(&value).ok_or_else(|| {
            let message = format!("`{}` is `{value}`, which is no number", script.text.trim());
            Trouble::broken(Diagnostic::at(&script.place, message))
        })
    }

    fn figure(&self, figure: &scenario::Figure) -> Result<f64, Trouble> {
        let template = match figure {
            scenario::Figure::Fixed(number) => return Ok(*number),
            scenario::Figure::Computed(template) => template,
        };
        let text = self.scope.text(template)?;
        text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| {
            let message = format!("`{text}` is not a number");
            Trouble::broken(Diagnostic::at(&template.place, message))
        })
    }
}

/// What a script computed, if it can be a figure.
pub(crate) fn number(value: &Dynamic) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a figure of a report, not a count")]
    let number = value.as_float().or_else(|_| value.as_int().map(|number| number as f64));
    number.ok().filter(|number: &f64| number.is_finite())
}

/// A time that ends before it begins would be within any upper bound.
fn length(from: (&Label, Moment), to: (&Label, Moment)) -> Result<Duration, Trouble> {
    let ((first, from), (last, to)) = (from, to);
    if to >= from {
        return Ok(to.since(from));
    }
    let message = format!("`{}` was {} before `{}`", last.name, show(from.since(to)), first.name);
    let complaint = Diagnostic::at(&last.place, message);
    Err(Trouble::broken(complaint.help("change `from` and `to`, or see why it came so early")))
}

/// Marginal is what lies so many percent of a bound or less away from it.
fn grade(figure: &Figure, marginal: f64) -> Grade {
    let Figure { value, at_least, at_most, .. } = figure;
    let below = at_least.is_some_and(|least| *value < least);
    if below || at_most.is_some_and(|most| *value > most) {
        return Grade::Outside;
    }
    let near = |bound: f64| (value - bound).abs() <= bound.abs() * marginal / 100.0;
    let bounds = [*at_least, *at_most];
    if marginal > 0.0 && bounds.into_iter().flatten().any(near) {
        Grade::Marginal
    } else {
        Grade::Within
    }
}

fn outside(figure: &Figure, place: &Place) -> Trouble {
    let (name, value) = (&figure.name, figure.with_unit(figure.value));
    let bounds = figure.bounds().unwrap_or_default();
    Trouble::failed(Diagnostic::at(place, format!("{name} is {value}; demanded is {bounds}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_a_bound_is_marginal() {
        let graded = |value| {
            let (name, unit) = (String::new(), String::new());
            let (at_least, at_most) = (Some(10.0), Some(100.0));
            grade(&Figure { name, value, unit, at_least, at_most, grade: Grade::Within }, 10.0)
        };
        assert_eq!(graded(9.9), Grade::Outside);
        assert_eq!(graded(10.5), Grade::Marginal);
        assert_eq!(graded(50.0), Grade::Within);
        assert_eq!(graded(90.0), Grade::Marginal);
        assert_eq!(graded(100.1), Grade::Outside);
    }
}
