//! The temporary folder of a rig's plugins, and those that killed runs left.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

/// How its name starts.
const PREFIX: &str = "fotarig-plugins-";
/// Locked as long as its run lives.
const LOCK: &str = "run.lock";
/// A plugin outlives a killed run by what it needs to leave its device in peace, and it does that
/// from this folder. A day is far longer, and more than a night's run.
const LEFT_ALONE: Duration = Duration::from_secs(24 * 60 * 60);

/// A folder that goes with its run.
pub(super) struct Workplace {
    folder: TempDir,
    _lock: File,
}

impl Workplace {
    /// A new folder; old ones of runs that are dead go.
    pub(super) fn new() -> io::Result<Workplace> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let lock = File::create(folder.path().join(LOCK))?;
        // Without locks, as on some network drives, nothing is taken for dead either.
        let _ = lock.try_lock();
        if let (Some(beside), Ok(own)) = (folder.path().parent(), lock.metadata()) {
            remove_remains(beside, &own);
        }
        Ok(Workplace { folder, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What cannot be removed does no harm but that it takes room.
fn remove_remains(beside: &Path, own: &Metadata) {
    let entries = fs::read_dir(beside).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    for folder in ours.map(|entry| entry.path()) {
        let Ok(lock) = File::open(folder.join(LOCK)) else { continue };
        let is_old = lock.metadata().is_ok_and(|old| is_much_older(&old, own));
        if is_old && lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn is_much_older(old: &Metadata, own: &Metadata) -> bool {
    let (Ok(old), Ok(own)) = (old.modified(), own.modified()) else { return false };
    own.duration_since(old).is_ok_and(|age| age > LEFT_ALONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_folders_of_the_dead_are_removed() {
        let beside = tempfile::tempdir().expect("a folder");
        let make = |name: &str| {
            let folder = beside.path().join(format!("{PREFIX}{name}"));
            fs::create_dir(&folder).expect("a folder");
            File::create(folder.join(LOCK)).expect("a file")
        };
        let [dead, living, young, own] = ["dead", "living", "young", "own"].map(make);
        let now = own.metadata().expect("a file").modified().expect("a stamp");
        for old in [&dead, &living] {
            old.set_modified(now - 2 * LEFT_ALONE).expect("a stamp is set");
        }
        living.lock().expect("a lock");
        remove_remains(beside.path(), &own.metadata().expect("a file"));
        let is_there = |name: &str| beside.path().join(format!("{PREFIX}{name}")).exists();
        assert_eq!(["dead", "living", "young", "own"].map(is_there), [false, true, true, true]);
        drop(young);
    }
}
