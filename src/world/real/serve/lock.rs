//! The lock beside a name that a service gives out: `….lock`.
//!
//! It tells what a killed service left behind from what belongs to a living one, and by the line in
//! it from a file of somebody else that only has such a name.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::fault::Broken;

/// What is in the file.
const MARK: &[u8] = b"fotarig simulate\n";

/// A locked file, removed when it is dropped; the system gives it free when its process ends by
/// any way.
pub(super) struct Lock {
    path: PathBuf,
    origin: Origin,
    /// Which file is ours.
    inode: u64,
    _file: File,
}

/// Where a lock comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    New,
    /// A killed service has had it: what is beside it is its.
    LeftBehind,
}

impl Lock {
    /// Takes the lock of `path`. `WouldBlock` when a living service has it, `InvalidData` when
    /// such a file is there and is no lock.
    pub(super) fn take(path: &Path) -> io::Result<Lock> {
        let path = beside(path, ".lock");
        loop {
            let (mut file, origin) = open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The service that had it may have removed it just before it was locked.
            let inode = file.metadata()?.ino();
            if !is_there(&path, inode) {
                continue;
            }
            match origin {
                Origin::New => file.write_all(MARK)?,
                Origin::LeftBehind => see_mark(&mut file)?,
            }
            return Ok(Lock { path, origin, inode, _file: file });
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }
}

impl Drop for Lock {
    /// As long as it is locked, so that no other service's lock is removed.
    fn drop(&mut self) {
        if is_there(&self.path, self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open(path: &Path) -> io::Result<(File, Origin)> {
    let mut options = File::options();
    options.read(true).write(true);
    match fs::symlink_metadata(path) {
        // Reading anything else could wait for ever.
        Ok(there) if !there.file_type().is_file() => Err(io::ErrorKind::InvalidData.into()),
        Ok(_) => Ok((options.open(path)?, Origin::LeftBehind)),
        Err(_) => Ok((options.create_new(true).open(path)?, Origin::New)),
    }
}

fn see_mark(file: &mut File) -> io::Result<()> {
    let mut text = Vec::new();
    file.take(MARK.len() as u64 + 1).read_to_end(&mut text)?;
    if text == MARK { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

fn is_there(path: &Path, inode: u64) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| there.ino() == inode)
}

/// The sentence for `InvalidData`.
pub(super) fn is_no_lock(path: &Path) -> Broken {
    let shown = beside(path, ".lock").display().to_string();
    Broken::new(format!("`{shown}` is there already and is not the lock of a `fotarig simulate`"))
        .help("give another path, or remove that file if nobody needs it")
}

/// The path with something behind its name.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lock_is_taken_and_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("module");
        let file = beside(&path, ".lock");
        for text in ["", "notes", "fotarig simulate\nand more"] {
            fs::write(&file, text).expect("it is written");
            let error = Lock::take(&path).err().expect("it is refused");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
        }
        fs::remove_file(&file).expect("it is there");
        fs::create_dir(&file).expect("it is made");
        assert!(Lock::take(&path).is_err());
        fs::remove_dir(&file).expect("it is there");

        let lock = Lock::take(&path).expect("it is free");
        assert_eq!(lock.origin(), Origin::New);
        let error = Lock::take(&path).err().expect("it is taken");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(lock);
        assert!(!file.exists());

        fs::write(&file, MARK).expect("it is written");
        let lock = Lock::take(&path).expect("it was left behind");
        assert_eq!(lock.origin(), Origin::LeftBehind);
        fs::remove_file(&file).expect("it is there");
        fs::write(&file, "somebody's").expect("it is written");
        drop(lock);
        assert!(file.exists(), "it is not ours any more");
    }
}
