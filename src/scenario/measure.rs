//! Figures for the report: a time between two labels or a computed value, with its bounds.

use crate::diagnostic::Diagnostic;
use crate::scenario::{Label, Library, Script, Template};
use crate::yaml::{Entry, Fields, Node, Plain, Scalar, Tree};

/// A figure for the report, with the bounds that decide about it.
#[derive(Clone, Debug)]
pub struct Measure {
    pub name: Template,
    pub what: Measured,
    pub unit: String,
    pub at_least: Option<Figure>,
    pub at_most: Option<Figure>,
    /// So near to a bound, in percent of it, a figure passes and is called marginal.
    pub marginal: Option<f64>,
}

/// Where a figure comes from.
#[derive(Clone, Debug)]
pub enum Measured {
    /// A Rhai expression.
    Value(Script),
    /// The time between two labels.
    Between(Label, Label),
}

/// A number of the scenario, or a Rhai-free template that becomes one.
#[derive(Clone, Debug)]
pub enum Figure {
    Fixed(f64),
    Computed(Template),
}

/// The modifiers that only a measurement has.
pub(crate) struct MeasureKeys<'n> {
    from: Option<&'n Entry>,
    to: Option<&'n Entry>,
    value: Option<&'n Entry>,
    unit: Option<&'n Entry>,
    at_least: Option<&'n Entry>,
    at_most: Option<&'n Entry>,
    marginal: Option<&'n Entry>,
}

impl<'n> MeasureKeys<'n> {
    pub(crate) fn take(fields: &mut Fields<'n>) -> MeasureKeys<'n> {
        MeasureKeys {
            from: fields.take_entry("from"),
            to: fields.take_entry("to"),
            value: fields.take_entry("value"),
            unit: fields.take_entry("unit"),
            at_least: fields.take_entry("at_least"),
            at_most: fields.take_entry("at_most"),
            marginal: fields.take_entry("marginal"),
        }
    }

    /// Those that are there.
    pub(crate) fn given(&self) -> impl Iterator<Item = &'n Entry> {
        let bounds = [self.at_least, self.at_most, self.marginal];
        [self.from, self.to, self.value, self.unit].into_iter().chain(bounds).flatten()
    }
}

impl Library {
    pub(crate) fn measure(&mut self, node: &Node, keys: &MeasureKeys<'_>) -> Option<Measure> {
        let name = self.template(node);
        let what = self.measured(node, keys);
        let unit = keys.unit.and_then(|entry| self.complaints.text(&entry.value));
        if let (Some(Measured::Between(..)), Some(entry)) = (&what, keys.unit)
            && !matches!(unit.as_deref(), Some("s" | "ms"))
        {
            let complaint = Diagnostic::at(&entry.value.place, "a time is measured in `s` or `ms`");
            self.complaints.push(complaint);
        }
        let usual = match what {
            Some(Measured::Between(..)) => "s",
            Some(Measured::Value(_)) | None => "",
        };
        let at_least = keys.at_least.and_then(|entry| self.figure(&entry.value));
        let at_most = keys.at_most.and_then(|entry| self.figure(&entry.value));
        if let (Some(Figure::Fixed(least)), Some(Figure::Fixed(most)), Some(entry)) =
            (&at_least, &at_most, keys.at_least)
            && least > most
        {
            let message = "`at_least` is above `at_most`: no figure can be right";
            let complaint = Diagnostic::at(&entry.value.place, message);
            self.complaints.push(complaint.help("change the two, or leave one out"));
        }
        let marginal = keys.marginal.and_then(|entry| self.band(&entry.value));
        if let (Some(entry), None, None) = (keys.marginal, keys.at_least, keys.at_most) {
            let complaint = Diagnostic::at(&entry.key.place, "`marginal` is about a bound");
            self.complaints.push(complaint.help("add `at_least` or `at_most`"));
        }
        let unit = unit.unwrap_or_else(|| usual.to_owned());
        Some(Measure { name: name?, what: what?, unit, at_least, at_most, marginal })
    }

    fn measured(&mut self, node: &Node, keys: &MeasureKeys<'_>) -> Option<Measured> {
        match (keys.value, keys.from, keys.to) {
            (Some(value), None, None) => self.script(&value.value).map(Measured::Value),
            (None, Some(from), Some(to)) => {
                let (from, to) = (self.label(&from.value), self.label(&to.value));
                Some(Measured::Between(from?, to?))
            }
            (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
                let complaint = Diagnostic::at(&other.key.place, "a value has no labels");
                self.complaints.push(complaint.help("give either `value`, or `from` and `to`"));
                None
            }
            (None, _, _) => {
                let message = "what is measured here?";
                let complaint = Diagnostic::at(&node.place, message);
                let remedy = "give it `from` and `to`, which are labels, or a `value`";
                self.complaints.push(complaint.help(remedy));
                None
            }
        }
    }

    fn figure(&mut self, node: &Node) -> Option<Figure> {
        if node.text().is_some_and(|text| text.contains("${")) {
            return self.template(node).map(Figure::Computed);
        }
        match &node.tree {
            #[expect(clippy::cast_precision_loss, reason = "a bound is a measurement, not a count")]
            Tree::Scalar(Scalar { plain: Plain::Whole(number), .. }) => {
                Some(Figure::Fixed(*number as f64))
            }
            Tree::Scalar(Scalar { plain: Plain::Fraction(number), .. }) => {
                Some(Figure::Fixed(*number))
            }
            Tree::Null | Tree::Scalar(_) | Tree::List(_) | Tree::Map(_) => {
                let message = format!("expected a number in the unit, found {}", node.kind());
                self.complaints.push(Diagnostic::at(&node.place, message));
                None
            }
        }
    }

    /// `10%`.
    fn band(&mut self, node: &Node) -> Option<f64> {
        let percent = node.text().and_then(|text| text.strip_suffix('%'));
        let percent = percent.and_then(|text| text.trim().parse().ok());
        let percent = percent.filter(|percent: &f64| (0.0..=100.0).contains(percent));
        if percent.is_none() {
            let complaint = Diagnostic::at(&node.place, "expected a part of the bound");
            self.complaints.push(complaint.help("for example `10%`"));
        }
        percent
    }
}
