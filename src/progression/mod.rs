//! How far a download, a transfer or an install has come, told from a test's journal entries.
//!
//! A **download** over the air shows itself by `+WDSI: 18,<percent>`. `9,<size>` offers it, with
//! what remains when it goes on after a cut; `18` without data begins it; `10` says that it is
//! stored, `11` and `13` that it is not; `3` and `14` ask for and begin the install of what is
//! stored (reference, section 3). A stopped session (`8`), a reset, a power cut and a port that is
//! gone halt it: what is in flash stays, and it goes on from there (app note, chapter 11).
//!
//! A **transfer** is the file of a local update: the journal has its length, and its blocks.
//!
//! An **install** lasts from `14` to `16` or `15`. The module is silent meanwhile, so only its
//! age is known. A power cut does not end it: it goes on at the next boot, without a second `14`
//! (app note, 9.4).

mod blocks;
mod signs;

use crate::journal::{Entry, Event};
use crate::moment::Moment;
use crate::progression::blocks::Blocks;
use crate::progression::signs::{Sign, Signs};

/// Of what it is told how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Over the air, into the module's flash.
    Download,
    /// A file from this host into the module's flash.
    Transfer,
    Install,
}

/// How it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Underway,
    /// It was interrupted, and may go on where it was.
    Halted,
    Finished,
    Failed,
}

/// How far something has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    pub what: Phase,
    pub course: Course,
    /// From 0 to 1; nothing for an install, which does not say.
    pub done: Option<f64>,
    /// The length of all of it, where that was said.
    pub bytes: Option<u64>,
    /// When it began. What goes on after it was halted has begun before that.
    pub since: Moment,
    /// When it had come so far.
    pub at: Moment,
}

/// Follows one rig through its tests.
#[derive(Clone, Debug, Default)]
pub struct Progression {
    signs: Signs,
    /// What goes on, or went on last.
    now: Option<Progress>,
    /// The file that is transferred.
    blocks: Option<Blocks>,
    /// The size of the package that was offered.
    offered: Option<u64>,
    /// Where a halted download goes on, as the module has said since.
    resumes: Option<f64>,
}

impl Progression {
    /// What goes on now, also while it is halted.
    pub fn current(&self) -> Option<Progress> {
        let goes_on = |now: &Progress| matches!(now.course, Course::Underway | Course::Halted);
        self.now.filter(goes_on)
    }

    /// Takes one entry in, and tells each change that it makes.
    pub fn hear(&mut self, entry: &Entry<'_>, mut tell: impl FnMut(Progress)) {
        let at = Moment::from_nanos(entry.ns);
        match &entry.is {
            Event::TestStarted(_) => *self = Progression::default(),
            Event::TestEnded { .. } => self.now = None,
            Event::TransferStarted { bytes } => {
                self.blocks = Some(Blocks::of(*bytes));
                tell(self.begin(Phase::Transfer, at));
            }
            Event::Sent(bytes) => {
                self.signs.sent(&bytes.0);
                let blocks = self.blocks.as_mut();
                if blocks.is_some_and(|blocks| blocks.sent(&bytes.0)) {
                    self.become_of(Phase::Transfer, Course::Underway, at)
                        .into_iter()
                        .for_each(tell);
                }
            }
            Event::Received(bytes) => {
                let mut signs = std::mem::take(&mut self.signs);
                signs
                    .received(&bytes.0, |sign| self.note(sign, at).into_iter().for_each(&mut tell));
                self.signs = signs;
            }
            Event::StepEnded { .. } => self.end_transfer(at).into_iter().for_each(tell),
            Event::PortGone { .. } => self.halt(at).into_iter().for_each(tell),
            Event::Called { role, method, refused: None, .. }
                if role == "power" && (method == "off" || method == "reset") =>
            {
                self.halt(at).into_iter().for_each(tell);
            }
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::StepStarted(_)
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Called { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::Complained { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => {}
        }
    }

    fn note(&mut self, sign: Sign, at: Moment) -> Option<Progress> {
        match sign {
            Sign::Event { code, data } => self.event(code, data, at),
            Sign::Booted => self.become_of(Phase::Download, Course::Halted, at),
            Sign::Ok if self.blocks.as_ref().is_some_and(|blocks| blocks.is_whole) => {
                self.become_of(Phase::Transfer, Course::Finished, at)
            }
            Sign::Refused => self.become_of(Phase::Transfer, Course::Failed, at),
            Sign::Ok => None,
        }
    }

    /// The codes of the reference, section 3.
    fn event(&mut self, code: u8, data: Option<u64>, at: Moment) -> Option<Progress> {
        match (code, data) {
            (8, _) => self.become_of(Phase::Download, Course::Halted, at),
            (9, _) => self.offer(data, at),
            (10, _) => self.become_of(Phase::Download, Course::Finished, at),
            (11 | 13, _) => self.become_of(Phase::Download, Course::Failed, at),
            (18, None) => Some(self.download(self.resumes.unwrap_or(0.0), at)),
            (18, Some(percent)) => {
                let percent = u8::try_from(percent.min(100)).expect("it is at most 100");
                Some(self.download(f64::from(percent) / 100.0, at))
            }
            (3, _) => {
                let stored = self.become_of(Phase::Download, Course::Finished, at);
                stored.or_else(|| self.become_of(Phase::Transfer, Course::Finished, at))
            }
            (14, _) => Some(self.begin(Phase::Install, at)),
            (15, _) => self.become_of(Phase::Install, Course::Failed, at),
            (16, _) => self.become_of(Phase::Install, Course::Finished, at),
            _ => None,
        }
    }

    /// A package is offered: the rest of a download that was interrupted, or another one.
    fn offer(&mut self, size: Option<u64>, at: Moment) -> Option<Progress> {
        let is_download = |now: &Progress| now.what == Phase::Download;
        let interrupted = self.current().filter(is_download);
        let (Some(mut halted), Some(whole), Some(rest)) = (interrupted, self.offered, size) else {
            (self.offered, self.resumes, self.now) = (size, None, None);
            return None;
        };
        if rest > whole || whole == 0 {
            (self.offered, self.resumes, self.now) = (size, None, None);
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share for people")]
        let done = 1.0 - rest as f64 / whole as f64;
        self.resumes = Some(done);
        (halted.course, halted.done, halted.at) = (Course::Halted, Some(done), at);
        self.now = Some(halted);
        self.now
    }

    fn download(&mut self, done: f64, at: Moment) -> Progress {
        if self.current().is_none_or(|now| now.what != Phase::Download) {
            self.begin(Phase::Download, at);
        }
        self.resumes = None;
        let now = self.now.as_mut().expect("a download goes on");
        (now.course, now.done, now.at) = (Course::Underway, Some(done), at);
        *now
    }

    fn begin(&mut self, what: Phase, at: Moment) -> Progress {
        let (done, bytes) = match what {
            Phase::Download => (Some(0.0), self.offered),
            Phase::Transfer => (Some(0.0), self.blocks.as_ref().map(|blocks| blocks.bytes)),
            Phase::Install => (None, None),
        };
        let progress = Progress { what, course: Course::Underway, done, bytes, since: at, at };
        self.now = Some(progress);
        progress
    }

    /// Where this phase goes on, it takes this course; what is over stays as it was.
    fn become_of(&mut self, what: Phase, course: Course, at: Moment) -> Option<Progress> {
        let goes_on = self.current().filter(|now| now.what == what)?;
        let done = match (what, course) {
            (Phase::Download, Course::Finished) => Some(1.0),
            (Phase::Transfer, _) => self.blocks.as_ref().map(Blocks::done),
            (Phase::Download | Phase::Install, _) => goes_on.done,
        };
        if matches!(course, Course::Finished | Course::Failed) {
            self.blocks = None;
        }
        self.now = Some(Progress { course, done, at, ..goes_on });
        self.now
    }

    /// A download stays in flash; a transfer begins anew (reference, F34); an install goes on.
    fn halt(&mut self, at: Moment) -> Option<Progress> {
        self.signs.hang_up();
        let halted = self.become_of(Phase::Download, Course::Halted, at);
        halted.or_else(|| self.become_of(Phase::Transfer, Course::Failed, at))
    }

    /// The step that transfers has no steps of its own, so the first end is its own.
    fn end_transfer(&mut self, at: Moment) -> Option<Progress> {
        let blocks = self.blocks.as_ref()?;
        let course = if blocks.is_whole { Course::Finished } else { Course::Failed };
        self.become_of(Phase::Transfer, course, at)
    }
}

#[cfg(test)]
mod tests;
