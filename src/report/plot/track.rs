//! Gathers what the plot of a test's progress shows: how far, when, and what cut it.

use crate::journal::{Entry, Event};
use crate::moment::Moment;
use crate::progression::{Course, Phase, Progress, Progression};

/// Points of one line: more than a plot is wide would not be seen.
const MAX_POINTS: usize = 300;
/// Lines of one plot: a test that downloads more often is shown by its first ones.
const MAX_LINES: usize = 12;
/// Times without power, network or port in one plot.
const MAX_OUTAGES: usize = 40;
/// The least way forward that is worth another point.
const STEP: f64 = 0.004;

/// How far a test has come, over its time.
#[derive(Clone, Debug, Default)]
pub struct Track {
    progression: Progression,
    started: Moment,
    pub(super) lines: Vec<Line>,
    pub(super) outages: Vec<Outage>,
}

/// One download, transfer or install. Times are seconds since the test began.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) what: Phase,
    pub(super) since: f64,
    /// When it was heard of last.
    pub(super) until: f64,
    pub(super) course: Course,
    pub(super) bytes: Option<u64>,
    /// Seconds and per cent; nothing of an install.
    pub(super) points: Vec<(f64, f64)>,
    began: Moment,
}

/// A time without power, network or port.
#[derive(Clone, Debug)]
pub(super) struct Outage {
    pub(super) what: &'static str,
    pub(super) since: f64,
    /// Nothing when it did not end in this test.
    pub(super) until: Option<f64>,
}

impl Track {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.len() < 2)
    }

    /// Takes an entry of the test in; what begins a test begins a new track.
    pub fn hear(&mut self, entry: &Entry<'_>) {
        let at = Moment::from_nanos(entry.ns);
        if matches!(entry.is, Event::TestStarted(_)) {
            *self = Track { started: at, ..Track::default() };
        }
        let mut heard = Vec::new();
        self.progression.hear(entry, |progress| heard.push(progress));
        for progress in &heard {
            self.go_on(progress);
        }
        self.note_outage(&entry.is, self.seconds(at));
    }

    fn seconds(&self, at: Moment) -> f64 {
        at.since(self.started).as_secs_f64()
    }

    fn go_on(&mut self, progress: &Progress) {
        let (since, until) = (self.seconds(progress.since), self.seconds(progress.at));
        let is_same = |line: &Line| line.what == progress.what && line.began == progress.since;
        if !self.lines.last().is_some_and(is_same) {
            if self.lines.len() == MAX_LINES {
                return;
            }
            let points = progress.done.map(|done| (since, done * 100.0)).into_iter().collect();
            let (what, course, bytes) = (progress.what, progress.course, progress.bytes);
            let began = progress.since;
            self.lines.push(Line { what, since, until, course, bytes, points, began });
        }
        let Some(line) = self.lines.last_mut() else { return };
        let turns = line.course != progress.course;
        (line.until, line.course) = (until, progress.course);
        let Some(done) = progress.done else { return };
        let last = line.points.last().map_or(f64::NEG_INFINITY, |(_, percent)| *percent);
        let is_news = turns || (done * 100.0 - last).abs() >= STEP * 100.0;
        if is_news && line.points.len() < MAX_POINTS {
            line.points.push((until, done * 100.0));
        } else if is_news && let Some(point) = line.points.last_mut() {
            // The end is always there.
            *point = (until, done * 100.0);
        }
    }

    fn note_outage(&mut self, event: &Event<'_>, at: f64) {
        match event {
            Event::PortGone { .. } => self.go_dark("port gone", at, None),
            Event::PortBack { .. } => self.come_back("port gone", at),
            Event::Called { role, method, refused: None, .. } => {
                match (role.as_ref(), method.as_ref()) {
                    ("power", "off") => self.go_dark("power off", at, None),
                    ("power", "on") => self.come_back("power off", at),
                    ("power", "reset") => self.go_dark("reset", at, Some(at)),
                    ("network", "down") => self.go_dark("network down", at, None),
                    ("network", "up") => self.come_back("network down", at),
                    _ => {}
                }
            }
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::TestStarted(_)
            | Event::StepStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::Met(_)
            | Event::Called { .. }
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::StepEnded { .. }
            | Event::Complained { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::TestEnded { .. }
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {}
        }
    }

    fn go_dark(&mut self, what: &'static str, since: f64, until: Option<f64>) {
        let is_dark = |outage: &Outage| outage.what == what && outage.until.is_none();
        if self.outages.len() < MAX_OUTAGES && !self.outages.iter().any(is_dark) {
            self.outages.push(Outage { what, since, until });
        }
    }

    fn come_back(&mut self, what: &str, at: f64) {
        let dark = self.outages.iter_mut().rev().find(|outage| outage.what == what);
        if let Some(outage) = dark {
            outage.until.get_or_insert(at);
        }
    }
}
