//! The name that a person gives to a PTY: a symbolic link that lives as long as the service.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::fault::Broken;

/// Where systems keep their PTYs: Linux and the BSDs, macOS.
const PTYS: [&str; 2] = ["/dev/pts/", "/dev/ttys"];

/// A link to a PTY, removed when it is dropped.
pub(super) struct Link {
    path: PathBuf,
    target: PathBuf,
}

impl Link {
    /// Makes the link. A link that an earlier service left behind is replaced, nothing else is.
    pub(super) fn make(path: PathBuf, target: &str) -> Result<Link, Broken> {
        if is_link_to_pty(&path) {
            fs::remove_file(&path).map_err(|error| refused(&path, &error))?;
        }
        symlink(target, &path).map_err(|error| refused(&path, &error))?;
        Ok(Link { path, target: target.into() })
    }

    /// Lets it lead to another PTY from now on; at no time is there no link.
    pub(super) fn lead_to(&mut self, target: &str) -> io::Result<()> {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".next");
        symlink(target, &beside)?;
        fs::rename(&beside, &self.path)?;
        self.target = target.into();
        Ok(())
    }
}

impl Drop for Link {
    /// Unless somebody else has replaced it meanwhile.
    fn drop(&mut self) {
        if fs::read_link(&self.path).is_ok_and(|target| target == self.target) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn is_link_to_pty(path: &Path) -> bool {
    let target = fs::read_link(path).unwrap_or_default();
    let target = target.to_string_lossy();
    PTYS.iter().any(|start| target.starts_with(start))
}

fn refused(path: &Path, error: &io::Error) -> Broken {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Broken::new(format!("`{shown}` is there already and is not the link of a PTY"))
                .help("give a path where there is nothing, for example `/tmp/hl7800`")
        }
        io::ErrorKind::NotFound => Broken::new(format!("`{shown}` has no folder to be in"))
            .help("make the folder, or give a path in one that is there"),
        _ => Broken::new(format!("`{shown}` cannot be made a link: {error}"))
            .help("give a path where you may write, for example `/tmp/hl7800`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        drop(link);
        assert!(fs::symlink_metadata(&path).is_err());

        let nowhere = folder.path().join("none/module");
        assert!(Link::make(nowhere, "/dev/pts/9998").is_err());
    }
}
