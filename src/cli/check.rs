//! `fotarig check`: every mistake in every file, and nothing is moved.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::arguments::{CheckArguments, CheckFormat};
use crate::cli::{Refusal, USAGE, desk, say};
use crate::diagnostic::{Diagnostic, Excerpt};

/// Raised when a program that reads the document would have to change.
const VERSION: u32 = 1;

/// What `--format json` prints: one document for editors and CI.
#[derive(Serialize)]
struct Document<'d> {
    version: u32,
    /// Nothing when mistakes kept them from being counted.
    scenarios: Option<usize>,
    tests: Option<usize>,
    diagnostics: Vec<Remark<'d>>,
}

/// One diagnostic; without a place it is about no single file.
#[derive(Serialize)]
struct Remark<'d> {
    severity: &'static str,
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

pub(crate) fn go(arguments: &CheckArguments) -> Result<ExitCode, Refusal> {
    match (count(arguments), arguments.format) {
        (Ok((scenarios, tests)), CheckFormat::Text) => {
            say(&format!("{scenarios} scenarios with {tests} tests: no mistakes\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        (Ok((scenarios, tests)), CheckFormat::Json) => {
            let (scenarios, tests) = (Some(scenarios), Some(tests));
            document(&Document { version: VERSION, scenarios, tests, diagnostics: Vec::new() })?;
            Ok(ExitCode::SUCCESS)
        }
        (Err(complaints), CheckFormat::Text) => Err(complaints.into()),
        (Err(complaints), CheckFormat::Json) => {
            let diagnostics = complaints.iter().map(Remark::of).collect();
            document(&Document { version: VERSION, scenarios: None, tests: None, diagnostics })?;
            Ok(ExitCode::from(USAGE))
        }
    }
}

/// How many scenarios and tests there are, or all mistakes.
fn count(arguments: &CheckArguments) -> Result<(usize, usize), Vec<Diagnostic>> {
    let (desk, scenarios) = desk::load(&arguments.scenarios, &arguments.desk)?;
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios);
    let tests = tests.map_err(|complaint| vec![complaint])?;
    Ok((scenarios.len(), tests.len()))
}

fn document(document: &Document<'_>) -> Result<(), Refusal> {
    let text = serde_json::to_string_pretty(document).expect("text and numbers are always JSON");
    say(&(text + "\n"))
}

impl<'d> Remark<'d> {
    fn of(complaint: &'d Diagnostic) -> Remark<'d> {
        Remark {
            severity: "error",
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
