//! The virtual module served on a PTY, and clients that come and go.

use std::fs::File;
use std::io::Write;
use std::num::NonZeroU32;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fotarig::fault::Broken;
use fotarig::moment::Moment;
use fotarig::package::{Package, PackageKind};
use fotarig::rig::VirtualSettings;
use fotarig::sim::{Module, PackageShelf};
use fotarig::world::real::{Cable, Clock, Place, Real, Serve, Unserved, serve};
use fotarig::world::{Interrupts, Wake, World};
use rustix::fs::OFlags;
use tempfile::TempDir;

use crate::far::{in_ms, settings, sleep_ms};

/// A shelf without packages.
struct Bare;

impl PackageShelf for Bare {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        Err(format!("there is no `{name}`"))
    }
}

/// A service in a thread of its own; dropping it ends the service.
struct Served {
    path: PathBuf,
    interrupts: Interrupts,
    service: Option<JoinHandle<Result<(), Unserved>>>,
    _folder: TempDir,
}

impl Served {
    fn start() -> Served {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("module");
        let interrupts = Interrupts::default();
        let (ready, when_ready) = channel();
        let (link, bell) = (path.clone(), interrupts.clone());
        let service = thread::spawn(move || {
            let options = Serve {
                place: Place::Pty(link),
                cable: Cable::Uart,
                control: None,
                speed: NonZeroU32::new(100).expect("not zero"),
                shelf: Box::new(Bare),
                ready: Box::new(move |slave| {
                    ready.send(slave.to_owned()).expect("awaited");
                    Ok(())
                }),
            };
            let module = Module::new(&VirtualSettings::default(), &package(), 1);
            serve(options, module, Clock::start(), &bell)
        });
        let slave = when_ready.recv().expect("it gets ready");
        assert_eq!(std::fs::read_link(&path).expect("a link"), PathBuf::from(slave));
        Served { path, interrupts, service: Some(service), _folder: folder }
    }

    fn open(&self) -> Result<Real, Broken> {
        let path = self.path.to_str().expect("ASCII");
        Real::open(&settings(path), Clock::start(), Interrupts::default())
    }

    /// A client that knows nothing of locks and does not listen.
    fn bare(&self) -> File {
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let file = File::options().read(true).write(true).custom_flags(flags).open(&self.path);
        file.expect("nobody has locked it")
    }

    /// A client that has had its first answer: the module has booted.
    fn client(&self) -> Real {
        let mut real = self.open().expect("nobody has it");
        for _ in 0..50 {
            if ask(&mut real, b"AT\r", 100).ends_with("OK\r\n") {
                return real;
            }
        }
        panic!("the module does not answer");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.interrupts.raise();
        let ended = self.service.take().map(JoinHandle::join);
        if !thread::panicking() {
            assert_eq!(ended.expect("it ran").expect("it did not panic"), Ok(()));
            assert!(std::fs::symlink_metadata(&self.path).is_err(), "the link is removed");
        }
    }
}

fn package() -> Package {
    Package {
        name: "demo".to_owned(),
        from: "HL7800.1".to_owned(),
        to: "HL7800.2".to_owned(),
        kind: PackageKind::Delta,
        size_bytes: 1464,
        cloud_id: None,
        file: None,
        content: None,
    }
}

/// What comes until `OK` and a line end, or until nothing comes for `patience_ms`.
fn ask(real: &mut Real, command: &[u8], patience_ms: u64) -> String {
    real.write(command).expect("the module is there");
    let mut heard = String::new();
    while !heard.ends_with("OK\r\n") {
        match real.wait(in_ms(real, patience_ms)).expect("the module is there") {
            Wake::Bytes { bytes, .. } => heard.push_str(&String::from_utf8_lossy(&bytes)),
            Wake::Deadline | Wake::Interrupted => break,
            Wake::Gone { .. } | Wake::Back { .. } => {}
        }
    }
    heard
}

#[test]
fn at_is_answered_ok() {
    let served = Served::start();
    let mut real = served.client();
    assert_eq!(ask(&mut real, b"ATE0\r", 1_000), "ATE0\r\r\nOK\r\n");
    assert_eq!(ask(&mut real, b"AT\r", 1_000), "\r\nOK\r\n");
}

#[test]
fn two_hundred_clients_come_and_go() {
    let served = Served::start();
    drop(served.client());
    for _ in 0..200 {
        let mut real = served.open().expect("the last one has left");
        assert_eq!(ask(&mut real, b"AT\r", 2_000), "AT\r\r\nOK\r\n");
    }
}

#[test]
fn a_client_does_not_get_what_was_meant_for_the_last_one() {
    let served = Served::start();
    drop(served.client());
    for stay_ms in [0, 100] {
        let mut unread = served.bare();
        unread.write_all(b"AT+CGMM\rAT+CG").expect("the module is there");
        sleep_ms(stay_ms);
        drop(unread);
        sleep_ms(100);
        let mut real = served.open().expect("the last one has left");
        assert_eq!(real.wait(in_ms(&real, 200)), Ok(Wake::Deadline));
        assert_eq!(ask(&mut real, b"AT\r", 2_000), "AT\r\r\nOK\r\n");
    }
}

#[test]
fn a_client_that_was_killed_leaves_no_lock() {
    let served = Served::start();
    drop(served.client());
    for _ in 0..3 {
        let killed = served.bare();
        rustix::termios::ioctl_tiocexcl(&killed).expect("a terminal");
        sleep_ms(100);
        drop(killed); // as the system does it: without giving the lock back
        sleep_ms(100);
        drop(served.client());
    }
}

#[test]
fn a_client_that_does_not_read_loses_nothing() {
    const COMMANDS: usize = 5_000;
    let served = Served::start();
    let mut real = served.client();
    for _ in 0..COMMANDS {
        real.write(b"AT\r").expect("the module listens even so");
    }
    sleep_ms(500);
    let mut answers = Vec::new();
    while answers.len() < COMMANDS
        && let Ok(Wake::Bytes { bytes, .. }) = real.wait(in_ms(&real, 5_000))
    {
        answers.extend(bytes.into_iter().filter(|byte| *byte == b'K'));
    }
    assert_eq!(answers.len(), COMMANDS);
}

#[test]
fn a_second_client_is_told_that_the_module_is_in_use() {
    let served = Served::start();
    let real = served.client();
    let broken = served.open().err().expect("it is locked");
    assert!(broken.message.contains("in use"), "{broken}");
    drop(real);
    drop(served.client());
}

#[test]
fn the_module_works_on_while_nobody_is_there() {
    let served = Served::start();
    sleep_ms(500);
    let began = Clock::start();
    drop(served.client());
    assert!(began.now().since(Moment::START) < Duration::from_millis(500));
}
