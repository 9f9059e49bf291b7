//! Report files: made before the first step, so that a bad path fails in the first second, and
//! replaced as a whole, so that nobody reads half a report.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::formats::{Format, is_standard_output};
use crate::cli::{render, waiting};
use crate::diagnostic::Diagnostic;
use crate::report::html;
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
    /// A pipe or a device, such as standard output, is written to: its place must not be taken.
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

/// The files that no report may replace, each with what it is.
pub(crate) struct Taken(BTreeMap<PathBuf, &'static str>);

impl Taken {
    /// What is not there cannot be replaced.
    pub(crate) fn of(files: &[(PathBuf, &'static str)]) -> Taken {
        let mut taken = Taken(BTreeMap::new());
        for (path, what) in files {
            taken.add(path, what);
        }
        taken
    }

    pub(crate) fn add(&mut self, path: &Path, what: &'static str) {
        if let Ok(place) = path.canonicalize() {
            self.0.insert(place, what);
        }
    }

    /// Complains of a report with such a path.
    pub(crate) fn refuse(&self, path: &Path) -> Result<(), Diagnostic> {
        match path.canonicalize() {
            Ok(place) => self.refuse_place(&place, path),
            Err(_) => Ok(()),
        }
    }

    fn refuse_place(&self, place: &Path, path: &Path) -> Result<(), Diagnostic> {
        let Some(what) = self.0.get(place) else { return Ok(()) };
        let message = format!("cannot write a report to `{}`: it is {what}", shown(path));
        Err(Diagnostic::new(message).help("give each report a path of its own"))
    }
}

/// Makes sure that the reports can be written, each to a place of its own, and that none takes
/// the place of another file.
pub(crate) fn prepare(
    wanted: &[(Format, PathBuf)],
    taken: &mut Taken,
) -> Result<Vec<Output>, Diagnostic> {
    let mut outputs = Vec::new();
    for (format, path) in wanted {
        let output = Output::prepare(*format, path)?;
        if let Target::Replaced { place, .. } = &output.target {
            taken.refuse_place(place, path)?;
            taken.0.insert(place.clone(), "another report of this command");
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
            Target::Stream(mut stream) => render::write(self.format, findings, &mut stream),
            Target::Replaced { waiting, place } => {
                put(waiting, &place, |file| render::write(self.format, findings, file))
            }
        };
        written.map_err(|error| lost(self.format, &self.path, findings, &error))?;
        render::aside(self.format, findings)
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
        if is_standard_output(path) {
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
