//! The time line of a test: its steps as bars one below the other, and when lines went over the
//! wire.

use std::fmt::Write as _;
use std::time::Duration;

use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::StepAt;
use crate::report::html::kept::Kept;

/// Steps of a test that are drawn; more than a person scrolls through.
const MAX_STEPS: usize = 400;
/// The time line is divided into so many places at which a line can be marked.
const PLACES: u64 = 600;
/// Labels on the axis, about.
const LABELS: u64 = 5;
/// Steps inside steps that are indented further and further.
const MAX_DEPTH: usize = 6;

/// The steps of one test and the marks of its lines.
pub(super) struct Waterfall {
    steps: Kept<Step>,
    /// The numbers of steps that have not ended, the outermost first.
    open: Vec<(String, usize)>,
    sent: Vec<u64>,
    received: Vec<u64>,
}

/// A step while the test goes on.
pub(super) struct Step {
    pub(super) path: String,
    pub(super) what: String,
    pub(super) place: String,
    began: u64,
    ended: Option<u64>,
    verdict: Option<Verdict>,
}

/// Which way a line went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Sent,
    Received,
}

/// A bar of the template, in hundredths of a percent of the line's length.
pub(super) struct Bar<'s> {
    pub(super) number: usize,
    pub(super) step: &'s Step,
    pub(super) depth: usize,
    pub(super) left: String,
    pub(super) width: String,
    pub(super) took: String,
    pub(super) verdict: &'static str,
}

/// A label on the axis.
pub(super) struct Tick {
    pub(super) left: String,
    pub(super) label: String,
}

impl Waterfall {
    pub(super) fn new() -> Waterfall {
        let (open, sent, received) = (Vec::new(), Vec::new(), Vec::new());
        Waterfall { steps: Kept::most(MAX_STEPS), open, sent, received }
    }

    /// A step begins; its number is told, by which lines find their step.
    pub(super) fn begin(&mut self, at: &StepAt, ns: u64) -> usize {
        // Some steps have no end of their own: it is where the next one begins.
        while self.open.last().is_some_and(|(path, _)| !is_inside(&at.path, path)) {
            self.end_last(ns, None);
        }
        let step = Step {
            path: at.path.clone(),
            what: at.what.clone(),
            place: format!("{}:{}", at.file, at.line),
            began: ns,
            ended: None,
            verdict: None,
        };
        let number = self.steps.push(step);
        self.open.push((at.path.clone(), number));
        number
    }

    pub(super) fn end(&mut self, path: &str, ns: u64, verdict: Verdict) {
        if self.open.iter().any(|(open, _)| open == path) {
            while self.open.last().is_some_and(|(open, _)| open != path) {
                self.end_last(ns, None);
            }
            self.end_last(ns, Some(verdict));
        }
    }

    /// The number of the step that goes on, if one does.
    pub(super) fn current(&self) -> Option<usize> {
        self.open.last().map(|(_, number)| *number)
    }

    pub(super) fn step(&self, number: usize) -> Option<&Step> {
        self.steps.get(number)
    }

    fn end_last(&mut self, ns: u64, verdict: Option<Verdict>) {
        let Some((_, number)) = self.open.pop() else { return };
        if let Some(step) = self.steps.get_mut(number) {
            (step.ended, step.verdict) = (Some(ns), verdict);
        }
    }

    /// Marks a line; marks that would lie on one another are one.
    pub(super) fn mark(&mut self, way: Way, ns: u64) {
        let marks = match way {
            Way::Sent => &mut self.sent,
            Way::Received => &mut self.received,
        };
        if marks.len() < MAX_MARKS && marks.last() != Some(&ns) {
            marks.push(ns);
        }
    }

    pub(super) fn left_out(&self) -> usize {
        self.steps.left_out()
    }

    /// The bars of a test that went on from `began` to `ended`.
    pub(super) fn bars(&self, began: u64, ended: u64) -> Vec<Bar<'_>> {
        let whole = ended.saturating_sub(began).max(1);
        let each = self.steps.iter().map(|(number, step)| {
            let end = step.ended.unwrap_or(ended).max(step.began);
            Bar {
                number,
                step,
                depth: step.path.matches('.').count().min(MAX_DEPTH),
                left: percent(step.began.saturating_sub(began), whole),
                width: percent(end - step.began, whole),
                took: show(Duration::from_nanos(end - step.began)),
                verdict: match step.verdict {
                    Some(Verdict::Failed) => "failed",
                    Some(Verdict::Broken) => "broken",
                    Some(Verdict::Interrupted) => "interrupted",
                    Some(Verdict::Skipped) => "skipped",
                    Some(Verdict::Passed) | None => "passed",
                },
            }
        });
        each.collect()
    }

    /// The marks of one way as the path of a picture that is [`PLACES`] wide.
    pub(super) fn marks(&self, way: Way, (began, ended): (u64, u64)) -> String {
        let whole = u128::from(ended.saturating_sub(began).max(1));
        let marks = match way {
            Way::Sent => &self.sent,
            Way::Received => &self.received,
        };
        let place = |ns: &u64| u128::from(ns.saturating_sub(began)) * u128::from(PLACES) / whole;
        let mut places: Vec<u128> = marks.iter().map(place).collect();
        places.dedup();
        let mut path = String::new();
        for place in places {
            let _ = write!(path, "M{place} 0v1");
        }
        path
    }

    /// Labels at round times.
    pub(super) fn ticks(began: u64, ended: u64) -> Vec<Tick> {
        let whole = ended.saturating_sub(began);
        let step = round_step(whole / LABELS);
        if whole == 0 || step == 0 {
            return Vec::new();
        }
        let times = (0..=LABELS * 3).map(|n| n * step).take_while(|time| *time <= whole);
        let tick = |time| {
            let label = if time == 0 { "0".to_owned() } else { show(Duration::from_nanos(time)) };
            Tick { left: percent(time, whole), label }
        };
        times.map(tick).collect()
    }
}

/// Marks of one way that are remembered per test.
const MAX_MARKS: usize = 20_000;

/// Whether a step stands inside another, by their paths.
fn is_inside(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
}

/// Up to two decimals: a ten thousandth of a screen is nothing.
fn percent(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    let hundredths = hundredths.min(10_000);
    match hundredths % 100 {
        0 => format!("{}", hundredths / 100),
        rest => format!("{}.{rest:02}", hundredths / 100),
    }
}

/// The smallest round time of at least so many nanoseconds.
fn round_step(least: u64) -> u64 {
    const SECOND: u64 = 1_000_000_000;
    let minutes = [60, 120, 300, 600, 1_800, 3_600, 7_200, 18_000, 43_200, 86_400, 172_800];
    let tens = (0..11).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let small = tens.take_while(|step| *step <= 30 * SECOND);
    let large = minutes.into_iter().map(|seconds| seconds * SECOND);
    small.chain([30 * SECOND]).chain(large).find(|step| *step >= least).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> StepAt {
        StepAt { path: path.to_owned(), what: String::new(), file: String::new(), line: 1 }
    }

    #[test]
    fn a_step_without_an_end_ends_where_the_next_begins() {
        let mut waterfall = Waterfall::new();
        waterfall.begin(&at("given"), 0);
        waterfall.begin(&at("1"), 10);
        waterfall.begin(&at("1.1"), 20);
        waterfall.end("1", 50, Verdict::Failed);
        waterfall.begin(&at("2"), 50);
        let bars = waterfall.bars(0, 100);
        let told =
            |bar: &Bar<'_>| format!("{} {}+{} {}", bar.depth, bar.left, bar.width, bar.verdict);
        let told: Vec<_> = bars.iter().map(told).collect();
        assert_eq!(told, ["0 0+10 passed", "0 10+40 failed", "1 20+30 passed", "0 50+50 passed"]);
    }

    #[test]
    fn the_axis_has_round_times() {
        let labels = |seconds: u64| {
            let ticks = Waterfall::ticks(7, 7 + seconds * 1_000_000_000).into_iter();
            ticks.map(|tick| tick.label).collect::<Vec<_>>()
        };
        assert_eq!(labels(32), ["0", "10 s", "20 s", "30 s"]);
        assert_eq!(labels(189), ["0", "60 s", "2 min", "3 min"]);
        assert_eq!(labels(86_400), ["0", "5 h", "10 h", "15 h", "20 h"]);
        assert_eq!(labels(0), [""; 0]);
    }

    #[test]
    fn any_times_can_be_drawn() {
        let mut waterfall = Waterfall::new();
        waterfall.begin(&at("1"), u64::MAX);
        waterfall.mark(Way::Sent, u64::MAX);
        waterfall.mark(Way::Sent, 0);
        for (began, ended) in [(0, 0), (5, 1), (0, u64::MAX), (u64::MAX, 0)] {
            assert_eq!(waterfall.bars(began, ended).len(), 1);
            waterfall.marks(Way::Sent, (began, ended));
            Waterfall::ticks(began, ended);
        }
    }
}
