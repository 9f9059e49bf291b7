//! `fotarig check`: every mistake in every file, and nothing is moved.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use crate::cli::arguments::{CheckArguments, CheckFormat};
use crate::cli::check_json::{Document, Remark, Severity, VERSION, document};
use crate::cli::{Refusal, USAGE, beginning, desk, say};
use crate::diagnostic::{Diagnostic, printable};
use crate::scenario::Scenario;
use crate::suite::Occasion;

/// What there is to say of files without a mistake.
struct Found {
    scenarios: Vec<Arc<Scenario>>,
    tests: usize,
    today: Occasion,
}

pub(crate) fn go(arguments: &CheckArguments) -> Result<ExitCode, Refusal> {
    match (look(arguments), arguments.format) {
        (Ok(found), CheckFormat::Text) => {
            let remarks = found.remarks();
            let mut text: String =
                remarks.iter().map(|(severity, it)| line(*severity, it)).collect();
            let (scenarios, tests) = (found.scenarios.len(), found.tests);
            let _ = writeln!(text, "{scenarios} scenarios with {tests} tests: no mistakes");
            say(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        (Ok(found), CheckFormat::Json) => {
            let remarks = found.remarks();
            let diagnostics = remarks.iter().map(|(severity, it)| Remark::of(*severity, it));
            document(&Document {
                version: VERSION,
                scenarios: Some(found.scenarios.len()),
                tests: Some(found.tests),
                diagnostics: diagnostics.collect(),
            })?;
            Ok(ExitCode::SUCCESS)
        }
        (Err(complaints), CheckFormat::Text) => Err(complaints.into()),
        (Err(complaints), CheckFormat::Json) => {
            let diagnostics = complaints.iter().map(|it| Remark::of(Severity::Error, it)).collect();
            document(&Document { version: VERSION, scenarios: None, tests: None, diagnostics })?;
            Ok(ExitCode::from(USAGE))
        }
    }
}

fn look(arguments: &CheckArguments) -> Result<Found, Vec<Diagnostic>> {
    let (desks, scenarios) = desk::load_all(&arguments.scenarios, &arguments.desk)?;
    let today = beginning::today(beginning::USUAL_SEED);
    // The rigs have the same tests.
    let tests = desk::tests(&scenarios, &desks[0], &arguments.scenarios, today)?.len();
    Ok(Found { scenarios, tests, today })
}

impl Found {
    /// What sets a scenario's verdict aside, and what did so until its day was over.
    fn remarks(&self) -> Vec<(Severity, Diagnostic)> {
        let mut remarks = Vec::new();
        for scenario in &self.scenarios {
            let waivers =
                [("skip", &scenario.skip), ("expected_failure", &scenario.expected_failure)];
            for (key, waiver) in waivers {
                let Some(waiver) = waiver else { continue };
                let (reason, until) = (&waiver.reason, waiver.until);
                let (severity, message) = if waiver.holds_on(self.today.day) {
                    (Severity::Note, format!("`{key}` until {until}: {reason}"))
                } else {
                    (
                        Severity::Warning,
                        format!("`{key}` ended on {until}: remove it, or prolong it"),
                    )
                };
                remarks.push((severity, Diagnostic::at(&waiver.place, message)));
            }
        }
        remarks
    }
}

/// A remark in one line.
pub(crate) fn line(severity: Severity, remark: &Diagnostic) -> String {
    let at = remark.excerpt.as_ref().map(|it| format!("{}:{}: ", it.file, it.line));
    let (severity, at) = (severity.word(), at.unwrap_or_default());
    let text = format!("{severity}: {at}{}", remark.message);
    printable(&text) + "\n"
}
