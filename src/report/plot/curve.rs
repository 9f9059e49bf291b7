//! The curve of a test: how far its downloads and transfers came, over time.

use std::sync::Arc;
use std::time::Duration;

use kuva::prelude::{
    Layout, LinePlot, MarkerShape, Plot, ReferenceLine, ScatterPlot, ShadedRegion, TextAnnotation,
    TickFormat,
};

use crate::duration::show;
use crate::progression::{Course, Phase};
use crate::report::plot::drawing::{BAND, LINE, OTHER, OUT, draw, layout};
use crate::report::plot::track::{Line, Outage, Track};

/// The curves have at least this part of a plot's width, if the install behind them is longer.
const LEAST_CURVE_SHARE: f64 = 0.6;
/// A label needs this part of a plot's width, or it would run into the next one.
const LABEL_SHARE: f64 = 0.2;

/// What its times are shown in.
#[derive(Clone, Copy)]
struct Scale {
    seconds: f64,
    unit: &'static str,
}

impl Scale {
    fn of(longest_seconds: f64) -> Scale {
        match longest_seconds {
            ..180.0 => Scale { seconds: 1.0, unit: "s" },
            180.0..10_800.0 => Scale { seconds: 60.0, unit: "min" },
            _ => Scale { seconds: 3_600.0, unit: "h" },
        }
    }

    /// The scale for what `end` says, in seconds, and that in its unit.
    fn until(end: f64) -> (Scale, f64) {
        let scale = Scale::of(end);
        // A plot of no width cannot be drawn.
        (scale, (end / scale.seconds).max(0.001))
    }
}

/// The plot of a test that has downloaded or transferred something, with its cuts and installs.
pub fn curve(track: &Track) -> Option<String> {
    if track.is_empty() {
        return None;
    }
    let all = latest(track, |_| true);
    // An install of minutes behind a download of seconds would leave no room for its curve.
    let (scale, end) = Scale::until(all.min(latest(track, is_curve) / LEAST_CURVE_SHARE));
    let mut plots = Vec::new();
    for line in &track.lines {
        plots.extend(plots_of(line, scale));
    }
    let mut layout = axes(&plots, scale, end);
    for line in track.lines.iter().filter(|line| !is_curve(line)) {
        layout = with_install(layout, line, (scale, end));
    }
    Some(draw(plots, darken(layout, &track.outages, (scale, end)), &spoken(track, scale)))
}

fn is_curve(line: &Line) -> bool {
    line.what != Phase::Install
}

/// When the last of these lines was heard of, in seconds.
fn latest(track: &Track, of: impl Fn(&Line) -> bool) -> f64 {
    let lines = track.lines.iter().filter(|line| of(line));
    lines.map(|line| line.until).fold(0.0, f64::max)
}

/// An install is an area; how long it took is written there, since the plot may end before it.
fn with_install(layout: Layout, line: &Line, (scale, end): (Scale, f64)) -> Layout {
    let (since, until) = (line.since / scale.seconds, (line.until / scale.seconds).min(end));
    if since >= until {
        return layout;
    }
    let color = if line.course == Course::Failed { OUT } else { BAND };
    let band = ShadedRegion::vertical(since, until).with_color(color).with_opacity(0.15);
    let layout = layout.with_shaded_region(band);
    if until - since < end * LABEL_SHARE {
        return layout;
    }
    let took = show(Duration::from_secs_f64((line.until - line.since).round()));
    let label = match line.course {
        Course::Failed => format!("install failed, {took}"),
        Course::Finished => format!("install, {took}"),
        Course::Underway | Course::Halted => "install".to_owned(),
    };
    let label = TextAnnotation::new(label, f64::midpoint(since, until), 0.0);
    layout.with_annotation(label.with_font_size(11))
}

fn axes(plots: &[Plot], scale: Scale, end: f64) -> Layout {
    let percent = TickFormat::Custom(Arc::new(|percent| format!("{percent} %")));
    layout(plots)
        .with_y_axis_min(0.0)
        .with_y_axis_max(100.0)
        .with_y_tick_step(25.0)
        .with_y_tick_format(percent)
        .with_x_axis_min(0.0)
        .with_x_axis_max(end)
        .with_x_label(format!("{} since the test began", scale.unit))
}

/// A line, and a cross where it ended in failure.
fn plots_of(line: &Line, scale: Scale) -> Vec<Plot> {
    let color = match line.what {
        Phase::Download | Phase::Install => LINE,
        Phase::Transfer => OTHER,
    };
    let points = line.points.iter().map(|(seconds, percent)| (seconds / scale.seconds, *percent));
    let points: Vec<(f64, f64)> = points.collect();
    let Some(end) = points.last().copied() else { return Vec::new() };
    let drawn = LinePlot::new().with_data(points).with_color(color).with_stroke_width(1.8);
    let mut plots: Vec<Plot> = vec![drawn.into()];
    if line.course == Course::Failed {
        let cross = ScatterPlot::new().with_data([end]).with_color(OUT).with_size(5.0);
        plots.push(cross.with_marker(MarkerShape::Cross).into());
    }
    plots
}

/// Marks the times without power, network or port.
fn darken(mut layout: Layout, outages: &[Outage], (scale, end): (Scale, f64)) -> Layout {
    let mut labelled = f64::NEG_INFINITY;
    for outage in outages {
        let since = outage.since / scale.seconds;
        if since > end {
            break;
        }
        let until = outage.until.map_or(end, |until| (until / scale.seconds).min(end));
        layout = layout.with_reference_line(ReferenceLine::vertical(since).with_color(OUT));
        if until > since {
            let dark = ShadedRegion::vertical(since, until).with_color(OUT).with_opacity(0.12);
            layout = layout.with_shaded_region(dark);
        }
        // A label stands above the plot, its middle at the mark and its end inside.
        let middle = since.clamp(end * LABEL_SHARE / 2.0, end * (1.0 - LABEL_SHARE / 2.0));
        if middle - labelled >= end * LABEL_SHARE {
            labelled = middle;
            let label = TextAnnotation::new(outage.what, middle, 100.0).with_font_size(11);
            layout = layout.with_annotation(label);
        }
    }
    layout
}

/// The plot in words.
fn spoken(track: &Track, scale: Scale) -> String {
    let at = |seconds: f64| format!("{:.1} {}", seconds / scale.seconds, scale.unit);
    let told = track.lines.iter().map(|line| {
        let (what, course) = words(line);
        let far = line.points.last().map(|(_, percent)| format!(" {percent:.0} %,"));
        let bytes = line.bytes.map(|bytes| format!(" of {bytes} bytes")).unwrap_or_default();
        let far = far.unwrap_or_default();
        format!("{what}{bytes}:{far} {course}, from {} to {}", at(line.since), at(line.until))
    });
    let dark =
        track.outages.iter().map(|outage| format!("{} at {}", outage.what, at(outage.since)));
    told.chain(dark).collect::<Vec<_>>().join("; ")
}

fn words(line: &Line) -> (&'static str, &'static str) {
    let what = match line.what {
        Phase::Download => "download",
        Phase::Transfer => "transfer",
        Phase::Install => "install",
    };
    let course = match line.course {
        Course::Underway => "not ended",
        Course::Halted => "halted",
        Course::Finished => "finished",
        Course::Failed => "failed",
    };
    (what, course)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Entry, Event, Wire};

    fn track(lines: &[(u64, &str)]) -> Track {
        let mut track = Track::default();
        for (second, line) in lines {
            let is = if *line == "power off" {
                let (params, took_ns, after, answer, refused) = (None, None, None, None, None);
                let (role, method) = ("power".into(), "off".into());
                Event::Called { role, method, params, took_ns, after, answer, refused }
            } else {
                Event::Received(Wire::from(format!("\r\n+WDSI: {line}\r\n").into_bytes()))
            };
            track.hear(&Entry { ns: second * 1_000_000_000, on: None, is });
        }
        track
    }

    #[test]
    fn a_cut_and_an_install_are_in_the_plot_and_in_its_words() {
        let update = track(&[
            (1, "9,1000"),
            (2, "18"),
            (30, "18,60"),
            (31, "power off"),
            (60, "9,400"),
            (61, "18,61"),
            (90, "18,100"),
            (91, "10"),
            (100, "14"),
            (300, "16"),
        ]);
        let plot = curve(&update).expect("a download is drawn");
        assert!(plot.len() < 8_000, "{}", plot.len());
        for part in ["power off</text>", "install, 3 min 20 s</text>", "50 %</text>"] {
            assert!(plot.contains(part), "no {part} in {plot}");
        }
        let words = "download of 1000 bytes: 100 %, finished, from 2.0 s to 91.0 s; \
                     install: finished, from 100.0 s to 300.0 s; power off at 31.0 s";
        assert!(plot.contains(&format!("aria-label=\"{words}\"")), "{plot}");
        assert_eq!(curve(&update).as_deref(), Some(plot.as_str()), "the same bytes each time");
    }

    #[test]
    fn a_test_that_downloads_nothing_has_no_curve() {
        for lines in [&[][..], &[(1, "14"), (90, "16")], &[(1, "power off")], &[(1, "18")]] {
            let track = track(lines);
            assert_eq!(curve(&track), None, "{lines:?}");
        }
    }

    #[test]
    fn progress_without_end_and_without_time_is_drawn() {
        let percent: Vec<String> = (0..5_000).map(|n| format!("18,{}", n * 37 % 101)).collect();
        let noise: Vec<(u64, &str)> = (0..).zip(percent.iter().map(String::as_str)).collect();
        let plot = curve(&track(&noise)).expect("it is drawn");
        assert!(plot.len() < 8_000, "{}", plot.len());
        assert!(curve(&track(&[(0, "18,1"), (0, "18,2"), (0, "11,2")])).is_some());
    }
}
