//! The lock beside a name that a service gives out: `….lock`.
//!
//! It tells what a killed service left behind from what belongs to a living one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A locked file, removed when it is dropped; the system gives it free when its process ends by
/// any way.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock of `path`. `WouldBlock` when a living service has it.
    pub(super) fn take(path: &Path) -> io::Result<Lock> {
        let path = beside(path, ".lock");
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The service that had it may have removed it just before it was locked.
            let ours = file.metadata()?.ino();
            if fs::metadata(&path).is_ok_and(|there| there.ino() == ours) {
                return Ok(Lock { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    /// As long as it is locked, so that no other service's lock is removed.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The path with something behind its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}
