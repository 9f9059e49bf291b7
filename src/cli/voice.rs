//! Where a person hears what a command has to say.

use std::io;

use crate::cli::{Refusal, say, whisper};
use crate::diagnostic::Paint;

/// The stream that a person reads, at the end of a run or of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    StandardOutput,
    /// Standard output belongs to a report.
    StandardError,
}

impl Voice {
    pub(crate) fn say(self, text: &str) -> Result<(), Refusal> {
        match self {
            Voice::StandardOutput => say(text),
            Voice::StandardError => {
                whisper(text);
                Ok(())
            }
        }
    }

    /// Whether this stream shows colours, as `NO_COLOR` and the terminal have it.
    pub(crate) fn paint(self) -> Paint {
        let choice = match self {
            Voice::StandardOutput => anstream::AutoStream::choice(&io::stdout()),
            Voice::StandardError => anstream::AutoStream::choice(&io::stderr()),
        };
        match choice {
            anstream::ColorChoice::Never => Paint::Plain,
            anstream::ColorChoice::Always
            | anstream::ColorChoice::AlwaysAnsi
            | anstream::ColorChoice::Auto => Paint::Coloured,
        }
    }
}
