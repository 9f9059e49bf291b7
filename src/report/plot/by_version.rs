//! One measurement, a row for each version of the firmware: each value, the middle, the spread.

use std::sync::Arc;

use kuva::plot::BandPlot;
use kuva::prelude::{LinePlot, Plot, ScatterPlot, TickFormat};

use crate::report::plot::drawing::{BAND, LIMIT, LINE, OUT, WIDTH, draw, is_drawn, layout, word};

/// Rows of one plot; the newest are shown.
pub(crate) const MAX_VERSIONS: usize = 16;
/// Points of one plot, shared out among its rows: the newest of each are shown.
const MAX_POINTS: usize = 60;
/// Height of a row, and of what stands below all of them.
const ROW: f64 = 34.0;
const FOOT: f64 = 40.0;
/// How far outside of all values a bound is drawn, as a multiple of their range.
const NEAR: f64 = 2.0;
/// How far the points of a row reach up and down from its middle, in rows.
const REACH: f64 = 0.3;

/// What was measured with one version.
#[derive(Clone, Debug)]
pub struct Version<'a> {
    pub name: &'a str,
    /// The oldest first; at least one.
    pub values: &'a [f64],
    pub median: f64,
    /// Between these lies the middle half of them.
    pub quartiles: (f64, f64),
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
}

/// The rows from the oldest version down to the newest; nothing without a value. `spoken` says
/// what they show.
pub fn by_version(unit: &str, versions: &[Version<'_>], spoken: &str) -> Option<String> {
    let drawn = |version: &&Version<'_>| {
        let (low, high) = version.quartiles;
        let mut all = version.values.iter().chain([&low, &high, &version.median]);
        !version.values.is_empty() && all.all(|value| is_drawn(*value))
    };
    let shown: Vec<&Version<'_>> = versions.iter().filter(drawn).collect();
    let shown = &shown[shown.len().saturating_sub(MAX_VERSIONS)..];
    if shown.is_empty() {
        return None;
    }
    let most = (MAX_POINTS / shown.len()).max(1);
    let mut plots = Vec::new();
    // The first row is the highest.
    let near = near(shown);
    for (version, row) in shown.iter().rev().zip((1_u32..).map(f64::from)) {
        plots.extend(row_of(version, (row, most), near));
    }
    let count = u32::try_from(shown.len()).map_or(0.0, f64::from);
    let names: Vec<String> = shown.iter().rev().map(|version| word(version.name)).collect();
    let name = TickFormat::Custom(Arc::new(move |row| name_at(&names, row)));
    let mut layout = layout(&plots)
        .with_height(ROW.mul_add(count, FOOT) + 8.0)
        .with_force_margins(WIDTH * 0.35, 14.0)
        .with_force_margins_y(8.0, FOOT)
        .with_y_axis_min(0.5)
        .with_y_axis_max(count + 0.5)
        .with_y_tick_step(1.0)
        .with_y_tick_format(name)
        .with_x_label(word(unit));
    if near.0 >= near.1 {
        // Values that are all the same need room beside them, or there is no scale.
        let room = near.0.abs().max(1.0) / 10.0;
        layout = layout.with_x_axis_min(near.0 - room).with_x_axis_max(near.1 + room);
    }
    Some(draw(plots, layout, spoken))
}

/// From where to where a bound is drawn: one that is far from all values would press them into a
/// line, and the table has it.
fn near(shown: &[&Version<'_>]) -> (f64, f64) {
    let all = || shown.iter().flat_map(|version| version.values.iter().copied());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::MIN, f64::max));
    let room = (high - low) * NEAR;
    (low - room, high + room)
}

fn name_at(names: &[String], row: f64) -> String {
    let at = (1_u32..).map(f64::from).zip(names);
    let mut here = at.filter(|(place, _)| (place - row).abs() < 0.01);
    here.next().map(|(_, name)| name.clone()).unwrap_or_default()
}

fn row_of(version: &Version<'_>, (row, most): (f64, usize), near: (f64, f64)) -> Vec<Plot> {
    let mut plots: Vec<Plot> = Vec::new();
    let (low, high) = version.quartiles;
    let (below, above) = (row - REACH, row + REACH);
    if high > low {
        let spread = BandPlot::new([low, high], [below, below], [above, above]);
        plots.push(spread.with_color(BAND).with_opacity(0.2).into());
    }
    let bounds = [version.at_least, version.at_most].into_iter().flatten();
    for bound in bounds.filter(|bound| near.0 <= *bound && *bound <= near.1) {
        let line = LinePlot::new().with_data([(bound, row - 0.5), (bound, row + 0.5)]);
        plots.push(line.with_color(LIMIT).with_dashed().with_stroke_width(1.0).into());
    }
    let values = &version.values[version.values.len().saturating_sub(most)..];
    let is_out = |value: f64| {
        version.at_least.is_some_and(|least| value < least)
            || version.at_most.is_some_and(|most| value > most)
    };
    let steps = u32::try_from(values.len().saturating_sub(1)).map_or(1.0, f64::from).max(1.0);
    let lone = if values.len() == 1 { REACH } else { 0.0 };
    let placed = values.iter().zip((0_u32..).map(f64::from));
    let placed = placed.map(|(value, n)| (*value, above - lone - 2.0 * REACH * n / steps));
    let placed: Vec<(f64, f64)> = placed.collect();
    for (color, out) in [(LINE, false), (OUT, true)] {
        let points = placed.iter().copied().filter(|(value, _)| is_out(*value) == out);
        let points: Vec<(f64, f64)> = points.collect();
        if !points.is_empty() {
            let points = ScatterPlot::new().with_data(points).with_color(color).with_size(2.4);
            plots.push(points.into());
        }
    }
    let middle = [(version.median, row - 0.38), (version.median, row + 0.38)];
    let line = LinePlot::new().with_data(middle).with_color("currentColor").with_stroke_width(2.0);
    plots.push(line.into());
    plots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version<'a>(name: &'a str, values: &'a [f64], at_most: Option<f64>) -> Version<'a> {
        let (low, high) = (values[0], values[values.len() - 1]);
        Version { name, values, median: low, quartiles: (low, high), at_least: None, at_most }
    }

    #[test]
    fn each_version_has_a_row() {
        let values: Vec<f64> = (0..500).map(|n| 20.0 + f64::from(n) / 100.0).collect();
        let names: Vec<String> = (0..40).map(|n| format!("BHL7800.1.{n}.<b>")).collect();
        let rows = names.iter().map(|name| version(name, &values, Some(24.0)));
        let rows: Vec<Version<'_>> = rows.collect();
        let plot = by_version("s", &rows, "how it went").expect("it is drawn");
        assert!(plot.contains("BHL7800.1.39.&lt;b&gt;</text>"), "{plot}");
        assert!(!plot.contains("BHL7800.1.23."), "only the newest: {plot}");
        assert!(plot.len() < 16_000, "{}", plot.len());
        let plot = by_version("s", &rows[..1], "").expect("it is drawn");
        assert!(plot.contains(OUT) && plot.len() < 8_000, "{}", plot.len());
    }

    #[test]
    fn any_numbers_are_drawn_or_left_out() {
        for value in [0.0, -1e15, 1e-300, f64::MAX, f64::NAN, f64::INFINITY, 2_500.0] {
            for values in [vec![value], vec![value; 3], vec![value, 1.0]] {
                for bound in [None, Some(value), Some(f64::NAN), Some(-1.0)] {
                    let plot = by_version("s", &[version("a", &values, bound)], "");
                    assert!(plot.is_none_or(|plot| !plot.contains("NaN")), "{values:?} {bound:?}");
                }
            }
        }
        assert_eq!(by_version("s", &[], ""), None);
    }
}
