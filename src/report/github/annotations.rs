//! Workflow commands: `::error file=…,line=…,title=…::message`, which GitHub shows at the line.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, floor, printable};
use crate::journal::Grade;
use crate::report::github::causes::{Cause, causes};
use crate::tally::{Outcome, Tally};

/// Errors, and warnings, that GitHub shows of one step; it drops the others without a word.
const MAX_SHOWN: usize = 10;

/// Bytes of a message: what a person reads beside a line. GitHub drops those over 64 KiB.
const MAX_MESSAGE: usize = 4_000;

/// Bytes of a title, of which GitHub shows one line.
const MAX_TITLE: usize = 200;

/// One annotation, before it is written.
struct Annotation {
    /// `error` or `warning`.
    level: &'static str,
    /// `file=…,line=…,`; empty for what has no place.
    place: String,
    title: String,
    message: String,
}

/// The commands, one a line: first each cause of errors, then what is flaky or marginal. `folder`
/// is where the run took place, as seen from the root of the repository: empty, or with a `/` at
/// its end.
pub fn annotations(tally: &Tally, folder: &str) -> String {
    let causes = causes(tally);
    let errors = causes.iter().map(|cause| error(cause, folder));
    let flaky = tally.tests.iter().filter(|test| test.is_flaky());
    let flaky = flaky.map(|test| warning(test, folder, "flaky", &passed_late(test)));
    let marginal = tally.tests.iter().flat_map(|test| {
        let near = test.figures.iter().filter(|figure| figure.grade == Grade::Marginal);
        near.map(|figure| warning(test, folder, "marginal", &figure.to_string()))
    });
    let mut text = String::new();
    for all in [few(errors.collect()), few(flaky.chain(marginal).collect())] {
        for annotation in all {
            let _ = writeln!(text, "{}", annotation.written());
        }
    }
    text
}

/// As many as are shown; of more the last one says how many there are.
fn few(mut all: Vec<Annotation>) -> Vec<Annotation> {
    if let (true, Some(first)) = (all.len() > MAX_SHOWN, all.first()) {
        let (level, more) = (first.level, all.len() - MAX_SHOWN + 1);
        let message = format!("{more} more beside those that are shown, in the reports of the run");
        all.truncate(MAX_SHOWN - 1);
        all.push(Annotation { level, place: String::new(), title: "fotarig".to_owned(), message });
    }
    all
}

fn error(cause: &Cause<'_>, folder: &str) -> Annotation {
    let diagnostic = cause.diagnostic;
    let mut lines = vec![cause.message.clone()];
    lines.extend(diagnostic.into_iter().flat_map(|diagnostic| diagnostic.notes.clone()));
    let help = diagnostic.and_then(|diagnostic| diagnostic.help.as_ref());
    lines.extend(help.map(|help| format!("help: {help}")));
    if let [_, _, ..] = cause.tests.as_slice() {
        lines.extend(cause.tests.iter().map(|test| format!("{} on {}", test.at.id, test.at.rig)));
    }
    Annotation {
        level: "error",
        place: place(diagnostic, cause.tests.first().copied(), folder),
        title: format!("{}: {}", cause.verdict, cause.who()),
        message: lines.join("\n"),
    }
}

fn warning(test: &Outcome, folder: &str, word: &str, message: &str) -> Annotation {
    Annotation {
        level: "warning",
        place: place(None, Some(test), folder),
        title: format!("{word}: {}", test.at.id),
        message: message.to_owned(),
    }
}

fn passed_late(test: &Outcome) -> String {
    let before = test.before().unwrap_or_default();
    format!("passed in attempt {}; {before}", test.at.attempt)
}

/// The marked text, or the beginning of the scenario.
fn place(diagnostic: Option<&Diagnostic>, test: Option<&Outcome>, folder: &str) -> String {
    if let Some(excerpt) = diagnostic.and_then(|diagnostic| diagnostic.excerpt.as_ref()) {
        let (line, column, file) = (excerpt.line, excerpt.column, &excerpt.file);
        let (end_line, end_column) = excerpt.end_line_column();
        // Columns count on one line only.
        let end = if end_line == line { format!(",endColumn={end_column}") } else { String::new() };
        let file = property(&format!("{folder}{file}"));
        return format!("file={file},line={line},col={column},endLine={end_line}{end},");
    }
    let file = test.map(|test| property(&format!("{folder}{}", test.at.file)));
    file.map(|file| format!("file={file},line=1,")).unwrap_or_default()
}

impl Annotation {
    fn written(&self) -> String {
        let title = property(&self.title[..floor(&self.title, MAX_TITLE)]);
        let message = &self.message[..floor(&self.message, MAX_MESSAGE)];
        let (level, place) = (self.level, &self.place);
        format!("::{level} {place}title={title}::{}", data(&printable(message)))
    }
}

/// As the runner reads it back: `packages/core/src/command.ts` of `actions/toolkit`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_a_command() {
        let place = format!("file={},", property("a,b:c.yaml"));
        let (title, message) = ("50 %: x\n::error::y".to_owned(), "1\r\n::stop\x1b%".to_owned());
        let annotation = Annotation { level: "error", place, title, message };
        let written = "::error file=a%2Cb%3Ac.yaml,title=50 %25%3A x%0A%3A%3Aerror%3A%3Ay::\
                       1\\r%0A::stop\\u{1b}%25";
        assert_eq!(annotation.written(), written);
    }

    #[test]
    fn what_github_would_drop_is_counted() {
        let one = |number: usize| Annotation {
            level: "error",
            place: String::new(),
            title: number.to_string(),
            message: String::new(),
        };
        assert_eq!(few((0..10).map(one).collect()).len(), 10);
        let many = few((0..12).map(one).collect());
        let last = many.last().map(Annotation::written).unwrap_or_default();
        assert_eq!((many.len(), many[8].title.as_str()), (10, "8"));
        assert!(last.starts_with("::error title=fotarig::3 more beside"), "{last}");
    }
}
