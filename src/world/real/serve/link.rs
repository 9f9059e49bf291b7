//! The name that a person gives to a PTY: a symbolic link that lives as long as the service.
//!
//! It is locked meanwhile: a PTY's number does not say whose it is, since the system gives it away
//! again.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::fault::Broken;
use crate::world::real::serve::lock::{Lock, Origin, beside, is_no_lock};

/// Where systems keep their PTYs: Linux and the BSDs, macOS.
const PTYS: [&str; 2] = ["/dev/pts/", "/dev/ttys"];

/// A link to a PTY, removed when it is dropped.
pub(super) struct Link {
    path: PathBuf,
    target: PathBuf,
    _lock: Lock,
}

impl Link {
    /// Makes the link. One that a killed service left behind, or that leads nowhere, is replaced;
    /// nothing else is.
    pub(super) fn make(path: PathBuf, target: &str) -> Result<Link, Broken> {
        let refuse = |error: io::Error| refused(&path, &error);
        if fs::symlink_metadata(&path).is_ok() && !is_link_to_pty(&path) {
            return Err(refuse(io::ErrorKind::AlreadyExists.into()));
        }
        let lock = Lock::take(&path).map_err(refuse)?;
        if is_link_to_pty(&path) {
            let leads_somewhere = path.exists();
            if leads_somewhere && lock.origin() == Origin::New {
                return Err(belongs_to_another(&path));
            }
            fs::remove_file(&path).map_err(refuse)?;
        }
        symlink(target, &path).map_err(refuse)?;
        Ok(Link { path, target: target.into(), _lock: lock })
    }

    /// Lets it lead to another PTY from now on; at no time is there no link.
    pub(super) fn lead_to(&mut self, target: &str) -> io::Result<()> {
        let next = beside(&self.path, ".next");
        if is_link_to_pty(&next) {
            // A service was killed between the two steps.
            fs::remove_file(&next)?;
        }
        symlink(target, &next)?;
        fs::rename(&next, &self.path)?;
        self.target = target.into();
        Ok(())
    }

    /// There is no link for a while; the name stays locked. What somebody else has put in its
    /// place stays.
    pub(super) fn take_away(&mut self) -> io::Result<()> {
        match fs::read_link(&self.path) {
            Ok(target) if target == self.target => fs::remove_file(&self.path),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The link is back. Nothing is replaced that has come into its place meanwhile.
    pub(super) fn put_back(&mut self, target: &str) -> io::Result<()> {
        symlink(target, &self.path)?;
        self.target = target.into();
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = self.take_away();
    }
}

fn is_link_to_pty(path: &Path) -> bool {
    let target = fs::read_link(path).unwrap_or_default();
    let target = target.to_string_lossy();
    PTYS.iter().any(|start| target.starts_with(start))
}

fn belongs_to_another(path: &Path) -> Broken {
    Broken::new(format!("`{}` is the link of another program's PTY", path.display()))
        .help("give another path, or end that program and remove its link")
}

fn refused(path: &Path, error: &io::Error) -> Broken {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Broken::new(format!("`{shown}` is there already and is not the link of a PTY"))
                .help("give a path where there is nothing, for example `/tmp/hl7800`")
        }
        io::ErrorKind::WouldBlock => {
            Broken::new(format!("another `fotarig simulate` serves `{shown}`"))
                .help("give this one another path, or end the other one")
        }
        io::ErrorKind::InvalidData => is_no_lock(path),
        io::ErrorKind::NotFound => Broken::new(format!("`{shown}` has no folder to be in"))
            .help("make the folder, or give a path in one that is there"),
        _ => Broken::new(format!("`{shown}` cannot be made a link: {error}"))
            .help("give a path where you may write, for example `/tmp/hl7800`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::real::serve::pty::Pty;

    #[test]
    fn only_what_a_service_left_behind_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("module");

        fs::write(&path, "a person's file").expect("it is written");
        let broken = Link::make(path.clone(), "/dev/pts/9998").err().expect("it is refused");
        assert!(broken.message.ends_with("is not the link of a PTY"), "{broken}");
        fs::remove_file(&path).expect("it is there");

        symlink("/etc/hosts", &path).expect("it is made");
        assert!(Link::make(path.clone(), "/dev/pts/9998").is_err());
        fs::remove_file(&path).expect("it is there");

        symlink("/dev/pts/9997", &path).expect("it is made");
        let mut link = Link::make(path.clone(), "/dev/pts/9998").expect("it is replaced");
        assert_eq!(fs::read_link(&path).expect("a link"), Path::new("/dev/pts/9998"));
        link.lead_to("/dev/pts/9999").expect("it is moved");
        assert_eq!(fs::read_link(&path).expect("a link"), Path::new("/dev/pts/9999"));
        let broken = Link::make(path.clone(), "/dev/pts/9998").err().expect("it is refused");
        assert!(broken.message.starts_with("another `fotarig simulate`"), "{broken}");
        drop(link);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);

        let living = Pty::open().expect("this system has PTYs");
        symlink(&living.slave, &path).expect("it is made");
        let broken = Link::make(path.clone(), "/dev/pts/9998").err().expect("it is refused");
        assert!(broken.message.ends_with("is the link of another program's PTY"), "{broken}");
        assert_eq!(fs::read_link(&path).expect("a link"), Path::new(&living.slave));
        assert!(!beside(&path, ".lock").exists(), "the lock went with the refusal");
        fs::write(beside(&path, ".lock"), "fotarig simulate\n").expect("it is written");
        drop(Link::make(path.clone(), "/dev/pts/9998").expect("a killed service had it"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);

        let nowhere = folder.path().join("none/module");
        assert!(Link::make(nowhere, "/dev/pts/9998").is_err());
    }
}
