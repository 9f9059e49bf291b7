//! The journal of a run that goes on, kept open so that it outlives the folder it is in.

use std::fs::{self, File};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::process;

use crate::cli::outputs::unwritable;
use crate::cli::waiting;
use crate::diagnostic::Diagnostic;
use crate::shelf::shown;

/// The journal of this run, whatever becomes of its name.
pub(crate) struct Kept {
    path: PathBuf,
    file: File,
}

/// Where a journal is when its run is over.
pub(crate) struct Settled {
    pub(crate) path: PathBuf,
    /// What a person must know of it.
    pub(crate) remark: Option<String>,
}

impl Kept {
    pub(crate) fn of(path: &Path, file: &File) -> Result<Kept, Diagnostic> {
        let file = file.try_clone().map_err(|error| unwritable(path, &error))?;
        Ok(Kept { path: path.to_owned(), file })
    }

    /// Sees that the journal is where it belongs. One that somebody removed while the run went on
    /// is written anew, and beside a journal that has taken its place.
    pub(crate) fn settle(mut self) -> Result<Settled, Diagnostic> {
        if is_at(&self.path, &self.file) {
            return Ok(Settled { path: self.path, remark: None });
        }
        let place = if self.path.exists() {
            self.path.with_file_name(format!("journal-{}.jsonl", process::id()))
        } else {
            self.path.clone()
        };
        let (gone, saved) = (shown(&self.path), shown(&place));
        let gone = format!("`{gone}` was removed while the run went on");
        match self.save(&place) {
            Ok(()) => {
                let remark = Some(format!("{gone}; it is saved as `{saved}`"));
                Ok(Settled { path: place, remark })
            }
            Err(error) => Err(Diagnostic::new(format!("the journal {gone}"))
                .note(format!("it cannot be saved as `{saved}`: {error}"))
                .note("the run is over, and its verdicts hold")
                .help("keep others out of the folder, or write to another with --reports DIR")),
        }
    }

    fn save(&mut self, place: &Path) -> io::Result<()> {
        let folder = place.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut copy = waiting::file_in(folder)?;
        self.file.rewind()?;
        io::copy(&mut self.file, copy.as_file_mut())?;
        copy.persist(place).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Whether this name still leads to the file.
#[cfg(unix)]
fn is_at(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |there: fs::Metadata, here: fs::Metadata| {
        (there.dev(), there.ino()) == (here.dev(), here.ino())
    };
    // What cannot be asked is taken for whole: a doubt must not lead to a second copy.
    match (fs::metadata(path), file.metadata()) {
        (Ok(there), Ok(here)) => same(there, here),
        (Err(error), _) => {
            !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        }
        (Ok(_), Err(_)) => true,
    }
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &Path, _: &File) -> bool {
    true
}
