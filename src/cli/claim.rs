//! A run's claim on its journal: nobody else writes there, and the old one stays until it starts.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use crate::cli::outputs::unwritable;
use crate::diagnostic::Diagnostic;
use crate::journal::{self, Event};
use crate::shelf::shown;

/// The journal of a new run, before the run. Dropping it leaves everything as it was.
pub(crate) struct Claim {
    path: PathBuf,
    file: Option<File>,
    was_there: bool,
}

impl Claim {
    /// Claims the journal. Another run that still writes there keeps it.
    pub(crate) fn stake(path: &Path) -> Result<Claim, Diagnostic> {
        let refuse = |error: io::Error| unwritable(path, &error);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(refuse)?;
        }
        let was_there = path.exists();
        let open = File::options().create(true).truncate(false).read(true).write(true).open(path);
        let file = open.map_err(refuse)?;
        match file.try_lock() {
            Ok(()) => Ok(Claim { path: path.to_owned(), file: Some(file), was_there }),
            Err(TryLockError::WouldBlock) => {
                let message = format!("another run is writing `{}`", shown(path));
                let help = "give this one a folder with --reports DIR";
                Err(Diagnostic::new(message).help(help))
            }
            Err(TryLockError::Error(error)) => Err(refuse(error)),
        }
    }

    /// The empty journal: what an earlier run wrote is gone.
    pub(crate) fn start(mut self) -> Result<File, Diagnostic> {
        let file = self.file.take().expect("it is taken here only");
        match file.set_len(0) {
            Ok(()) => Ok(file),
            Err(error) => Err(unwritable(&self.path, &error)),
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.file.is_some() && !self.was_there {
            // An empty journal that stays behind does no harm.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What is said of a journal that was not written to its end.
pub(crate) fn cut_short(path: &Path, error: &io::Error) -> Diagnostic {
    let mut tests = 0_u64;
    let read = File::open(path).map(|file| {
        journal::read(BufReader::new(file), |entry| {
            tests += u64::from(matches!(entry.is, Event::TestEnded { .. }));
        })
    });
    let kept = match (read, tests) {
        (Ok(Ok(_)), 1) => "one whole test".to_owned(),
        (Ok(Ok(_)), tests) => format!("{tests} whole tests"),
        (Ok(Err(_)) | Err(_), _) => "nothing".to_owned(),
    };
    Diagnostic::new(format!("the journal `{}` is cut short: {error}", shown(path)))
        .note(format!("it has {kept}; the run went on without it, and its verdicts hold"))
        .help("make room there, or write to another folder")
}
