//! The file in which a report waits until it is complete, and what killed runs left of theirs.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// How the name of such a file starts.
const PREFIX: &str = ".fotarig-";
/// How many random letters and digits follow.
const RANDOM: usize = 6;
/// Runs that start at the same moment can take each other's file for remains, each once.
const MAX_TRIES: usize = 8;

/// A new file in this folder, locked as long as its run lives. Remains of killed runs go.
pub(crate) fn file_in(folder: &Path) -> io::Result<NamedTempFile> {
    remove_remains(folder);
    for _ in 0..MAX_TRIES {
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(PREFIX).rand_bytes(RANDOM).tempfile_in(folder)?;
        readable(file.as_file());
        // Without locks, as on some network drives, nothing is taken for remains either.
        if file.as_file().lock().is_err() || file.path().exists() {
            return Ok(file);
        }
    }
    Err(io::Error::other("other runs remove its file again and again"))
}

/// The file that waits for this place, or another if somebody removed it, maybe with its folder,
/// while the run went on.
pub(crate) fn still(waiting: NamedTempFile, place: &Path) -> io::Result<NamedTempFile> {
    if waiting.path().exists() {
        return Ok(waiting);
    }
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    file_in(folder)
}

/// What cannot be removed does no harm but that it is seen.
fn remove_remains(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())) {
        let name = entry.file_name();
        let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX)).unwrap_or("");
        let is_ours = random.len() == RANDOM && random.chars().all(char::is_alphanumeric);
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A temporary file is readable by its owner only; a report is for everybody.
#[cfg(unix)]
fn readable(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    // A report that only its owner can read is still a report.
    let _ = file.set_permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable(_: &File) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_remains_of_the_dead_are_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for name in [".fotarig-abc123", ".fotarig-notes.md", ".fotarig-abc-12", "fotarig-abc123"] {
            fs::write(path(name), "").expect("it is written");
        }
        let living = file_in(folder.path()).expect("a file");
        let second = file_in(folder.path()).expect("a file");
        assert!(living.path().exists() && second.path().exists());
        assert!(!path(".fotarig-abc123").exists());
        assert!(path(".fotarig-notes.md").exists() && path(".fotarig-abc-12").exists());
        assert!(path("fotarig-abc123").exists());
    }
}
