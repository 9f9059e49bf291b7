//! The control socket: a Unix domain socket where a few programs drive the module's surroundings.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags};

use crate::fault::Broken;
use crate::world::real::serve::controller::{Controller, Stay};
use crate::world::real::serve::door::newcomer;
use crate::world::real::serve::lock::{Lock, is_no_lock};
use crate::world::real::serve::request::Answer;
use crate::world::real::serve::service::Service;

/// More than the test program, a person and a monitor; each costs a descriptor.
const MAX_CONTROLLERS: usize = 8;

pub(super) struct Control {
    listener: UnixListener,
    controllers: Vec<Controller>,
    path: PathBuf,
    /// Which file is ours.
    inode: u64,
    _lock: Lock,
}

impl Control {
    /// Makes the socket. One that a killed service left behind is replaced, nothing else is.
    pub(super) fn open(path: &Path) -> Result<Control, Broken> {
        Control::make(path).map_err(|error| refused(path, &error))
    }

    fn make(path: &Path) -> io::Result<Control> {
        if fs::symlink_metadata(path).is_ok_and(|there| !there.file_type().is_socket()) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let lock = Lock::take(path)?;
        if fs::symlink_metadata(path).is_ok() {
            // Somebody else's socket has no lock of ours, but somebody listens.
            if UnixStream::connect(path).is_ok() {
                return Err(io::ErrorKind::AddrInUse.into());
            }
            fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        listener.set_nonblocking(true)?;
        let inode = fs::symlink_metadata(path)?.ino();
        let (controllers, path) = (Vec::new(), path.to_owned());
        Ok(Control { listener, controllers, path, inode, _lock: lock })
    }

    pub(super) fn watch<'c>(&'c self, fds: &mut Vec<PollFd<'c>>) {
        fds.push(PollFd::new(&self.listener, PollFlags::IN));
        fds.extend(self.controllers.iter().map(Controller::watch));
    }

    /// Carries out what controllers want, and lets new ones in.
    pub(super) fn turn(&mut self, service: &mut Service) -> io::Result<()> {
        self.attend(service);
        while let Some(stream) = newcomer(self.listener.accept())? {
            if self.controllers.len() >= MAX_CONTROLLERS {
                // Some may have gone before this one came.
                self.attend(service);
            }
            if self.controllers.len() < MAX_CONTROLLERS {
                // One that cannot be waited for is turned away without a word.
                if stream.set_nonblocking(true).is_ok() {
                    self.controllers.push(Controller::new(stream));
                }
            } else {
                let sentence = format!("{MAX_CONTROLLERS} controllers are connected already");
                let _ = (&stream).write(&Answer::refusal(sentence).line());
            }
        }
        Ok(())
    }

    fn attend(&mut self, service: &mut Service) {
        self.controllers.retain_mut(|controller| controller.turn(service) == Stay::Stays);
    }
}

impl Drop for Control {
    /// Unless somebody else has replaced it meanwhile.
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|there| there.ino() == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refused(path: &Path, error: &io::Error) -> Broken {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Broken::new(format!("`{shown}` is there already and is not a socket"))
                .help("give a path where there is nothing, for example `/tmp/hl7800.control`")
        }
        io::ErrorKind::WouldBlock => {
            Broken::new(format!("another `fotarig simulate` is controlled at `{shown}`"))
                .help("give this one another path, or end the other one")
        }
        io::ErrorKind::AddrInUse => Broken::new(format!("another program listens at `{shown}`"))
            .help("give a path where there is nothing, for example `/tmp/hl7800.control`"),
        io::ErrorKind::InvalidData => is_no_lock(path),
        io::ErrorKind::NotFound => Broken::new(format!("`{shown}` has no folder to be in"))
            .help("make the folder, or give a path in one that is there"),
        _ => Broken::new(format!("`{shown}` cannot be made a socket: {error}"))
            .help("give a short path where you may write, for example `/tmp/hl7800.control`"),
    }
}
