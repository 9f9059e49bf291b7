//! The conversation of a test, row by row: lines both ways, what they mean, and what was done
//! between them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use crate::at::Kind;
use crate::duration::show;
use crate::journal::{Met, Unclaimed, readable};
use crate::moment::Moment;
use crate::report::html::kept::Kept;
use crate::transcript::Said;

/// Rows of a test that are shown; what lies between is in the journal.
const MAX_ROWS: usize = 3_000;
/// A longer line is cut here; the journal has all of it.
const MAX_SHOWN_BYTES: usize = 600;
/// A call's params and answer are cut here, in characters.
const MAX_VALUE: usize = 240;
/// Characters by which a line is known again.
const KNOWN_BY: usize = 100;
/// How far back the line is looked for that met an expectation.
const MET_ROWS: usize = 200;

/// The rows of one test.
pub(super) struct Talk {
    rows: Kept<Row>,
}

/// One row.
pub(super) struct Row {
    pub(super) ns: u64,
    /// The step in which it was, by its number.
    pub(super) step: Option<usize>,
    pub(super) sort: Sort,
    pub(super) text: String,
    /// The number of its meaning.
    pub(super) meaning: Option<usize>,
    /// Remarks of the run: that it was awaited, how it went.
    pub(super) remark: String,
    /// Of a part of a file: how many bytes and blocks.
    carried: (u64, u64),
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Command,
    Raw,
    File,
    Line(Kind),
    Call,
    Port,
    Log,
    Measured,
    Complaint,
}

impl Sort {
    /// The word beside the row.
    pub(super) fn word(self) -> &'static str {
        match self {
            Sort::Command => "sent",
            Sort::Raw => "raw bytes",
            Sort::File => "file",
            Sort::Line(Kind::Echo) => "echo",
            Sort::Line(Kind::Information) => "answer",
            Sort::Line(Kind::Final) => "result",
            Sort::Line(Kind::Urc) => "URC",
            Sort::Line(Kind::Prompt) => "prompt",
            Sort::Line(Kind::Text) => "text",
            Sort::Call => "call",
            Sort::Port => "port",
            Sort::Log => "log",
            Sort::Measured => "measured",
            Sort::Complaint => "wrong",
        }
    }

    /// The class of the row, by which the style tells them apart.
    pub(super) fn class(self) -> &'static str {
        match self {
            Sort::Command | Sort::Raw | Sort::File => "out",
            Sort::Line(Kind::Echo) => "in echo",
            Sort::Line(Kind::Information | Kind::Prompt) => "in",
            Sort::Line(Kind::Final) => "in final",
            Sort::Line(Kind::Urc) => "in urc",
            Sort::Line(Kind::Text) => "in loose",
            Sort::Call | Sort::Port | Sort::Measured => "deed",
            Sort::Log => "deed log",
            Sort::Complaint => "wrong",
        }
    }
}

impl Sort {
    /// Whether a glossary may know it: an echo only says again what was sent.
    pub(super) fn can_be_known(self) -> bool {
        match self {
            Sort::Command => true,
            Sort::Line(kind) => kind != Kind::Echo,
            Sort::Raw
            | Sort::File
            | Sort::Call
            | Sort::Port
            | Sort::Log
            | Sort::Measured
            | Sort::Complaint => false,
        }
    }
}

impl Row {
    pub(super) fn new(ns: u64, sort: Sort, text: String) -> Row {
        let remark = String::new();
        Row { ns, step: None, sort, text, meaning: None, remark, carried: (0, 0) }
    }

    pub(super) fn with(mut self, remark: impl Into<String>) -> Row {
        self.remark = remark.into();
        self
    }

    /// A piece of the conversation.
    pub(super) fn of(at: Moment, said: Said<'_>) -> Row {
        let ns = at.as_nanos();
        match said {
            Said::Command(command) => Row::new(ns, Sort::Command, cut(command.as_bytes())),
            Said::Raw(bytes) => Row::new(ns, Sort::Raw, cut(bytes)),
            Said::File(bytes) => {
                let carried = (bytes.len() as u64, 1);
                Row { carried, ..Row::new(ns, Sort::File, String::new()) }
            }
            Said::Line(Kind::Prompt, [0x15]) => {
                Row::new(ns, Sort::Line(Kind::Prompt), "NAK".to_owned())
            }
            Said::Line(kind, text) => Row::new(ns, Sort::Line(kind), cut(text)),
        }
    }
}

impl Talk {
    pub(super) fn new() -> Talk {
        Talk { rows: Kept::most(MAX_ROWS) }
    }

    pub(super) fn push(&mut self, row: Row) {
        if row.sort == Sort::File
            && let Some(last) = self.rows.last_mut(1).next()
            && last.sort == Sort::File
        {
            // The blocks of a file are one row.
            last.carried = (last.carried.0 + row.carried.0, last.carried.1 + row.carried.1);
            last.text = format!("{} bytes in {} blocks", last.carried.0, last.carried.1);
            return;
        }
        let mut row = row;
        if row.sort == Sort::File {
            row.text = format!("{} bytes", row.carried.0);
        }
        self.rows.push(row);
    }

    /// Marks the line that an expectation took.
    pub(super) fn meet(&mut self, met: &Met<'_>) {
        let line = readable(&met.line.0);
        let found = self.rows.last_mut(MET_ROWS).find(|row| {
            matches!(row.sort, Sort::Line(_))
                && start(&row.text) == start(&line)
                && row.remark.is_empty()
        });
        let Some(row) = found else { return };
        let after = match met.at_most_ns.and_then(|most| u64::try_from(most).ok()) {
            Some(most) => {
                format!("{} of {}", after(met.last_ns), show(Duration::from_nanos(most)))
            }
            None => after(met.last_ns),
        };
        row.remark = match met.lines {
            0 | 1 => format!("awaited, {after}"),
            lines => format!("awaited, the last of {lines} lines, {after}"),
        };
    }

    /// Marks the lines that no expectation took.
    pub(super) fn leave(&mut self, unclaimed: &Unclaimed) {
        let mut left: HashMap<(u64, String), usize> = HashMap::new();
        for (ns, line) in &unclaimed.lines {
            *left.entry((*ns, start(&readable(&line.0)).to_owned())).or_default() += 1;
        }
        for row in self.rows.last_mut(MAX_ROWS) {
            if !matches!(row.sort, Sort::Line(_)) {
                continue;
            }
            let key = (row.ns, start(&row.text).to_owned());
            if let Some(count) = left.get_mut(&key).filter(|count| **count > 0) {
                *count -= 1;
                "taken by no step".clone_into(&mut row.remark);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Row)> {
        self.rows.iter()
    }
}

/// The start of a line, by which it is known again: events tell long lines shortened.
fn start(line: &str) -> &str {
    line.char_indices().nth(KNOWN_BY).map_or(line, |(at, _)| &line[..at])
}

/// Bytes as a person reads them, as far as a row has room.
fn cut(bytes: &[u8]) -> String {
    let mut text = readable(&bytes[..bytes.len().min(MAX_SHOWN_BYTES)]);
    if bytes.len() > MAX_SHOWN_BYTES {
        let _ = write!(text, "… ({} bytes)", bytes.len());
    }
    text
}

/// The params of a call: a package by its name.
pub(super) fn params(params: &Value) -> String {
    let name = params.get("package").and_then(|package| package.get("name"));
    match name.and_then(Value::as_str).filter(|name| !name.is_empty()) {
        Some(name) => name.to_owned(),
        None => value(params),
    }
}

/// A value of a call as far as a row has room.
pub(super) fn value(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// When a line came, counted from where its bounds begin.
fn after(ns: i64) -> String {
    let length = show(Duration::from_nanos(ns.unsigned_abs()));
    if ns < 0 { format!("{length} before") } else { format!("after {length}") }
}
