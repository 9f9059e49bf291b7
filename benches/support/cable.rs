//! A PTY as the cable of a benchmark, and the middle of its figures.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn pty() -> (File, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
    grantpt(&master).expect("a PTY of ours");
    unlockpt(&master).expect("a PTY of ours");
    let path = ptsname(&master, Vec::new()).expect("a PTY has a name");
    (File::from(master), path.into_string().expect("ASCII"))
}

pub(crate) fn slave(path: &str) -> File {
    let flags = OFlags::NOCTTY.bits().cast_signed();
    let file = File::options().read(true).write(true).custom_flags(flags).open(path);
    let file = file.expect("the PTY is there");
    let mut settings = tcgetattr(&file).expect("a terminal");
    settings.make_raw();
    tcsetattr(&file, OptionalActions::Now, &settings).expect("a terminal");
    file
}
