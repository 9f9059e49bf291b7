//! Which test a rig does next, and when it does no more.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::fault::Verdict;
use crate::run::{Prospect, Test};
use crate::suite::fit::misfit;
use crate::suite::{Desk, Patience};
use crate::world::Interrupts;

/// Broken tests in a row after which a rig is taken out: one may be the scenario's fault, and each
/// costs the time that a dead rig is waited for.
pub(crate) const MAX_BROKEN_IN_A_ROW: usize = 2;

/// What a rig does next.
pub(crate) enum Turn<'t> {
    Run {
        test: &'t Test,
        /// The first attempt that it is to make.
        attempt: u32,
    },
    Skip {
        test: &'t Test,
        reason: String,
    },
}

/// The tests of one rig, one after the other.
pub(crate) trait Roster<'t> {
    fn next(&mut self) -> Option<Turn<'t>>;

    /// Takes note of what the last test came to. Returns why the rig is taken out, if it now is.
    fn over(&mut self, verdict: Verdict) -> Option<String>;

    /// The rig can do no more. Returns the test that it was at.
    fn lose(&mut self, why: &str) -> Option<&'t Test>;
}

/// What makes all rigs leave out what they have not begun.
pub(crate) struct Halt {
    patience: Patience,
    interrupts: Interrupts,
    is_enough: AtomicBool,
}

impl Halt {
    pub(crate) fn of(patience: Patience, interrupts: &Interrupts) -> Halt {
        let (interrupts, is_enough) = (interrupts.clone(), AtomicBool::new(false));
        Halt { patience, interrupts, is_enough }
    }

    pub(crate) fn reason(&self) -> Option<&'static str> {
        if self.interrupts.count() > 0 {
            Some("the run was interrupted")
        } else if self.is_enough.load(Ordering::SeqCst) {
            Some("an earlier test did not pass, and --fail-fast is on")
        } else {
            None
        }
    }

    /// Takes note of what a test came to.
    pub(crate) fn see(&self, verdict: Verdict) {
        if verdict != Verdict::Passed && self.patience == Patience::StopAtFirst {
            self.is_enough.store(true, Ordering::SeqCst);
        }
    }
}

/// Whether others go on when this rig is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// It is the only one: to leave out its tests would save nothing that another could use.
    Alone,
    Others,
}

/// A list of the rig's own: each test that fits it.
pub(crate) struct OwnList<'t> {
    desk: &'t Desk,
    tests: std::slice::Iter<'t, Test>,
    halt: &'t Halt,
    company: Company,
    /// The test that it is at.
    at: Option<&'t Test>,
    broken_in_a_row: usize,
    out: Option<String>,
}

impl<'t> OwnList<'t> {
    pub(crate) fn of(
        desk: &'t Desk,
        tests: &'t [Test],
        halt: &'t Halt,
        company: Company,
    ) -> OwnList<'t> {
        let (at, out) = (None, None);
        OwnList { desk, tests: tests.iter(), halt, company, at, broken_in_a_row: 0, out }
    }

    /// Why a test is left out.
    fn against(&self, test: &Test) -> Option<String> {
        let reason = self.halt.reason().or(self.out.as_deref());
        if let Some(reason) = reason {
            return Some(reason.to_owned());
        }
        match &test.prospect {
            Prospect::LeftOut(reason) => Some(reason.clone()),
            Prospect::Pass | Prospect::Fail(_) | Prospect::Quarantined(_) => {
                misfit(self.desk, test)
            }
        }
    }
}

impl<'t> Roster<'t> for OwnList<'t> {
    fn next(&mut self) -> Option<Turn<'t>> {
        let test = self.tests.next()?;
        if let Some(reason) = self.against(test) {
            return Some(Turn::Skip { test, reason });
        }
        self.at = Some(test);
        Some(Turn::Run { test, attempt: 1 })
    }

    fn over(&mut self, verdict: Verdict) -> Option<String> {
        self.at = None;
        self.halt.see(verdict);
        self.broken_in_a_row =
            if verdict == Verdict::Broken { self.broken_in_a_row + 1 } else { 0 };
        if self.company == Company::Alone || self.broken_in_a_row < MAX_BROKEN_IN_A_ROW {
            return None;
        }
        let why = worn_out();
        self.lose(&why);
        Some(why)
    }

    fn lose(&mut self, why: &str) -> Option<&'t Test> {
        self.out = Some(format!("the rig `{}` was taken out: {why}", self.desk.rig.name));
        self.at.take()
    }
}

/// Why a rig is taken out that breaks again and again.
pub(crate) fn worn_out() -> String {
    format!("{MAX_BROKEN_IN_A_ROW} of its tests in a row were broken")
}
