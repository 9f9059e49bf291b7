//! The trend page: each measurement over the runs, version by version of the firmware.

mod spread;

use askama::Template;

use crate::history::{Line, Measured as Point};
use crate::journal::{Figure, Grade};
use crate::report::html::STYLE;
use crate::report::plot::{Sample, Version, by_version, samples, samples_small};
use crate::report::trend::spread::Spread;

/// Without scripts there is nothing that a page has to be allowed.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// Measurements of one page: more is no page, but a file to look things up in.
const MAX_LINES: usize = 200;
/// Kinds of measurements, as the history names them: what a scenario measures itself comes first,
/// how long each expected line took last.
const MEASURE: &str = "measure";
const LATENCY: &str = "latency";

#[derive(Template)]
#[template(path = "trend.html")]
struct Page<'t> {
    /// What was asked for; nothing for all scenarios.
    subject: Option<&'t str>,
    /// Measurements that are not shown.
    left_out: usize,
    measured: Vec<Measured<'t>>,
    runs: String,
}

/// One measurement as it stands on the page.
struct Measured<'t> {
    line: &'t Line,
    versions: Vec<Row>,
    /// The newest version's row, and how its middle differs from that of the version before.
    newest: Option<Row>,
    change: String,
    small: Option<String>,
    by_version: Option<String>,
    over_runs: Option<String>,
}

/// A version in a table.
#[derive(Clone)]
struct Row {
    firmware: String,
    count: usize,
    runs: String,
    median: String,
    half: String,
    range: String,
    bounds: String,
    outside: usize,
}

/// The page as HTML, whole in itself and without a script. Of all scenarios there are thousands of
/// latencies: they are shown to who asks for a scenario.
pub fn page(subject: Option<&str>, lines: &[Line]) -> String {
    let shown = shown(subject, lines);
    let left_out = lines.len() - shown.len();
    let measured: Vec<Measured<'_>> = shown.iter().map(|line| Measured::of(line)).collect();
    let points = || shown.iter().flat_map(|line| &line.values);
    let (first, last) =
        (points().min_by_key(|point| point.run), points().max_by_key(|point| point.run));
    let runs = match first.zip(last) {
        None => String::new(),
        Some((first, last)) if first.run == last.run => named(first),
        Some((first, last)) => format!("{} to {}", named(first), named(last)),
    };
    Page { subject, left_out, measured, runs }.render().expect("a template writes to memory")
}

/// The measurements that the page shows, in its order.
pub fn shown<'l>(subject: Option<&str>, lines: &'l [Line]) -> Vec<&'l Line> {
    let mut shown: Vec<&Line> = lines.iter().collect();
    shown.retain(|line| subject.is_some() || line.kind != LATENCY);
    shown.sort_by_key(|line| (&line.scenario, line.kind != MEASURE, line.kind == LATENCY));
    shown.truncate(MAX_LINES);
    shown
}

/// `run 12 (2026-11-23)`
fn named(point: &Point) -> String {
    let day: String = point.started.chars().take(10).collect();
    format!("run {} ({day})", point.run)
}

impl<'t> Measured<'t> {
    fn of(line: &'t Line) -> Measured<'t> {
        let unit = line.unit.as_str();
        let spreads = spread::by_version(line);
        let rows: Vec<Row> = spreads.iter().map(|spread| Row::of(spread, unit)).collect();
        let labels: Vec<String> = line.values.iter().map(named).collect();
        let points = labels.iter().zip(&line.values).map(|(label, point)| {
            let (value, at_least, at_most) = (point.value, point.at_least, point.at_most);
            Sample { label, value, at_least, at_most }
        });
        let points: Vec<Sample<'_>> = points.collect();
        let versions: Vec<Version<'_>> = spreads.iter().map(version).collect();
        let spoken =
            rows.iter().map(|row| format!("{}: {} in the middle", row.firmware, row.median));
        let spoken = format!("{}: {}", line.name, spoken.collect::<Vec<_>>().join("; "));
        Measured {
            line,
            newest: rows.last().cloned(),
            versions: rows,
            change: change(&spreads, unit),
            small: samples_small(&line.name, unit, &points),
            by_version: by_version(unit, &versions, &spoken),
            over_runs: samples(&line.name, unit, &points),
        }
    }
}

fn version(spread: &Spread) -> Version<'_> {
    let (median, quartiles, (at_least, at_most)) = (spread.median, spread.quartiles, spread.bounds);
    let name = if spread.firmware.is_empty() { "not known" } else { &spread.firmware };
    Version { name, values: &spread.values, median, quartiles, at_least, at_most }
}

/// How far the newest version's middle is from that of the version before. Whether that means
/// anything, `fotarig compare` says.
fn change(spreads: &[Spread], unit: &str) -> String {
    let [.., before, newest] = spreads else { return String::new() };
    let moved = newest.median - before.median;
    let shown = figure(moved, unit).shown();
    let sign = if moved > 0.0 { "+" } else { "" };
    if before.median.abs() > f64::EPSILON && moved.abs() > f64::EPSILON {
        let percent = moved / before.median.abs() * 100.0;
        format!("{sign}{shown} ({sign}{percent:.1} %)")
    } else {
        format!("{sign}{shown}")
    }
}

impl Row {
    fn of(spread: &Spread, unit: &str) -> Row {
        let shown = |value: f64| figure(value, unit).shown();
        let (at_least, at_most) = spread.bounds;
        let bounds = Figure { at_least, at_most, ..figure(spread.median, unit) }.bounds();
        let (first, last) = spread.runs;
        let between = |(low, high): (f64, f64)| format!("{} to {}", shown(low), shown(high));
        Row {
            firmware: spread.firmware.clone(),
            count: spread.values.len(),
            runs: if first == last { first.to_string() } else { format!("{first} to {last}") },
            median: shown(spread.median),
            half: between(spread.quartiles),
            range: between(spread.range),
            bounds: bounds.unwrap_or_default(),
            outside: spread.outside,
        }
    }
}

/// Written as everywhere else, but to four digits: it was computed, not measured.
fn figure(value: f64, unit: &str) -> Figure {
    let value = format!("{value:.3e}").parse().unwrap_or(value);
    let (name, unit, grade) = (String::new(), unit.to_owned(), Grade::Within);
    Figure { name, value, unit, at_least: None, at_most: None, grade }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, values: &[(&str, f64)]) -> Line {
        let point = |(run, (firmware, value)): (i64, &(&str, f64))| Point {
            run,
            started: "2026-11-23T04:05:06Z".to_owned(),
            rig: "desk".to_owned(),
            firmware: (*firmware).to_owned(),
            value: *value,
            at_least: None,
            at_most: Some(140.0),
        };
        let values = (1..).zip(values).map(point).collect();
        let (scenario, unit) = ("update/large".to_owned(), "s".to_owned());
        Line { scenario, kind: MEASURE.to_owned(), name: name.to_owned(), unit, values }
    }

    #[test]
    fn each_measurement_has_its_plots_and_its_table() {
        let values = [("A", 120.0), ("A", 121.0), ("B", 130.0), ("B", 141.0), ("", 150.0)];
        let latency = Line { kind: LATENCY.to_owned(), ..line("+WDSI: 4", &values) };
        let page = page(None, &[latency, line("install time", &values)]);
        for part in [
            "install time",
            "update/large · measure",
            "run 1 (2026-11-23) to run 5 (2026-11-23)",
            "+14.5 s (+10.7 %)",
            "135.5 s",
            "at most 140 s",
            "not known",
            "1 more measurement",
        ] {
            assert!(page.contains(part), "no {part} in {page}");
        }
        assert_eq!(page.matches("<svg").count(), 3);
        assert!(
            !page.contains("<script") && !page.contains("http://") && !page.contains("https://"),
            "nothing from elsewhere"
        );
    }

    #[test]
    fn nothing_measured_is_a_page_too() {
        assert!(page(None, &[]).contains("Nothing has been measured"));
        let odd = line("none", &[("A", f64::NAN), ("A", f64::INFINITY)]);
        page(Some("update/*"), &[odd, line("one", &[("A", 0.0)]), line("none", &[])]);
    }

    #[test]
    fn what_a_device_says_is_text() {
        let evil = "</title><script>alert(1)</script>\u{202e}\u{1b}\"'";
        let mut one = line(evil, &[(evil, 1.0), (evil, 2.0)]);
        (one.scenario, one.unit) = (evil.to_owned(), evil.to_owned());
        let page = page(Some(evil), &[one]);
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        assert!(!page.contains('\u{1b}'));
    }
}
