//! Instruments that several rigs share, each for so many users at once, across processes.
//!
//! A place at an instrument is a file `NAME.K.lock` in a folder that all processes of this host
//! see, and who holds its lock has the place. The system gives a lock back when its process ends,
//! in whatever way; the file stays, and says who had it last.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::fault::Broken;
use crate::journal::Waits;
use crate::shelf::shown;
use crate::world::Interrupts;

/// Names the folder, for hosts where the usual one is not seen by all.
const VARIABLE: &str = "FOTARIG_LOCKS";
/// In the folder for temporary files, which all users of a host share: the folder of a login
/// session would let two users think that an instrument is theirs.
const FOLDER: &str = "fotarig-locks";
/// How often a lock is tried that somebody else has.
const TRY: Duration = Duration::from_millis(100);
/// Tries after which a person is told: 3 s, so that a change of hands says nothing.
const QUIET_TRIES: u32 = 30;
/// What is read of a lock's file; more is not ours.
const MAX_HOLDER_BYTES: u64 = 200;

/// The folder of the locks.
#[derive(Clone, Debug)]
pub struct Instruments {
    folder: PathBuf,
}

/// Places that are held until this is dropped.
#[derive(Default)]
pub(crate) struct Held(#[expect(dead_code, reason = "held, never looked at")] Vec<File>);

/// What a rig asks for.
pub(crate) struct Wish<'w> {
    pub(crate) rig: &'w str,
    /// Each with how many may use it at once. All rigs ask in this order, so none waits for one
    /// that waits for it.
    pub(crate) shared: &'w BTreeMap<String, NonZeroU32>,
    pub(crate) interrupts: &'w Interrupts,
}

impl Instruments {
    /// The folder of this host.
    pub fn of_this_host() -> Result<Instruments, Diagnostic> {
        let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
        let folder = named.map_or_else(|| std::env::temp_dir().join(FOLDER), PathBuf::from);
        make(&folder).map_err(|error| {
            let message = format!("the locks of shared instruments: `{}`: {error}", shown(&folder));
            Diagnostic::new(message)
                .help(format!("set `{VARIABLE}` to a folder that all users of this host can write"))
        })?;
        Ok(Instruments { folder })
    }

    /// Takes a place at each instrument, and waits where there is none: the longest use that there
    /// is nobody knows, so only an interrupt ends it, with nothing. `tell` is told of a wait.
    pub(crate) fn take(
        &self,
        wish: &Wish<'_>,
        tell: &mut dyn FnMut(Waits),
    ) -> Result<Option<Held>, Broken> {
        let mut held = Vec::new();
        for (name, places) in wish.shared {
            let mut tries = 0;
            loop {
                if wish.interrupts.count() > 0 {
                    return Ok(None);
                }
                if let Some(file) = self.place(name, *places, wish.rig)? {
                    held.push(file);
                    break;
                }
                tries += 1;
                if tries == QUIET_TRIES {
                    let holder = self.holders(name, *places);
                    tell(Waits { instrument: name.clone(), holder });
                }
                wish.interrupts.pause(TRY);
            }
        }
        Ok(Some(Held(held)))
    }

    /// One of the places, if one is free.
    fn place(&self, name: &str, places: NonZeroU32, rig: &str) -> Result<Option<File>, Broken> {
        for place in 1..=places.get() {
            let path = self.path(name, place);
            let opened = open(&path);
            let mut file = opened.map_err(|error| unusable(name, &path, &error))?;
            match file.try_lock() {
                Ok(()) => {
                    sign(&mut file, rig);
                    return Ok(Some(file));
                }
                Err(fs::TryLockError::WouldBlock) => {}
                Err(fs::TryLockError::Error(error)) => return Err(unusable(name, &path, &error)),
            }
        }
        Ok(None)
    }

    /// Takes what one rig at a time may have, or tells who has it.
    pub(crate) fn claim(&self, name: &str, what: &str, rig: &str) -> Result<File, Broken> {
        let only = NonZeroU32::MIN;
        let claimed = self.place(name, only, rig)?;
        claimed.ok_or_else(|| {
            let holder = self.holders(name, only);
            Broken::new(format!("{what} is in use by {holder}"))
                .help("wait until that run is over, or give this rig another port")
        })
    }

    /// Who has all places at an instrument now; nobody when one is free.
    pub(crate) fn taken_by(
        &self,
        name: &str,
        places: NonZeroU32,
        rig: &str,
    ) -> Result<Option<String>, Broken> {
        let free = self.place(name, places, rig)?.is_some();
        Ok((!free).then(|| self.holders(name, places)))
    }

    /// Who has the places, as they say themselves.
    fn holders(&self, name: &str, places: NonZeroU32) -> String {
        let holder = |place| {
            let file = File::open(self.path(name, place)).ok()?;
            let mut text = String::new();
            file.take(MAX_HOLDER_BYTES).read_to_string(&mut text).ok()?;
            let line = text.lines().next().unwrap_or_default().trim();
            (!line.is_empty()).then(|| line.to_owned())
        };
        let holders: Vec<String> = (1..=places.get()).filter_map(holder).collect();
        if holders.is_empty() { "somebody".to_owned() } else { holders.join(" and ") }
    }

    fn path(&self, name: &str, place: u32) -> PathBuf {
        self.folder.join(format!("{name}.{place}.lock"))
    }
}

fn unusable(name: &str, path: &Path, error: &io::Error) -> Broken {
    Broken::new(format!("the instrument `{name}` cannot be locked: `{}`: {error}", shown(path)))
        .help(format!("see to the rights of that file, or set `{VARIABLE}` to another folder"))
}

/// Writes down who has the place. Where that cannot be, others are told of `somebody`.
fn sign(file: &mut File, rig: &str) {
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| {
        file.write_all(format!("the rig `{rig}` of process {}\n", std::process::id()).as_bytes())
    });
}

fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    for_everybody(folder, 0o1777);
    Ok(())
}

/// A file that is there is opened without making it: Linux refuses to "make" the file of another
/// user in a folder that everybody can write (`fs.protected_regular`).
fn open(path: &Path) -> io::Result<File> {
    match File::options().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // A lock needs no right to write.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return File::open(path),
        done => return done,
    }
    match File::options().read(true).write(true).create_new(true).open(path) {
        Ok(file) => {
            for_everybody(path, 0o666);
            Ok(file)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().read(true).write(true).open(path)
        }
        Err(error) => Err(error),
    }
}

/// Where that cannot be, other users of this host are refused, and told so.
#[cfg(unix)]
fn for_everybody(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn for_everybody(_: &Path, _: u32) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_places_are_for_two() {
        let folder = tempfile::tempdir().unwrap();
        let instruments = Instruments { folder: folder.path().to_owned() };
        let interrupts = Interrupts::default();
        let shared = BTreeMap::from([("attenuator".to_owned(), NonZeroU32::new(2).unwrap())]);
        let wish = |rig| Wish { rig, shared: &shared, interrupts: &interrupts };
        let place = |rig| instruments.place("attenuator", shared["attenuator"], rig).unwrap();
        let first = instruments.take(&wish("a"), &mut |_| {}).unwrap().unwrap();
        let second = place("b").unwrap();
        assert!(place("c").is_none());
        let holders = instruments.holders("attenuator", shared["attenuator"]);
        let id = std::process::id();
        let expected = format!("the rig `a` of process {id} and the rig `b` of process {id}");
        assert_eq!(holders, expected);
        drop(first);
        assert!(place("c").is_some());
        drop(second);
        interrupts.raise();
        assert!(instruments.take(&wish("d"), &mut |_| {}).unwrap().is_none());
    }
}
