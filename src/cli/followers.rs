//! Who follows a run while it goes on: a person at standard error, other programs by its journal.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::formats::is_standard_output;
use crate::cli::jsonl::{Stream, Wanted};
use crate::cli::voice::Voice;
use crate::cli::{BROKEN, Refusal};
use crate::diagnostic::{Diagnostic, draw_all};
use crate::journal::Journal;
use crate::report::live::{Ahead, Live, Pace, Told};

/// All who follow one run. None of them can keep it waiting.
pub(crate) struct Followers {
    live: Live,
    streams: Vec<Stream>,
    voice: Voice,
}

/// How standard error is written to.
pub(crate) fn pace(live: &[PathBuf]) -> Pace {
    // Where the journal comes by on the same terminal nothing can stand still.
    let is_crossed = live.iter().any(|path| is_standard_output(path)) && io::stdout().is_terminal();
    let can_move = io::stderr().is_terminal() && !console::is_dumb() && !is_crossed;
    if can_move { Pace::Moving } else { Pace::Lines }
}

/// A thread more is all that it needs.
fn no_thread(error: &io::Error) -> Refusal {
    let complaints = vec![Diagnostic::new(format!("the run cannot be followed: {error}"))];
    Refusal { complaints, code: BROKEN }
}

impl Followers {
    pub(crate) fn start(
        (pace, ahead): (Pace, Ahead),
        wanted: Vec<Wanted>,
        voice: Voice,
        journal: &Path,
    ) -> Result<Followers, Refusal> {
        let live = Live::start(pace, ahead).map_err(|error| no_thread(&error))?;
        let streams = wanted.into_iter().map(|wanted| wanted.start(journal, live.teller()));
        let streams = streams.collect::<Result<_, _>>()?;
        Ok(Followers { live, streams, voice })
    }

    pub(crate) fn listen(&self, journal: &mut Journal) {
        journal.listen(self.live.listener());
        let tell = self.live.teller();
        journal.mourn(Box::new(move |error| {
            let sad = "the journal cannot be written, the run goes on without it";
            tell(&format!("{sad}: {error}"));
        }));
    }

    /// Says something beside the run's own lines.
    pub(crate) fn tell(&self, line: &str) {
        self.live.teller()(line);
    }

    /// The journal does not grow any more.
    pub(crate) fn close(&self) {
        self.streams.iter().for_each(Stream::close);
    }

    /// Says what the run came to, waits for those who are slow, and tells what they have missed.
    /// Whoever takes nothing at all is waited for only so long.
    pub(crate) fn finish(self, text: &str) -> (Vec<Diagnostic>, Told) {
        if self.voice == Voice::StandardError {
            self.live.say(text.to_owned());
        }
        let mut told = self.live.finish();
        let mut lost = Vec::new();
        if self.voice == Voice::StandardOutput {
            let said = self.voice.say(text).err();
            lost.extend(said.into_iter().flat_map(|refusal| refusal.complaints));
        }
        let missed = self.streams.into_iter().map(Stream::finish);
        lost.extend(missed.filter_map(Result::err));
        if told == Told::Stuck {
            // A terminal that was stopped has stopped standard output as well, and may go on now.
            told = self.live.finish();
        }
        (lost, told)
    }
}

/// The end of a run. Where nobody on standard error hears it main would wait there for ever.
pub(crate) fn end(
    end: Result<ExitCode, Refusal>,
    told: Told,
    voice: Voice,
) -> Result<ExitCode, Refusal> {
    let Refusal { complaints, code } = match (end, told) {
        (Err(refusal), Told::Stuck) => refusal,
        (end, Told::All | Told::Stuck) => return end,
    };
    if voice == Voice::StandardOutput {
        voice.say(&draw_all(&complaints, voice.paint()))?;
    }
    Ok(ExitCode::from(code))
}
