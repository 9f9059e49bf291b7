//! One measurement over many tests or runs, with the bounds that held for each.

use kuva::prelude::{Layout, LinePlot, Plot, ScatterPlot};

use crate::report::plot::drawing::{LIMIT, LINE, OUT, draw, draw_small, is_drawn, layout, word};

/// More points than that cannot be told apart; the last ones are shown.
const MAX_SAMPLES: usize = 60;
/// The same in a line of text.
const MAX_SMALL: usize = 40;
/// Points that say where they were measured; the text of more would be most of the plot.
const MAX_LABELS: usize = 20;

/// What was measured once.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Where: a test, a run. It is read at the point.
    pub label: &'a str,
    pub value: f64,
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

impl Sample<'_> {
    fn is_outside(&self) -> bool {
        self.at_least.is_some_and(|least| self.value < least)
            || self.at_most.is_some_and(|most| self.value > most)
    }

    fn shown(&self, unit: &str) -> String {
        word(&format!("{}: {} {unit}", self.label, self.value))
    }
}

/// A point for each sample, in their order; nothing of fewer than two. `what` names them all: its
/// unit stands at the axis.
pub fn samples(what: &str, unit: &str, all: &[Sample<'_>]) -> Option<String> {
    let shown: Vec<Sample<'_>> = all.iter().copied().filter(|one| is_drawn(one.value)).collect();
    let shown = &shown[shown.len().saturating_sub(MAX_SAMPLES)..];
    if shown.len() < 2 {
        return None;
    }
    let places = || (1_u32..).map(f64::from);
    let mut plots = Vec::new();
    for bound in [bounds(shown, |one| one.at_least), bounds(shown, |one| one.at_most)] {
        for piece in bound {
            let line = LinePlot::new().with_data(piece).with_color(LIMIT).with_dashed();
            plots.push(line.with_step().with_stroke_width(1.0).into());
        }
    }
    for (color, is_outside) in [(LINE, false), (OUT, true)] {
        let points = places().zip(shown).filter(|(_, one)| one.is_outside() == is_outside);
        let (points, labels): (Vec<_>, Vec<String>) =
            points.map(|(place, one)| ((place, one.value), one.shown(unit))).unzip();
        if points.is_empty() {
            continue;
        }
        let scatter = ScatterPlot::new().with_data(points).with_color(color).with_size(3.0);
        let is_labelled = labels.len() <= MAX_LABELS;
        let labelled = |scatter: ScatterPlot| scatter.with_tooltips().with_tooltip_labels(labels);
        plots.push(if is_labelled { labelled(scatter) } else { scatter }.into());
    }
    let layout = axes(&plots, unit, shown.len());
    Some(draw(plots, layout, &format!("{what}: {}", spread(shown, unit))))
}

/// The same for a line of text: a line through all values, without bounds.
pub fn samples_small(what: &str, unit: &str, all: &[Sample<'_>]) -> Option<String> {
    let shown: Vec<Sample<'_>> = all.iter().copied().filter(|one| is_drawn(one.value)).collect();
    let shown = &shown[shown.len().saturating_sub(MAX_SMALL)..];
    let last = shown.last().filter(|_| shown.len() > 1)?;
    let points: Vec<(f64, f64)> =
        (1_u32..).map(f64::from).zip(shown.iter().map(|one| one.value)).collect();
    let color = if last.is_outside() { OUT } else { LINE };
    let end = ScatterPlot::new().with_data(points.last().copied()).with_color(color);
    let line = LinePlot::new().with_data(points).with_color(LINE).with_stroke_width(1.2);
    let plots: Vec<Plot> = vec![line.into(), end.with_size(2.5).into()];
    let layout = layout(&plots);
    Some(draw_small(plots, layout, &format!("{what}: {}", spread(shown, unit))))
}

fn axes(plots: &[Plot], unit: &str, count: usize) -> Layout {
    let end = u32::try_from(count).map_or(f64::INFINITY, f64::from);
    layout(plots)
        .with_x_axis_min(0.5)
        .with_x_axis_max(end + 0.5)
        .with_x_label("in their order".to_owned())
        .with_y_label(word(unit))
}

/// The stretches over which a bound is known, as lines.
fn bounds(all: &[Sample<'_>], bound: impl Fn(&Sample<'_>) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (place, one) in (1_u32..).map(f64::from).zip(all) {
        match bound(one).filter(|bound| is_drawn(*bound)) {
            Some(bound) => {
                let piece = pieces.last_mut().expect("there is always one");
                piece.extend([(place - 0.5, bound), (place + 0.5, bound)]);
            }
            None => pieces.push(Vec::new()),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// `12 values from 3 to 9 s, 5 s in the middle, 1 outside of its bounds`
fn spread(all: &[Sample<'_>], unit: &str) -> String {
    let mut values: Vec<f64> = all.iter().map(|one| one.value).collect();
    values.sort_by(f64::total_cmp);
    let (first, last, middle) = (values[0], values[values.len() - 1], values[values.len() / 2]);
    let outside = all.iter().filter(|one| one.is_outside()).count();
    let count = values.len();
    let told =
        format!("{count} values from {first} to {last} {unit}, {middle} {unit} in the middle");
    if outside == 0 { told } else { format!("{told}, {outside} outside of their bounds") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(label: &str, value: f64, at_most: Option<f64>) -> Sample<'_> {
        Sample { label, value, at_least: None, at_most }
    }

    #[test]
    fn points_and_their_bounds_are_drawn() {
        let all = [sample("run 1", 5.0, Some(9.0)), sample("run 2", 12.0, Some(9.0))];
        let plot = samples("boot", "s", &all).expect("two points are drawn");
        assert!(plot.contains("run 2: 12 s") && plot.contains("stroke-dasharray"), "{plot}");
        let words = "boot: 2 values from 5 to 12 s, 12 s in the middle, 1 outside of their bounds";
        assert!(plot.contains(words), "{plot}");
        assert_eq!(samples("boot", "s", &all[..1]), None);
        let small = samples_small("boot", "s", &all).expect("they are drawn in a line as well");
        assert!(small.len() < 1_500 && !small.contains("<text"), "{small}");
    }

    #[test]
    fn what_a_file_or_device_says_is_text() {
        let evil = "</svg><script>\u{202e}\u{1b}[31m$x^2$ & a$ \"'";
        let plot = samples(evil, evil, &[sample(evil, 1.0, None), sample(evil, 1.0, None)]);
        let plot = plot.expect("it is drawn");
        assert_eq!(plot.matches("<svg").count(), 1, "{plot}");
        assert!(!plot.contains("<script") && !plot.contains('\u{1b}'), "{plot}");
        assert!(!plot.contains('\u{202e}'), "no text may turn the direction: {plot}");
        assert!(plot.contains("$x^2$ &amp; a$"), "{plot}");
    }

    #[test]
    fn any_numbers_are_drawn_or_left_out() {
        let extremes = [0.0, -0.0, f64::MIN_POSITIVE, 1e15, -1e15, 1e-300, f64::MAX, f64::NAN];
        for one in extremes {
            for other in extremes {
                let bounds = [Some(one), None, Some(f64::INFINITY)];
                for (at_least, at_most) in bounds.iter().zip(bounds.iter().rev()) {
                    let (at_least, at_most) = (*at_least, *at_most);
                    let value = |value| Sample { label: "a", value, at_least, at_most };
                    let plot = samples("a", "s", &[value(one), value(other)]);
                    assert!(plot.is_none_or(|plot| !plot.contains("NaN") && !plot.contains("inf")));
                }
            }
        }
        let many: Vec<Sample<'_>> = (0..10_000).map(|n| sample("a", f64::from(n), None)).collect();
        assert!(samples("a", "s", &many).is_some_and(|plot| plot.len() < 8_000));
    }
}
