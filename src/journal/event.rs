//! The facts that a journal holds.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::fault::Verdict;
use crate::journal::{Figure, Wire};

/// The first line of a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`crate::journal::VERSION`].
    pub journal: u32,
    /// Name and version of the program that wrote it.
    pub tool: String,
    /// When the run began, UTC, RFC 3339: the only wall-clock time in a journal.
    pub started: String,
    /// The host's name; nothing when the run was told what time it is, so that the same run writes
    /// the same reports everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What was typed behind the program's name; nothing where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
}

/// One fact with its stamp.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry<'a> {
    /// Nanoseconds on the world's clock: since the run began on a real port; on the virtual rig
    /// each test has a world of its own, whose clock starts at 0.
    pub ns: u64,
    /// The name of the rig, when the run has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Cow<'a, str>>,
    pub is: Event<'a>,
}

/// What can happen in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event<'a> {
    RunStarted(Plan),
    /// The port of a rig is open.
    RigReady(Rig),
    TestStarted(TestAt),
    StepStarted(StepAt),
    /// Bytes to the device.
    Sent(Wire<'a>),
    /// Bytes from the device; the stamp is their arrival.
    Received(Wire<'a>),
    /// The port has vanished, and why; it is looked for.
    PortGone {
        why: Cow<'a, str>,
    },
    /// The port is there again, under this name: what follows belongs to the same conversation.
    PortBack {
        port: Cow<'a, str>,
    },
    /// An expected line, or several of one pattern, came in time.
    Met(Met<'a>),
    /// A role was asked for something: `power`, `off`.
    Called {
        role: Cow<'a, str>,
        method: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        params: Option<Value>,
        /// How long the answer took; nothing on a simulated rig, where it takes no time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        took_ns: Option<u64>,
        /// Of a cut: the line that it followed. The entry's stamp is that of the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Cue<'a>>,
        /// What it answered beside "done".
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Value>,
        /// Why it was not done, or not answered: then nobody knows whether it was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refused: Option<Cow<'a, str>>,
    },
    /// A file of so many bytes begins to be transferred to the device; its blocks are `sent`.
    TransferStarted {
        bytes: u64,
    },
    /// A figure of the scenario, with its bounds.
    Measured(Figure),
    /// The device said something about itself: `firmware`, `imei`.
    Learned {
        fact: Cow<'a, str>,
        value: Cow<'a, str>,
    },
    /// A scenario's own words.
    Logged(Cow<'a, str>),
    StepEnded {
        path: Cow<'a, str>,
        verdict: Verdict,
    },
    /// Why a test is not passed; a teardown may add a second one.
    Complained {
        verdict: Verdict,
        diagnostic: Box<Diagnostic>,
    },
    TeardownStarted,
    Unclaimed(Unclaimed),
    TestEnded {
        verdict: Verdict,
        reason: Option<Cow<'a, str>>,
    },
    /// A rig waits for an instrument that it shares with others.
    Waits(Waits),
    /// A rig is taken out of the run.
    RigLeft {
        why: Cow<'a, str>,
    },
    RunEnded {
        verdict: Verdict,
    },
}

/// What a run is going to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub seed: u64,
    pub tests: u64,
    /// The rig's name, of several the first; a journal of an earlier version does not have it here.
    #[serde(default)]
    pub rig: String,
    /// All rigs in their order, when there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rigs: Vec<String>,
    /// The files of the rigs that have one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rig_files: BTreeMap<String, String>,
    /// `2/8` when only each eighth test is run, from the second on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// What a test counts that passed after it had failed.
    #[serde(default, skip_serializing_if = "Flaky::is_usual")]
    pub flaky: Flaky,
    /// The package under test: name, from, to, kind, size, and its file if it has one. Of
    /// several packages only `name`, which says how many.
    pub package: BTreeMap<String, Value>,
}

/// What a test counts that passed in a later attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flaky {
    /// It has passed, and is told.
    #[default]
    Pass,
    /// It has failed.
    Fail,
}

impl Flaky {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_usual(&self) -> bool {
        *self == Flaky::Pass
    }
}

/// What a rig waits for, and who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    pub instrument: String,
    /// A rig and its process, as far as it is known.
    pub holder: String,
}

/// The rig that the following tests run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rig {
    pub name: String,
    pub profile: String,
    /// `virtual`, or the path of the serial device.
    pub port: String,
    /// The roles that it offers; a journal of an earlier version does not have them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The access point name, `${rig.apn}` of scenarios.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub apn: String,
}

/// A test and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestAt {
    /// Unique in the run: `connect/open[ua=on]`.
    pub id: String,
    pub rig: String,
    /// The scenario's id: `connect/open`.
    pub scenario: String,
    /// The scenario's name as people read it.
    pub name: String,
    pub file: String,
    /// `ua=on`; empty without parameters.
    pub params: String,
    pub tags: Vec<String>,
    /// What the scenario says of itself for other programs: `test_key`, `requirement`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// Which attempt it is, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub attempt: u32,
}

fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_first(attempt: &u32) -> bool {
    *attempt == first()
}

/// A step and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAt {
    /// `3`, or `2.1` for a step of a fragment, `teardown 1`.
    pub path: String,
    /// `send AT+CGMR`
    pub what: String,
    pub file: String,
    pub line: usize,
}

/// An expectation that was met: a measurement, whether it had a bound or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met<'a> {
    pub pattern: Cow<'a, str>,
    /// The line that met it, the last one of several.
    pub line: Wire<'a>,
    /// How many lines it took.
    pub lines: u64,
    /// From the start of its bounds to the arrival of the first and the last line. Negative when
    /// the line had arrived before and waited in the inbox.
    pub first_ns: i64,
    pub last_ns: i64,
    /// Its bounds, counted from the same start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least_ns: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_ns: Option<i64>,
    /// The pattern as the scenario has it, where variables were filled in: the same for each
    /// package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Cow<'a, str>>,
}

/// The line upon which something was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cue<'a> {
    pub line: Wire<'a>,
    /// Its arrival.
    pub ns: u64,
}

/// Lines that no expectation took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unclaimed {
    /// The first of them, with their stamps.
    pub lines: Vec<(u64, Wire<'static>)>,
    /// How many there were beyond those listed.
    pub more: u64,
}
