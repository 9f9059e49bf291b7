//! The end of a run: its journal is closed, its reports are written, and a person is told.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::followers::{self, Followers};
use crate::cli::history::Keeping;
use crate::cli::kept::Kept;
use crate::cli::outputs::{Findings, Output};
use crate::cli::voice::Voice;
use crate::cli::{BUG, Refusal, claim, end, page};
use crate::diagnostic::Diagnostic;
use crate::history::Phases;
use crate::journal::{Header, Journal};
use crate::report::console;
use crate::shelf::shown;
use crate::suite::Finished;
use crate::tally::{Exit, Tally};
use crate::world::Interrupts;

/// What is left to do when the tests are over.
pub(super) struct Closing {
    pub(super) header: Header,
    pub(super) tally: Arc<Mutex<Tally>>,
    pub(super) phases: Arc<Mutex<Phases>>,
    pub(super) kept: Kept,
    pub(super) outputs: Vec<Output>,
    pub(super) followers: Followers,
    pub(super) voice: Voice,
    pub(super) interrupts: Interrupts,
    /// The reports that each run leaves, as a person reads their paths.
    pub(super) usual: String,
}

impl Closing {
    pub(super) fn end(
        self,
        Finished { journal, bugs }: Finished,
        mut keeping: Keeping,
    ) -> Result<ExitCode, Refusal> {
        let mut lost = Vec::new();
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.header = Some(self.header);
        let journal = close(journal, self.kept, &self.followers, &mut lost);
        let (page, unread) = page::of(journal.as_deref());
        lost.extend(unread);
        let findings = Findings { tally: &tally, journals: journal.as_slice(), page: Some(&page) };
        let written = self.outputs.into_iter().map(|output| output.write(&findings));
        lost.extend(written.filter_map(Result::err));
        keeping.complete(&tally, &self.phases);
        let mut text = console::report(&tally, self.voice.paint());
        if let ([], Some(journal)) = (lost.as_slice(), &journal) {
            let _ = writeln!(text, "{}\n{}", self.usual, shown(journal));
        }
        end_at_once_when_asked(&self.interrupts);
        let (missed, told) = self.followers.finish(&text);
        lost.extend(missed);
        let end = if bugs.is_empty() { end(tally.exit(), lost) } else { Err(ours(&bugs, lost)) };
        followers::end(end, told, self.voice)
    }
}

/// All is written, and whoever will not wait for slow readers says so twice: once may have been
/// meant for the run.
fn end_at_once_when_asked(interrupts: &Interrupts) {
    let was_asked = AtomicBool::new(false);
    interrupts.wake_with(move || {
        if was_asked.swap(true, Ordering::SeqCst) {
            process::exit(Exit::Interrupted.code().into());
        }
    });
}

/// Closes the journal: where it is, if it is anywhere, and in `lost` what is not in it.
fn close(
    journal: Journal,
    kept: Kept,
    followers: &Followers,
    lost: &mut Vec<Diagnostic>,
) -> Option<PathBuf> {
    let whole = journal.whole();
    drop(journal);
    followers.close();
    let settled = kept.settle().map_err(|complaint| lost.push(complaint)).ok()?;
    if let Some(remark) = &settled.remark {
        followers.tell(remark);
    }
    lost.extend(whole.err().map(|error| claim::cut_short(&settled.path, &error)));
    Some(settled.path)
}

/// The end of a run in which we went wrong ourselves: its results are written, but not whole.
fn ours(bugs: &[String], mut lost: Vec<Diagnostic>) -> Refusal {
    let help = "please report it, with what was printed about the panic and the journal";
    lost.extend(bugs.iter().map(|bug| Diagnostic::new(bug.as_str()).help(help)));
    Refusal { complaints: lost, code: BUG }
}
