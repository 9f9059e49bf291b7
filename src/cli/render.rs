//! What each format of report is computed from, and what only our surroundings know of it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use crate::cli::formats::Format;
use crate::cli::outputs::Findings;
use crate::diagnostic::Diagnostic;
use crate::report::github;
use crate::report::junit::{self, Dialect, Wish};
use crate::shelf::shown;

/// Set by GitHub: the file that is shown as the page of the job.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Set by GitHub: the root of the repository, which files of annotations are relative to.
const WORKSPACE: &str = "GITHUB_WORKSPACE";

/// Set by Jenkins, whose attachments have whole paths; GitLab wants them relative to the project.
const JENKINS: &str = "JENKINS_URL";

/// Writes the whole report.
pub(crate) fn write(
    format: Format,
    findings: &Findings<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (tally, mut out) = (findings.tally, BufWriter::new(out));
    let text = match format {
        Format::Html => {
            let page = findings.page.expect("whoever wants a page gathers it");
            let journals: Vec<String> = findings.journals.iter().map(|path| shown(path)).collect();
            page.write(tally, &journals, &mut out)?;
            return out.flush();
        }
        Format::Junit => junit(findings, Dialect::Strict),
        Format::JunitRich => junit(findings, Dialect::Rich),
        Format::Github => github::annotations(tally, &folder()),
    };
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn junit(findings: &Findings<'_>, dialect: Dialect) -> String {
    let journals: Vec<String> = findings.journals.iter().map(|path| attached(path)).collect();
    junit::report(findings.tally, &Wish { dialect, journals: &journals })
}

/// What a report leaves beside itself: on GitHub the page of the job gets a part.
pub(crate) fn aside(format: Format, findings: &Findings<'_>) -> Result<(), Diagnostic> {
    let place = match format {
        Format::Html | Format::Junit | Format::JunitRich => None,
        Format::Github => std::env::var_os(STEP_SUMMARY).filter(|place| !place.is_empty()),
    };
    let Some(place) = place.map(PathBuf::from) else { return Ok(()) };
    let file = File::options().append(true).create(true).open(&place);
    let page = github::summary(findings.tally);
    file.and_then(|mut file| file.write_all(page.as_bytes())).map_err(|error| {
        let message = format!("cannot write `{}`: {error}", shown(&place));
        Diagnostic::new(message).help(format!("it is where `{STEP_SUMMARY}` points to"))
    })
}

/// The journal, as the CI server finds it.
fn attached(journal: &Path) -> String {
    let whole = || std::path::absolute(journal).ok();
    let path = std::env::var_os(JENKINS).and_then(|_| whole());
    shown(&path.unwrap_or_else(|| journal.to_owned()))
}

/// Where we are, seen from the root of the repository: empty there, and where nobody knows.
fn folder() -> String {
    let root = std::env::var_os(WORKSPACE).map(PathBuf::from);
    let here = std::env::current_dir().ok();
    let (Some(root), Some(here)) = (root, here) else { return String::new() };
    let root = root.canonicalize().unwrap_or(root);
    match here.strip_prefix(&root) {
        Ok(inside) if inside.as_os_str().is_empty() => String::new(),
        Ok(inside) => format!("{}/", shown(inside).replace(MAIN_SEPARATOR, "/")),
        Err(_) => String::new(),
    }
}
