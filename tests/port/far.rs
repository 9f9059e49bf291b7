//! The far end of a serial cable, in the hands of a test.

use std::fs::File;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use fotarig::fault::Broken;
use fotarig::moment::Moment;
use fotarig::rig::{Address, DeviceSettings};
use fotarig::world::real::{Clock, Real};
use fotarig::world::{Interrupts, Wake, World};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// The far end of a port, in the hands of the test.
pub(crate) struct Far {
    pub(crate) master: File,
    pub(crate) path: String,
}

impl Far {
    pub(crate) fn new() -> Far {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
        grantpt(&master).expect("a PTY of ours");
        unlockpt(&master).expect("a PTY of ours");
        let path = ptsname(&master, Vec::new()).expect("a PTY has a name");
        Far { master: File::from(master), path: path.into_string().expect("ASCII") }
    }

    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.master.write_all(bytes).expect("the port is open");
    }

    pub(crate) fn open(&self) -> Result<(Real, Interrupts), Broken> {
        let interrupts = Interrupts::default();
        let real = Real::open(&settings(&self.path), Clock::start(), interrupts.clone())?;
        Ok((real, interrupts))
    }
}

/// Of a port that is not waited for when it vanishes: its number soon is another test's PTY.
pub(crate) fn settings(path: &str) -> DeviceSettings {
    let usual = DeviceSettings::at(Address::Serial(path.to_owned()));
    DeviceSettings { returns_within: Duration::ZERO, ..usual }
}

/// A port with its far end.
pub(crate) fn pair() -> (Real, Far, Interrupts) {
    let far = Far::new();
    let (real, interrupts) = far.open().expect("it opens");
    (real, far, interrupts)
}

pub(crate) fn in_ms(real: &Real, ms: u64) -> Moment {
    real.now() + Duration::from_millis(ms)
}

#[expect(clippy::disallowed_methods, reason = "plays a loop that is late, or a device that is")]
pub(crate) fn sleep_ms(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}

#[expect(clippy::disallowed_methods, reason = "measures the real world from outside")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

pub(crate) fn listen(real: &mut Real, length: usize) -> Vec<u8> {
    let mut heard = Vec::new();
    while heard.len() < length {
        match real.wait(in_ms(real, 2_000)) {
            Ok(Wake::Bytes { bytes, .. }) => heard.extend(bytes),
            other => panic!("{other:?} after {} bytes", heard.len()),
        }
    }
    heard
}
