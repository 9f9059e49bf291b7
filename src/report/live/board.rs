//! What there is to show of a run: lines that were not written yet, and what each rig is at.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::mem;
use std::time::Duration;

use crate::diagnostic::printable;
use crate::duration::show;
use crate::fault::Verdict;
use crate::journal::{Entry, Event, Plan};
use crate::report::live::forecast::{End, Forecast};
use crate::report::live::lane::{Lane, Watch};
use crate::report::live::row::{self, Row};
use crate::report::live::screen::Size;
use crate::report::live::{Ahead, Pace};

/// Room for the verdict, with which a line begins.
const WORD: usize = 12;
/// What may wait for a terminal that takes nothing: about as many lines as a run may have tests
/// before somebody looks. Further lines are counted.
const MAX_WAITING_BYTES: usize = 4 << 20;
/// Lines of the terminal that are left to what stays.
const LEFT_LINES: usize = 4;

pub(super) struct Board {
    pace: Pace,
    /// What each rig is at; a single one has no name here.
    lanes: BTreeMap<String, Lane>,
    /// Clocks of rigs that have not said anything yet.
    watches: BTreeMap<String, Watch>,
    forecast: Forecast,
    over: u64,
    not_passed: u64,
    planned: u64,
    /// Room for the longest name of a rig; nothing when there is only one.
    wide: usize,
    /// Of several rigs that are all interrupted one says it.
    is_interrupted: bool,
    lines: VecDeque<String>,
    waiting_bytes: usize,
    /// Lines that found no room.
    left_out: u64,
    /// Nobody is left to be told.
    is_silent: bool,
}

/// Whether an event changes what is shown at such a pace. Most do not, and there may be millions.
pub(super) fn concerns(pace: Pace, event: &Event<'_>) -> bool {
    match event {
        Event::RunStarted(_)
        | Event::RigReady(_)
        | Event::TestStarted(_)
        | Event::TestEnded { .. }
        | Event::Waits(_)
        | Event::RigLeft { .. }
        | Event::RunEnded { .. } => true,
        Event::Complained { verdict, .. } => *verdict == Verdict::Interrupted,
        Event::StepStarted(_)
        | Event::StepEnded { .. }
        | Event::Sent(_)
        | Event::Received(_)
        | Event::Called { .. }
        | Event::PortGone { .. }
        | Event::TransferStarted { .. } => pace == Pace::Moving,
        Event::PortBack { .. }
        | Event::Met(_)
        | Event::Measured(_)
        | Event::Learned { .. }
        | Event::Logged(_)
        | Event::TeardownStarted
        | Event::Unclaimed(_) => false,
    }
}

impl Board {
    pub(super) fn new(pace: Pace, ahead: Ahead) -> Board {
        let (mut watches, mut forecast) = (BTreeMap::new(), Forecast::default());
        forecast.share(ahead.shared);
        for lookout in ahead.rigs {
            forecast.add(&lookout.rig, lookout.tests, lookout.watch.speed);
            watches.insert(lookout.rig, lookout.watch);
        }
        Board {
            pace,
            lanes: BTreeMap::new(),
            watches,
            forecast,
            over: 0,
            not_passed: 0,
            planned: 0,
            wide: 0,
            is_interrupted: false,
            lines: VecDeque::new(),
            waiting_bytes: 0,
            left_out: 0,
            is_silent: false,
        }
    }

    pub(super) fn hear(&mut self, entry: &Entry<'_>) {
        let on = entry.on.as_deref().unwrap_or_default();
        match &entry.is {
            Event::RunStarted(plan) => self.begin(plan),
            Event::TestStarted(at) => {
                self.forecast.begin(on, &at.id);
                self.lane(on).begin(at, entry);
            }
            Event::TestEnded { verdict, .. } => self.end_test(on, *verdict, entry),
            Event::Complained { verdict: Verdict::Interrupted, .. } => {
                if self.wide == 0 || !mem::replace(&mut self.is_interrupted, true) {
                    self.write("interrupted: tearing down; once more to stop at once");
                }
            }
            Event::RigReady(rig) if rig.port == "virtual" => self.lane(on).fold_tests(),
            Event::Waits(waits) => {
                self.lane(on).wait(waits, entry);
                let (instrument, holder) = (&waits.instrument, &waits.holder);
                self.line(on, &format!("waits       for `{instrument}`, which {holder} has"));
            }
            Event::RigLeft { why } => self.line(on, &format!("taken out   {why}")),
            Event::RunEnded { .. } => self.end(),
            Event::StepStarted(step) => {
                let lane = self.lane(on);
                lane.step(step, entry);
                lane.hear(entry);
            }
            Event::Sent(_)
            | Event::Received(_)
            | Event::Called { .. }
            | Event::PortGone { .. }
            | Event::StepEnded { .. }
            | Event::TransferStarted { .. } => self.lane(on).hear(entry),
            Event::RigReady(_)
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::Complained { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_) => {}
        }
    }

    fn begin(&mut self, plan: &Plan) {
        self.planned = plan.tests;
        self.wide = plan.rigs.iter().map(|rig| rig.chars().count()).max().unwrap_or(0);
    }

    fn lane(&mut self, rig: &str) -> &mut Lane {
        if !self.lanes.contains_key(rig) {
            let wide = self.wide;
            // What no rig could do is nobody's.
            let name = if rig.is_empty() { "-" } else { rig };
            let head = if wide == 0 { String::new() } else { format!("{name:<wide$}  ") };
            self.lanes.insert(rig.to_owned(), Lane::of(head, self.watches.remove(rig)));
        }
        self.lanes.get_mut(rig).expect("it was just put there")
    }

    fn end_test(&mut self, on: &str, verdict: Verdict, entry: &Entry<'_>) {
        self.over += 1;
        let is_sad = matches!(verdict, Verdict::Failed | Verdict::Broken);
        self.not_passed += u64::from(is_sad);
        let lane = self.lane(on);
        let (took, lines) = (lane.took(entry), lane.end(verdict, entry));
        self.forecast.end(on, verdict, took);
        self.lines_of(on, &lines);
    }

    fn end(&mut self) {
        let rests = self.lanes.iter_mut().map(|(rig, lane)| (rig.clone(), lane.rest()));
        for (rig, rest) in rests.collect::<Vec<_>>() {
            self.lines_of(&rig, &rest);
        }
    }

    fn lines_of(&mut self, on: &str, lines: &[String]) {
        for line in lines {
            self.line(on, line);
        }
    }

    /// A line that stays: a word, and behind it the rig where there are several.
    fn line(&mut self, on: &str, line: &str) {
        let head = self.lane(on).head.clone();
        let (word, rest) = line.split_at(line.len().min(WORD));
        self.write(&format!("{word}{head}{rest}"));
    }

    fn write(&mut self, line: &str) {
        if self.waiting_bytes < MAX_WAITING_BYTES {
            self.put(format!("{}\n", printable(line)));
        } else {
            self.left_out += 1;
        }
    }

    /// A text that stays, with its end.
    pub(super) fn put(&mut self, text: String) {
        if !self.is_silent {
            self.waiting_bytes += text.len();
            self.lines.push_back(text);
        }
    }

    pub(super) fn has_lines(&self) -> bool {
        !self.lines.is_empty()
    }

    /// The lines that are to be written now.
    pub(super) fn take_lines(&mut self) -> VecDeque<String> {
        self.waiting_bytes = 0;
        let mut lines = mem::take(&mut self.lines);
        let left_out = mem::take(&mut self.left_out);
        if left_out > 0 {
            lines.push_back(format!("… {left_out} more, while nobody read this\n"));
        }
        lines
    }

    /// Nobody is left to be told.
    pub(super) fn fall_silent(&mut self) {
        self.is_silent = true;
        self.lines.clear();
    }

    /// What moves below the lines that stay.
    pub(super) fn rows(&self, size: Size) -> Vec<String> {
        if self.pace == Pace::Lines {
            return Vec::new();
        }
        let room = size.lines.saturating_sub(LEFT_LINES).max(1);
        let busy: Vec<&Lane> = self.lanes.values().filter(|lane| lane.is_busy()).collect();
        let shown = if busy.len() > room { room - 1 } else { busy.len() };
        let rows = busy[..shown].iter().map(|lane| Row::of(lane).within(size.columns));
        let mut rows: Vec<String> = rows.collect();
        if shown < busy.len() {
            let more = format!("… and {} more rigs at work", busy.len() - shown);
            rows.push(row::cut(&more, size.columns));
        }
        if !rows.is_empty() {
            rows.push(row::cut(&self.footer(), size.columns));
        }
        rows
    }

    /// `12 of 40 tests, 1 not passed; about 25 min left (desk-2)`
    fn footer(&self) -> String {
        let (over, planned) = (self.over, self.planned.max(self.over));
        let mut text = format!("{over} of {planned} tests");
        if self.not_passed > 0 {
            let _ = write!(text, ", {} not passed", self.not_passed);
        }
        let busy = |rig: &str| self.lanes.get(rig).filter(|lane| lane.is_busy());
        let end = self.forecast.slowest(|rig| busy(rig).map(Lane::age));
        if let Some(End { rig, left, is_bound }) = end {
            let about = if is_bound { "at most" } else { "about" };
            let rig = rig.map(|rig| format!(" ({})", printable(&rig))).unwrap_or_default();
            if left.is_zero() {
                text.push_str("; longer than expected");
            } else {
                let _ = write!(text, "; {about} {} left{rig}", show(round(left)));
            }
        }
        text
    }
}

/// As far as people care: minutes, when there are several.
fn round(left: Duration) -> Duration {
    const FINE: Duration = Duration::from_secs(120);
    let seconds = left.as_secs() + 1;
    Duration::from_secs(if left < FINE { seconds } else { seconds.div_ceil(60) * 60 })
}
