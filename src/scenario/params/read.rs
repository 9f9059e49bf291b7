//! Reads `params`: lists, ranges, draws, and lists that are known before the run.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::scenario::Library;
use crate::scenario::params::{Param, Span, Unit, Values, check};
use crate::variables::show;
use crate::yaml::{Fields, Node, Plain, Scalar, Tree};

impl Library {
    pub(crate) fn params(&mut self, node: &Node) -> Vec<Param> {
        let mut params = Vec::new();
        for (name, entry) in self.named(node, "`params`") {
            let written = &entry.value;
            let values = match &written.tree {
                Tree::List(items) if !items.is_empty() => {
                    self.refuse_twice(&name, items);
                    Some(Values::Listed(items.iter().map(Node::to_value).collect()))
                }
                Tree::Map(_) => self.span_of_values(written),
                Tree::Scalar(scalar) if scalar.text.contains("${") => {
                    self.template(written).map(Values::Template)
                }
                Tree::Null | Tree::Scalar(_) | Tree::List(_) => {
                    let message = format!("the parameter `{name}` needs a list of values");
                    let remedy = format!(
                        "for example `{name}: [5, 50]` or `{name}: {{ from: 0, to: 100, step: 5 }}`"
                    );
                    self.complaints.push(Diagnostic::at(&written.place, message).help(remedy));
                    None
                }
            };
            // The name is known all the same: one mistake, one complaint.
            let values = values.unwrap_or(Values::Listed(Vec::new()));
            params.push(Param { name, place: written.place.clone(), values });
        }
        check(&params, &node.place, &mut self.complaints);
        params
    }

    /// `{ from, to, step }` or `{ random, from, to }`.
    fn span_of_values(&mut self, node: &Node) -> Option<Values> {
        let mut fields = Fields::of(node, "a range of values", &mut self.complaints)?;
        let from = fields.need("from", &mut self.complaints);
        let to = fields.need("to", &mut self.complaints);
        let (step, random) = (fields.take("step"), fields.take("random"));
        fields.finish(&mut self.complaints);
        let span = self.span(from?, to?)?;
        match (random, step) {
            (Some(_), Some(step)) => {
                let complaint = Diagnostic::at(&step.place, "a draw has no `step`");
                self.complaints.push(complaint.help("remove `step`, or `random`"));
                None
            }
            (Some(random), None) => self.random(random, span),
            (None, step) => self.range(node, span, step),
        }
    }

    fn span(&mut self, from: &Node, to: &Node) -> Option<Span> {
        let (first, last) = (self.end(from), self.end(to));
        let ((first, unit), (last, other)) = (first?, last?);
        if unit != other {
            let message = format!("`from` is {}, but this is {}", kind(unit), kind(other));
            let complaint = Diagnostic::at(&to.place, message);
            self.complaints.push(complaint.help("write both as numbers, or both as durations"));
            return None;
        }
        if first > last {
            let complaint = Diagnostic::at(&to.place, "`to` is below `from`: there are no values");
            self.complaints.push(complaint.help("swap them"));
            return None;
        }
        Some(Span { from: first, to: last, unit })
    }

    /// A whole number, or a duration in whole milliseconds.
    fn end(&mut self, node: &Node) -> Option<(i64, Unit)> {
        if let Tree::Scalar(Scalar { plain: Plain::Whole(number), .. }) = &node.tree {
            return Some((*number, Unit::Whole));
        }
        let length = node.text().and_then(|text| duration::parse(text).ok());
        let Some(length) = length else {
            let message = format!("expected a whole number or a duration, found {}", node.kind());
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints.push(complaint.help("for example `35`, `500ms` or `10min`"));
            return None;
        };
        let millis = i64::try_from(length.as_millis()).ok();
        let Some(millis) = millis.filter(|_| length.subsec_nanos().is_multiple_of(1_000_000))
        else {
            let complaint =
                Diagnostic::at(&node.place, "durations of a parameter are whole milliseconds");
            self.complaints.push(complaint.help("round it"));
            return None;
        };
        Some((millis, Unit::Millis))
    }

    fn range(&mut self, node: &Node, span: Span, step: Option<&Node>) -> Option<Values> {
        let Some(step) = step else {
            if span.unit == Unit::Whole {
                return Some(Values::Range { span, step: 1 });
            }
            let complaint = Diagnostic::at(&node.place, "a range of durations needs a `step`");
            self.complaints.push(complaint.help("for example `step: 500ms`"));
            return None;
        };
        let (width, unit) = self.end(step)?;
        if unit != span.unit {
            let message = format!("`from` is {}, but this is {}", kind(span.unit), kind(unit));
            self.complaints.push(Diagnostic::at(&step.place, message).help("write both alike"));
            return None;
        }
        let Some(width) = u64::try_from(width).ok().filter(|width| *width > 0) else {
            let complaint = Diagnostic::at(&step.place, "a step leads from `from` to `to`");
            self.complaints.push(complaint.help("write a step above 0"));
            return None;
        };
        let beyond = span.width() % width;
        if beyond > 0 {
            let last = show(&span.value(span.width() - beyond));
            let message = format!("the steps do not meet `to`: the last one before it is {last}");
            let complaint = Diagnostic::at(&step.place, message);
            self.complaints.push(complaint.help(format!("write `to: {last}`, or another step")));
            return None;
        }
        Some(Values::Range { span, step: width })
    }

    fn random(&mut self, node: &Node, span: Span) -> Option<Values> {
        let count = self.complaints.whole(node, 1)?;
        let most = span.width().saturating_add(1);
        if count > most {
            let (from, to) = (show(&span.value(0)), show(&span.value(span.width())));
            let message = format!("from {from} to {to} there are only {most} different values");
            let complaint = Diagnostic::at(&node.place, message);
            self.complaints.push(complaint.help("draw fewer, or widen `from` and `to`"));
            return None;
        }
        Some(Values::Random { count, span })
    }

    /// A test's id has its parameters in it: two of one value would be two tests of one id.
    fn refuse_twice(&mut self, name: &str, values: &[Node]) {
        let mut known = BTreeSet::new();
        for value in values {
            let text = show(&value.to_value());
            if !known.insert(text.clone()) {
                let message = format!("the parameter `{name}` has the value `{text}` twice");
                let complaint = Diagnostic::at(&value.place, message);
                self.complaints.push(complaint.help("remove one of them"));
            }
        }
    }
}

fn kind(unit: Unit) -> &'static str {
    match unit {
        Unit::Whole => "a number",
        Unit::Millis => "a duration",
    }
}
