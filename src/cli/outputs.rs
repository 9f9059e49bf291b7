//! Report files: made before the first step, so that a bad path fails in the first second, and
//! replaced as a whole, so that nobody reads half a report.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::diagnostic::{Diagnostic, either};
use crate::report::junit;
use crate::shelf::shown;
use crate::tally::Tally;

/// A report that will be written at the end.
pub(crate) struct Output {
    format: Format,
    path: PathBuf,
    target: Target,
}

/// How the report comes to its place.
enum Target {
    /// A file beside it takes its place when it is complete.
    Replaced(NamedTempFile),
    /// A pipe or a device, such as `/dev/stdout`, is written to: its place must not be taken.
    Stream(File),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Junit,
}

/// Reads `FORMAT=PATH`.
pub(crate) fn parse(text: &str) -> Result<(Format, PathBuf), Diagnostic> {
    let (format, path) = text.split_once('=').unwrap_or((text, ""));
    if format != "junit" {
        let message = format!("--report `{text}`: there is no format `{format}`");
        return Err(Diagnostic::new(message).help(format!("write {}=PATH", either(["junit"]))));
    }
    if path.is_empty() {
        return Err(Diagnostic::new(format!("--report `{text}` has no path"))
            .help("for example `junit=results.xml`"));
    }
    Ok((Format::Junit, PathBuf::from(path)))
}

impl Output {
    /// Makes sure that the report can be written: its folder is made, and a file beside it.
    pub(crate) fn prepare(format: Format, path: &Path) -> Result<Output, Diagnostic> {
        let refuse = |error: io::Error| unwritable(path, &error);
        if path.is_dir() {
            let error = io::Error::other("it is a folder");
            return Err(refuse(error));
        }
        if path.exists() && !path.is_file() {
            let stream = File::options().write(true).open(path).map_err(refuse)?;
            return Ok(Output { format, path: path.to_owned(), target: Target::Stream(stream) });
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(refuse)?;
        let waiting = tempfile::Builder::new().prefix(".fotarig-").tempfile_in(folder);
        let mut waiting = waiting.map_err(refuse)?;
        readable(&mut waiting);
        Ok(Output { format, path: path.to_owned(), target: Target::Replaced(waiting) })
    }

    /// Writes the report in one go.
    pub(crate) fn write(self, tally: &Tally) -> Result<(), Diagnostic> {
        let text = match self.format {
            Format::Junit => junit::report(tally),
        };
        let written = match self.target {
            Target::Stream(mut stream) => stream.write_all(text.as_bytes()),
            Target::Replaced(mut waiting) => waiting.write_all(text.as_bytes()).and_then(|()| {
                match waiting.persist(&self.path) {
                    Ok(_) => Ok(()),
                    Err(error) => Err(error.error),
                }
            }),
        };
        written.map_err(|error| unwritable(&self.path, &error))
    }
}

/// A temporary file is readable by its owner only; a report is for everybody.
#[cfg(unix)]
fn readable(file: &mut NamedTempFile) {
    use std::os::unix::fs::PermissionsExt;
    // A report that only its owner can read is still a report.
    let _ = file.as_file().set_permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable(_: &mut NamedTempFile) {}

/// Opens the journal of a new run. Another run that still writes there keeps it.
pub(crate) fn journal(path: &Path) -> Result<File, Diagnostic> {
    let refuse = |error: io::Error| unwritable(path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(refuse)?;
    }
    let open = File::options().create(true).truncate(false).write(true).open(path);
    let file = open.map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let message = format!("another run is writing `{}`", shown(path));
            return Err(Diagnostic::new(message).help("give this one a folder with --reports DIR"));
        }
        Err(TryLockError::Error(error)) => return Err(refuse(error)),
    }
    file.set_len(0).map_err(refuse)?;
    Ok(file)
}

fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(format!("cannot write `{}`: {error}", shown(path)))
        .help("choose another place with --reports DIR or --report FORMAT=PATH")
}
