//! The JSON document of `fotarig check --format json`, for editors and CI.

use serde::Serialize;

use crate::cli::{Refusal, say};
use crate::diagnostic::{Diagnostic, Excerpt};

/// Raised when a program that reads the document would have to change.
pub(crate) const VERSION: u32 = 1;

/// What `--format json` prints: one document for editors and CI.
#[derive(Serialize)]
pub(crate) struct Document<'d> {
    pub(crate) version: u32,
    /// Nothing when mistakes kept them from being counted.
    pub(crate) scenarios: Option<usize>,
    pub(crate) tests: Option<usize>,
    pub(crate) diagnostics: Vec<Remark<'d>>,
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Nothing is run with it.
    Error,
    /// It should be looked at.
    Warning,
    Note,
}

impl Severity {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One diagnostic; without a place it is about no single file.
#[derive(Serialize)]
pub(crate) struct Remark<'d> {
    severity: Severity,
    message: &'d str,
    #[serde(flatten)]
    place: Option<Place<'d>>,
    notes: &'d [String],
    help: Option<&'d str>,
}

/// Lines and columns from 1, columns in characters; the end is behind the last one.
#[derive(Serialize)]
struct Place<'d> {
    file: &'d str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

pub(crate) fn document(document: &Document<'_>) -> Result<(), Refusal> {
    let text = serde_json::to_string_pretty(document).expect("text and numbers are always JSON");
    say(&(text + "\n"))
}

impl<'d> Remark<'d> {
    pub(crate) fn of(severity: Severity, complaint: &'d Diagnostic) -> Remark<'d> {
        Remark {
            severity,
            message: &complaint.message,
            place: complaint.excerpt.as_deref().map(Place::of),
            notes: &complaint.notes,
            help: complaint.help.as_deref(),
        }
    }
}

impl<'d> Place<'d> {
    fn of(excerpt: &'d Excerpt) -> Place<'d> {
        let (end_line, end_column) = excerpt.end_line_column();
        let Excerpt { file, line, column, .. } = excerpt;
        Place { file, line: *line, column: *column, end_line, end_column }
    }
}
