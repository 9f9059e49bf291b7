//! One measurement against its bounds, small enough for a row of a table.

use kuva::prelude::{Plot, ReferenceLine, ScatterPlot, ShadedRegion};

use crate::journal::{Figure, Grade};
use crate::report::plot::drawing::{BAND, LIMIT, LINE, OUT, draw_small, is_drawn, layout};

/// Room beside what is farthest out, as a part of the whole.
const MARGIN: f64 = 0.12;

/// The value as a point, its bounds as lines, what is allowed as an area. Nothing without bounds.
pub fn against_limits(figure: &Figure) -> Option<String> {
    let value = figure.value;
    let bounds = [figure.at_least, figure.at_most];
    let numbers: Vec<f64> = bounds.into_iter().flatten().chain([value]).collect();
    if numbers.len() < 2 || !numbers.iter().all(|number| is_drawn(*number)) {
        return None;
    }
    // With one bound only, zero says how much the distance to it means.
    let zero = if numbers.len() == 2 { 0.0 } else { value };
    let low = numbers.iter().copied().fold(zero, f64::min);
    let high = numbers.iter().copied().fold(zero, f64::max);
    let room = if high > low { (high - low) * MARGIN } else { 1.0 };
    let (left, right) = (low - room, high + room);
    let color = match figure.grade {
        Grade::Within => LINE,
        Grade::Marginal => LIMIT,
        Grade::Outside => OUT,
    };
    let point = ScatterPlot::new().with_data([(value, 0.5)]).with_color(color).with_size(4.0);
    let plots: Vec<Plot> = vec![point.into()];
    let allowed = (figure.at_least.unwrap_or(left), figure.at_most.unwrap_or(right));
    let mut layout = layout(&plots)
        .with_x_axis_min(left)
        .with_x_axis_max(right)
        .with_y_axis_min(0.0)
        .with_y_axis_max(1.0);
    if allowed.0 < allowed.1 {
        let area = ShadedRegion::vertical(allowed.0, allowed.1).with_color(BAND);
        layout = layout.with_shaded_region(area.with_opacity(0.15));
    }
    for bound in bounds.into_iter().flatten() {
        let line = ReferenceLine::vertical(bound).with_color(LIMIT).with_dasharray("2 2");
        layout = layout.with_reference_line(line);
    }
    let limits = figure.bounds().unwrap_or_default();
    Some(draw_small(plots, layout, &format!("{}, {limits}", figure.shown())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, at_least: Option<f64>, at_most: Option<f64>) -> Figure {
        let (name, unit, grade) = ("boot".to_owned(), "s".to_owned(), Grade::Outside);
        Figure { name, value, unit, at_least, at_most, grade }
    }

    #[test]
    fn a_value_stands_between_its_bounds() {
        let plot = against_limits(&figure(31.0, Some(10.0), Some(30.0))).expect("it has bounds");
        assert!(plot.contains("aria-label=\"31 s, at least 10 s, at most 30 s\""), "{plot}");
        assert!(plot.contains(OUT) && plot.len() < 600, "{plot}");
        assert_eq!(against_limits(&figure(31.0, None, None)), None);
    }

    #[test]
    fn any_number_is_drawn_or_left_out() {
        for value in [0.0, -1e15, 1e-300, f64::MAX, f64::NAN, f64::NEG_INFINITY] {
            for bound in [0.0, 1e15, 1e-300, f64::MIN, f64::NAN] {
                let bounds = [(Some(bound), None), (None, Some(bound)), (Some(bound), Some(0.0))];
                for (least, most) in bounds {
                    let plot = against_limits(&figure(value, least, most));
                    assert!(plot.is_none_or(|plot| !plot.contains("NaN")), "{value} {bound}");
                }
            }
        }
    }
}
