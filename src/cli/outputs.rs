//! Report files: made before the first step, so that a bad path fails in the first second, and
//! replaced as a whole, so that nobody reads half a report.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::waiting;
use crate::diagnostic::{Diagnostic, either};
use crate::report::{html, junit};
use crate::shelf::shown;
use crate::tally::Tally;

/// Links that are followed to a report; Linux follows as many.
const MAX_LINKS: usize = 40;

/// A report that will be written at the end.
pub(crate) struct Output {
    format: Format,
    path: PathBuf,
    target: Target,
}

/// How the report comes to its place.
enum Target {
    /// A file beside the place takes it when the report is complete. The place is where links
    /// lead, so that they stay.
    Replaced { waiting: NamedTempFile, place: PathBuf },
    /// A pipe or a device, such as `/dev/stdout`, is written to: its place must not be taken.
    Stream(Box<dyn Write>),
}

/// What a report is made of.
pub(crate) struct Findings<'f> {
    pub(crate) tally: &'f Tally,
    /// Where it was computed from, in the order of [`Tally::runs`].
    pub(crate) journals: &'f [PathBuf],
    /// What each test said, where a page is wanted.
    pub(crate) page: Option<&'f html::Builder>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Html,
    Junit,
}

impl Format {
    const ALL: [(&'static str, Format); 2] = [("html", Format::Html), ("junit", Format::Junit)];

    fn name(self) -> &'static str {
        let own = Format::ALL.iter().find(|(_, format)| *format == self);
        own.map(|(name, _)| *name).expect("all formats are there")
    }

    fn write(self, findings: &Findings<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        match self {
            Format::Html => {
                let page = findings.page.expect("whoever wants a page gathers it");
                let journals: Vec<String> =
                    findings.journals.iter().map(|path| shown(path)).collect();
                page.write(findings.tally, &journals, &mut out)?;
            }
            Format::Junit => out.write_all(junit::report(findings.tally).as_bytes())?,
        }
        out.flush()
    }
}

/// Reads `FORMAT=PATH`.
pub(crate) fn parse(text: &str) -> Result<(Format, PathBuf), Diagnostic> {
    let (format, path) = text.split_once('=').unwrap_or((text, ""));
    let Some((_, known)) = Format::ALL.iter().find(|(name, _)| *name == format) else {
        let message = format!("--report `{text}`: there is no format `{format}`");
        let names = Format::ALL.map(|(name, _)| name);
        return Err(Diagnostic::new(message).help(format!("write {}, then =PATH", either(names))));
    };
    if path.is_empty() {
        return Err(Diagnostic::new(format!("--report `{text}` has no path"))
            .help("for example `junit=results.xml`"));
    }
    Ok((*known, PathBuf::from(path)))
}

/// Makes sure that the reports can be written, each to a place of its own, and that none takes
/// the place of a file in `taken`, which says what each file is.
pub(crate) fn prepare(
    wanted: &[(Format, PathBuf)],
    taken: &[(PathBuf, &'static str)],
) -> Result<Vec<Output>, Diagnostic> {
    let known = |(path, what): &(PathBuf, &'static str)| Some((path.canonicalize().ok()?, *what));
    let mut taken: BTreeMap<PathBuf, &str> = taken.iter().filter_map(known).collect();
    let mut outputs = Vec::new();
    for (format, path) in wanted {
        let output = Output::prepare(*format, path)?;
        if let Target::Replaced { place, .. } = &output.target
            && let Some(what) = taken.insert(place.clone(), "another report of this command")
        {
            let message = format!("cannot write a report to `{}`: it is {what}", shown(path));
            return Err(Diagnostic::new(message).help("give each report a path of its own"));
        }
        outputs.push(output);
    }
    Ok(outputs)
}

impl Output {
    pub(crate) fn is_page(&self) -> bool {
        self.format == Format::Html
    }

    /// Makes sure that the report can be written: its folder is made, and a file beside it.
    fn prepare(format: Format, path: &Path) -> Result<Output, Diagnostic> {
        let target = Target::prepare(path).map_err(|error| unwritable(path, &error))?;
        Ok(Output { format, path: path.to_owned(), target })
    }

    /// Removes the report of an earlier run, so that it is not taken for that of this one should
    /// this one be killed.
    pub(crate) fn clear(&self) -> Result<(), Diagnostic> {
        match &self.target {
            Target::Stream(_) => Ok(()),
            Target::Replaced { place, .. } => match fs::remove_file(place) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(unwritable(&self.path, &error))
                }
                Ok(()) | Err(_) => Ok(()),
            },
        }
    }

    /// Writes the report in one go.
    pub(crate) fn write(self, findings: &Findings<'_>) -> Result<(), Diagnostic> {
        let written = match self.target {
            Target::Stream(mut stream) => self.format.write(findings, &mut stream),
            Target::Replaced { waiting, place } => {
                put(waiting, &place, |file| self.format.write(findings, file))
            }
        };
        written.map_err(|error| lost(self.format, &self.path, findings, &error))
    }
}

/// Puts a report into its place as a whole, also when somebody has cleaned up there meanwhile.
fn put(
    waiting: NamedTempFile,
    place: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut waiting = waiting::still(waiting, place)?;
    write(&mut waiting)?;
    waiting.persist(place).map_err(|error| error.error)?;
    Ok(())
}

/// A report that came to nothing: the journal, if there is one, has what it would have said.
fn lost(format: Format, path: &Path, findings: &Findings<'_>, error: &io::Error) -> Diagnostic {
    let journals: Vec<String> = findings.journals.iter().map(|path| shown(path)).collect();
    let (journals, path, format) = (journals.join(" "), shown(path), format.name());
    let lost = Diagnostic::new(format!("cannot write `{path}`: {error}"))
        .note("the run is over, and its verdicts hold");
    if journals.is_empty() {
        return lost;
    }
    lost.help(format!("mend that, then: fotarig report {journals} --report {format}={path}"))
}

impl Target {
    fn prepare(path: &Path) -> io::Result<Target> {
        // Opened by its name a redirected standard output would be written from its start.
        if path == Path::new("/dev/stdout") {
            return Ok(Target::Stream(Box::new(io::stdout())));
        }
        if path.is_dir() {
            return Err(io::Error::other("it is a folder"));
        }
        if path.exists() && !path.is_file() {
            return Ok(Target::Stream(Box::new(File::options().write(true).open(path)?)));
        }
        let place = followed(path);
        let folder = match place.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let waiting = waiting::file_in(&folder)?;
        let place = folder.join(place.file_name().unwrap_or_default());
        // The spelling of a file that is there already, where capitals do not matter.
        let place = place.canonicalize().unwrap_or(place);
        Ok(Target::Replaced { waiting, place })
    }
}

/// Where links lead in the end, also when nothing is there yet.
fn followed(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&place) else { break };
        place = place.parent().unwrap_or(Path::new("")).join(target);
    }
    place
}

pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot write `{}`: {error}", shown(path)))
        .help("choose another place with --reports DIR or --report FORMAT=PATH")
}
