//! The formats of reports: how `--report FORMAT=PATH` is read, and what each format is.

use std::path::{Path, PathBuf};

use crate::cli::voice::Voice;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::shelf::shown;

/// A report that is made when the run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Html,
    Junit,
    JunitRich,
    Github,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        let own = ALL.iter().find(|(_, kind, _)| *kind == Kind::AtEnd(self));
        own.map(|(name, ..)| *name).expect("each format has its line")
    }
}

/// When a report comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    AtEnd(Format),
    /// Line by line, while the run goes on.
    Live,
}

/// Each format as it is typed, and what it is for.
const ALL: [(&str, Kind, &str); 5] = [
    ("html", Kind::AtEnd(Format::Html), "a page for people"),
    ("junit", Kind::AtEnd(Format::Junit), "JUnit XML, for CI servers"),
    (
        "junit-rich",
        Kind::AtEnd(Format::JunitRich),
        "the same with properties of each test, for importers",
    ),
    ("github", Kind::AtEnd(Format::Github), "annotations and a summary, for GitHub Actions"),
    ("jsonl", Kind::Live, "the journal as it grows, for other programs"),
];

/// The reports that somebody asked for.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) at_end: Vec<(Format, PathBuf)>,
    /// Where the journal goes as it grows.
    pub(crate) live: Vec<PathBuf>,
}

impl Wishes {
    /// Reads all `FORMAT=PATH`. Of two reports on standard output nobody could read either.
    pub(crate) fn read(texts: &[String]) -> Result<Wishes, Diagnostic> {
        let mut wishes = Wishes::default();
        for text in texts {
            let (kind, path) = parse(text)?;
            if is_standard_output(&path) && wishes.voice() == Voice::StandardError {
                let message =
                    format!("--report `{text}`: a report goes to standard output already");
                return Err(Diagnostic::new(message).help("give one of them a path"));
            }
            match kind {
                Kind::AtEnd(format) => wishes.at_end.push((format, path)),
                Kind::Live => wishes.live.push(path),
            }
        }
        Ok(wishes)
    }

    /// The same for a command that reads a journal: what is complete does not grow.
    pub(crate) fn read_complete(texts: &[String], journal: &Path) -> Result<Wishes, Diagnostic> {
        let wishes = Wishes::read(texts)?;
        if wishes.live.is_empty() {
            return Ok(wishes);
        }
        let message = "`jsonl` is the journal of a run while it grows; here it is complete";
        Err(Diagnostic::new(message).help(format!("read `{}` itself", shown(journal))))
    }

    /// Where a person hears what the run came to: a report on standard output must stand there
    /// alone.
    pub(crate) fn voice(&self) -> Voice {
        let at_end = self.at_end.iter().map(|(_, path)| path);
        let is_taken = at_end.chain(&self.live).any(|path| is_standard_output(path));
        if is_taken { Voice::StandardError } else { Voice::StandardOutput }
    }
}

/// Opened by its name a redirected standard output would be written from its start.
pub(crate) fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

fn parse(text: &str) -> Result<(Kind, PathBuf), Diagnostic> {
    let (name, path) = text.split_once('=').unwrap_or((text, ""));
    let Some((_, kind, _)) = ALL.iter().find(|(known, ..)| *known == name) else {
        let message = format!("--report `{text}`: there is no format `{name}`");
        let formats = ALL.map(|(name, _, what)| format!("`{name}` ({what})")).join(", ");
        let near = did_you_mean(name, ALL.iter().map(|(name, ..)| *name));
        let near = near.map(|near| format!("{near} ")).unwrap_or_default();
        let help = format!("{near}write FORMAT=PATH with one of {formats}");
        return Err(Diagnostic::new(message).help(help));
    };
    if path.is_empty() && *kind == Kind::AtEnd(Format::Github) {
        // Its lines are read by whoever runs the step.
        return Ok((*kind, PathBuf::from("-")));
    }
    if path.is_empty() {
        let message = format!("--report `{text}` has no path");
        let help = format!("for example `{name}=FILE`, or `{name}=-` for standard output");
        return Err(Diagnostic::new(message).help(help));
    }
    Ok((*kind, PathBuf::from(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<Wishes, Diagnostic> {
        Wishes::read(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn one_report_may_have_standard_output() {
        let wishes = read(&["junit=a=b.xml", "jsonl=-"]).expect("two reports");
        assert_eq!(wishes.at_end, [(Format::Junit, PathBuf::from("a=b.xml"))]);
        assert_eq!(wishes.voice(), Voice::StandardError);
        assert_eq!(read(&["junit=x"]).expect("a report").voice(), Voice::StandardOutput);
        let both = read(&["jsonl=-", "junit=/dev/stdout"]).expect_err("both at once");
        assert!(both.message.contains("goes to standard output already"), "{}", both.message);
    }

    #[test]
    fn a_format_that_there_is_not_is_told_with_those_that_there_are() {
        let help = |text| read(&[text]).expect_err("no report").help.expect("a remedy");
        assert!(help("json=x").starts_with("did you mean `jsonl`? "), "{}", help("json=x"));
        assert!(help("results.xml").contains("`junit` (JUnit XML"), "{}", help("results.xml"));
        assert_eq!(help("jsonl"), "for example `jsonl=FILE`, or `jsonl=-` for standard output");
    }
}
