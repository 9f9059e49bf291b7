//! A row for a rig that is at work, within the width of a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use console::{measure_text_width, truncate_str};

use crate::diagnostic::printable;
use crate::duration::show;
use crate::progression::{Course, Phase, Progress};
use crate::report::live::lane::Lane;

/// A wider row is hard to follow with the eye.
const MAX_COLUMNS: usize = 120;
/// From so many columns on there is room for bars, of so many cells.
const BARS: [(usize, usize); 3] = [(110, 20), (90, 15), (70, 10)];
/// What is left to test and step at least; in a narrower terminal the right side goes.
const LEAST_LEFT: usize = 20;

/// A share of 0.57 is a little less than 57 hundredths; nothing is rounded up to be complete.
const ROUNDING: f64 = 1e-6;

/// What a row says.
pub(super) struct Row {
    /// The rig's name, in a column; nothing when there is only one.
    head: String,
    test: String,
    step: String,
    step_age: Duration,
    progress: Option<(Progress, Duration)>,
}

impl Row {
    pub(super) fn of(lane: &Lane) -> Row {
        let progress = lane.progress();
        Row {
            head: one_line(&lane.head),
            test: one_line(&lane.test),
            step: one_line(&lane.step),
            step_age: lane.step_age(),
            progress: progress.map(|progress| (progress, lane.age_of(progress.since))),
        }
    }

    /// Test and step on the left, ages and bar on the right; never wider than the terminal.
    pub(super) fn within(&self, columns: usize) -> String {
        let width = width(columns);
        let mut right = format!("  {}", age(self.step_age));
        if let Some((progress, since)) = &self.progress {
            let _ = write!(right, "  {}", bar(progress, *since, width));
        }
        let room = width.saturating_sub(measure_text_width(&right));
        if room < LEAST_LEFT {
            return cut(&format!("{}{}  {}", self.head, self.test, self.step), columns);
        }
        let left = self.left(room);
        let gap = room - measure_text_width(&left);
        format!("{left}{:gap$}{right}", "")
    }

    /// Half of the room is the test's, if the step needs the rest.
    fn left(&self, room: usize) -> String {
        let head = truncate_str(&self.head, room / 2, "… ");
        let room = room - measure_text_width(&head);
        let gap = if self.test.is_empty() || self.step.is_empty() { "" } else { "  " };
        let step = measure_text_width(&self.step) + gap.len();
        let test = truncate_str(&self.test, room.saturating_sub(step).max(room / 2), "…");
        let left = format!("{head}{test}{gap}{}", self.step);
        truncate_str(&left, measure_text_width(&head) + room, "…").into_owned()
    }
}

/// The last column stays free: there some terminals begin the next line.
fn width(columns: usize) -> usize {
    columns.saturating_sub(1).min(MAX_COLUMNS)
}

fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

/// A text within the width of a terminal.
pub(super) fn cut(text: &str, columns: usize) -> String {
    let mark = if width(columns) == 0 { "" } else { "…" };
    truncate_str(&one_line(text), width(columns), mark).into_owned()
}

/// In whole seconds: what changes faster cannot be read.
fn age(age: Duration) -> String {
    show(Duration::from_secs(age.as_secs()))
}

/// `download ████████░░░░░░░  57 %`, `install 45 s`
fn bar(progress: &Progress, since: Duration, width: usize) -> String {
    let word = match progress.what {
        Phase::Download => "download",
        Phase::Transfer => "transfer",
        Phase::Install => "install",
    };
    let Some(done) = progress.done else { return format!("{word} {}", age(since)) };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is clamped to 0 to 100"
    )]
    let percent = (done * 100.0 + ROUNDING).clamp(0.0, 100.0) as usize;
    let stands = match progress.course {
        Course::Halted => " halted",
        Course::Underway | Course::Finished | Course::Failed => "",
    };
    let cells = BARS.iter().find(|(least, _)| width >= *least).map_or(0, |(_, cells)| *cells);
    if cells == 0 {
        return format!("{word}{stands} {percent:>3} %");
    }
    let full = cells * percent / 100;
    let (full, rest) = ("█".repeat(full), "░".repeat(cells - full));
    format!("{word}{stands} {full}{rest} {percent:>3} %")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;

    fn row(step: &str) -> Row {
        let progress = Progress {
            what: Phase::Download,
            course: Course::Underway,
            done: Some(0.57),
            bytes: None,
            since: Moment::START,
            at: Moment::START,
        };
        Row {
            head: "desk-1  ".to_owned(),
            test: "update/automatic".to_owned(),
            step: step.to_owned(),
            step_age: Duration::from_millis(75_900),
            progress: Some((progress, Duration::from_secs(9))),
        }
    }

    #[test]
    fn says_test_step_age_and_how_far() {
        let wide = row("3 await the end of the download").within(100);
        let expected = "desk-1  update/automatic  3 await the end of the download      75 s  \
                        download ████████░░░░░░░  57 %";
        assert_eq!(wide, expected);
        let narrow = row("3 await the end of the download").within(60);
        assert_eq!(narrow, "desk-1  update/automa…  3 await the …  75 s  download  57 %");
    }

    #[test]
    fn is_never_wider_than_the_terminal() {
        let steps = [
            "",
            "1 x",
            "12.3.4 send AT+WDSI=4479 und dann noch etwas",
            "3 等待下载完成等待下载完成等",
        ];
        for step in steps {
            for columns in 0..200 {
                let row = row(step).within(columns);
                let width = measure_text_width(&row);
                assert!(width <= columns.saturating_sub(1), "{columns}: {width} {row}");
            }
        }
    }
}
