//! Whose fault it is: the device's (failed), the rig's (broken), or a person who interrupted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Way};
use crate::source::Place;

/// What a test, or a whole run, came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All was as the scenario says.
    Passed,
    /// The device did something wrong.
    Failed,
    /// The rig did something wrong: nothing is known about the device.
    Broken,
    /// Not run, with a reason.
    Skipped,
    /// A person or the system stopped the run.
    Interrupted,
}

impl Verdict {
    pub const ALL: [Verdict; 5] =
        [Verdict::Passed, Verdict::Failed, Verdict::Broken, Verdict::Skipped, Verdict::Interrupted];

    /// The worse of two: a broken rig says nothing about the device, and a run that was stopped
    /// nothing about either. What was skipped is no worse than what passed.
    #[must_use]
    pub fn or_worse(self, other: Verdict) -> Verdict {
        let weight = |verdict| match verdict {
            Verdict::Passed | Verdict::Skipped => 0,
            Verdict::Failed => 1,
            Verdict::Broken => 2,
            Verdict::Interrupted => 3,
        };
        if weight(other) > weight(self) { other } else { self }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Broken => "broken",
            Verdict::Skipped => "skipped",
            Verdict::Interrupted => "interrupted",
        })
    }
}

/// A fault of the rig: a port that is gone, power that did not switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// What happened, starting lowercase.
    pub message: String,
    /// Further facts: the last words of a plugin.
    pub notes: Vec<String>,
    /// What the person at the bench can do about it.
    pub help: Option<String>,
}

impl Broken {
    pub fn new(message: impl Into<String>) -> Broken {
        Broken { message: message.into(), notes: Vec::new(), help: None }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Broken {
        self.notes.push(note.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Broken {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whose fault it is when something does not go as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Means {
    /// The device's.
    #[default]
    Failed,
    /// The rig's: nothing is known about the device.
    Broken,
}

impl Means {
    pub const WORDS: [(&str, Means); 2] = [("failed", Means::Failed), ("broken", Means::Broken)];
}

/// Why a step did not succeed.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// The device's fault.
    Failed(Box<Diagnostic>),
    /// The rig's fault, or the scenario's: nothing is known about the device.
    Broken(Box<Diagnostic>),
    /// Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
}

impl Trouble {
    pub fn failed(diagnostic: Diagnostic) -> Trouble {
        Trouble::Failed(Box::new(diagnostic))
    }

    pub fn broken(diagnostic: Diagnostic) -> Trouble {
        Trouble::Broken(Box::new(diagnostic))
    }

    pub fn verdict(&self) -> Verdict {
        match self {
            Trouble::Failed(_) => Verdict::Failed,
            Trouble::Broken(_) => Verdict::Broken,
            Trouble::Interrupted => Verdict::Interrupted,
        }
    }

    /// Adds a fact to what will be said.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Trouble {
        match &mut self {
            Trouble::Failed(diagnostic) | Trouble::Broken(diagnostic) => {
                diagnostic.notes.push(note.into());
            }
            Trouble::Interrupted => {}
        }
        self
    }

    /// Adds where the run came from on its way to the trouble.
    #[must_use]
    pub fn by(mut self, way: Way) -> Trouble {
        match &mut self {
            Trouble::Failed(diagnostic) | Trouble::Broken(diagnostic) => {
                diagnostic.scene().ways.push(way);
            }
            Trouble::Interrupted => {}
        }
        self
    }

    /// The same, marked at this place unless it has one.
    #[must_use]
    pub fn placed(self, place: &Place) -> Trouble {
        let mark = |diagnostic: Box<Diagnostic>| match diagnostic.excerpt {
            Some(_) => diagnostic,
            None => Box::new(diagnostic.marking(place, "")),
        };
        match self {
            Trouble::Failed(diagnostic) => Trouble::Failed(mark(diagnostic)),
            Trouble::Broken(diagnostic) => Trouble::Broken(mark(diagnostic)),
            Trouble::Interrupted => Trouble::Interrupted,
        }
    }

    /// The same, with the fault where the scenario sees it.
    #[must_use]
    pub fn meaning(self, means: Means) -> Trouble {
        match (self, means) {
            (Trouble::Failed(diagnostic), Means::Broken) => Trouble::Broken(diagnostic)
                .note("for this scenario that is the rig's fault, not the module's"),
            (trouble, Means::Failed | Means::Broken) => trouble,
        }
    }

    /// What to say about it.
    pub fn into_diagnostic(self) -> Box<Diagnostic> {
        match self {
            Trouble::Failed(diagnostic) | Trouble::Broken(diagnostic) => diagnostic,
            Trouble::Interrupted => {
                Box::new(Diagnostic::new("interrupted by a person or the system"))
            }
        }
    }
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Trouble {
        let mut diagnostic = Diagnostic::new(broken.message);
        diagnostic.notes = broken.notes;
        diagnostic.help = broken.help;
        Trouble::broken(diagnostic)
    }
}
