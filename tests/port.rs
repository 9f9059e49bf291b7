//! The real world over PTYs: stamps, deadlines, interrupts, and ports that are not as they should.
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fotarig::fault::Broken;
use fotarig::moment::Moment;
use fotarig::rig::{Flow, LinePolicy, SerialSettings};
use fotarig::world::real::{Clock, Real};
use fotarig::world::{Interrupts, Wake, World};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// The far end of a port, in the hands of the test.
struct Far {
    master: File,
    path: String,
}

impl Far {
    fn new() -> Far {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
        grantpt(&master).expect("a PTY of ours");
        unlockpt(&master).expect("a PTY of ours");
        let path = ptsname(&master, Vec::new()).expect("a PTY has a name");
        Far { master: File::from(master), path: path.into_string().expect("ASCII") }
    }

    fn say(&mut self, bytes: &[u8]) {
        self.master.write_all(bytes).expect("the port is open");
    }

    fn open(&self) -> Result<(Real, Interrupts), Broken> {
        let interrupts = Interrupts::default();
        let real = Real::open(&settings(&self.path), Clock::start(), interrupts.clone())?;
        Ok((real, interrupts))
    }
}

fn settings(path: &str) -> SerialSettings {
    SerialSettings {
        path: path.to_owned(),
        baud: 115_200,
        flow: Flow::None,
        dtr: LinePolicy::On,
        rts: LinePolicy::On,
    }
}

/// A port with its far end.
fn pair() -> (Real, Far, Interrupts) {
    let far = Far::new();
    let (real, interrupts) = far.open().expect("it opens");
    (real, far, interrupts)
}

fn in_ms(real: &Real, ms: u64) -> Moment {
    real.now() + Duration::from_millis(ms)
}

#[expect(clippy::disallowed_methods, reason = "plays a loop that is late, or a device that is")]
fn sleep_ms(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}

#[expect(clippy::disallowed_methods, reason = "measures the real world from outside")]
fn instant() -> Instant {
    Instant::now()
}

#[test]
fn bytes_come_with_the_moment_of_their_arrival() {
    let (mut real, mut far, _) = pair();
    let before = real.now();
    far.say(b"\r\nOK\r\n");
    let Ok(Wake::Bytes { at, bytes }) = real.wait(in_ms(&real, 2_000)) else { panic!("bytes") };
    assert_eq!(bytes, b"\r\nOK\r\n");
    assert!(before <= at && at <= real.now());
}

#[test]
fn what_is_written_arrives_unchanged() {
    let (mut real, mut far, _) = pair();
    let all: Vec<u8> = (0..=255).collect();
    let before = real.now();
    let left = real.write(&all).expect("the port is open");
    assert!(before <= left && left <= real.now());
    let mut heard = vec![0; all.len()];
    far.master.read_exact(&mut heard).expect("the port is open");
    assert_eq!(heard, all);
    far.say(&all);
    assert_eq!(listen(&mut real, all.len()), all);
}

fn listen(real: &mut Real, length: usize) -> Vec<u8> {
    let mut heard = Vec::new();
    while heard.len() < length {
        match real.wait(in_ms(real, 2_000)) {
            Ok(Wake::Bytes { bytes, .. }) => heard.extend(bytes),
            other => panic!("{other:?} after {} bytes", heard.len()),
        }
    }
    heard
}

#[test]
fn a_byte_stamped_before_the_deadline_counts_although_the_loop_is_late() {
    let (mut real, mut far, _) = pair();
    far.say(b"in time");
    sleep_ms(50);
    let deadline = real.now();
    sleep_ms(50);
    far.say(b"too late");
    sleep_ms(50);
    let Ok(Wake::Bytes { at, bytes }) = real.wait(deadline) else { panic!("bytes") };
    assert!(at <= deadline);
    assert_eq!(bytes, b"in time");
    assert_eq!(real.wait(deadline), Ok(Wake::Deadline));
    assert_eq!(real.wait(Moment::START), Ok(Wake::Deadline));
    let Ok(Wake::Bytes { at, bytes }) = real.wait(real.now()) else { panic!("bytes") };
    assert!(at > deadline);
    assert_eq!(bytes, b"too late");
}

#[test]
fn a_deadline_is_kept() {
    let (mut real, _far, _) = pair();
    let deadline = in_ms(&real, 100);
    assert_eq!(real.wait(deadline), Ok(Wake::Deadline));
    assert!(real.now() >= deadline);
    assert!(real.now() < deadline + Duration::from_millis(500));
}

#[test]
fn an_interrupt_wakes_at_once_and_is_told_once() {
    let (mut real, _far, interrupts) = pair();
    let raiser = thread::spawn(move || {
        sleep_ms(50);
        interrupts.raise();
        interrupts.raise();
    });
    let began = real.now();
    assert_eq!(real.wait(Moment::NEVER), Ok(Wake::Interrupted));
    assert!(real.now().since(began) < Duration::from_secs(1));
    assert_eq!(real.wait(Moment::NEVER), Ok(Wake::Interrupted));
    raiser.join().expect("it raised");
    assert_eq!(real.wait(in_ms(&real, 20)), Ok(Wake::Deadline));
}

#[test]
fn a_port_that_disappears_breaks_waits_and_writes_and_names_itself() {
    let (mut real, mut far, _) = pair();
    far.say(b"last words");
    let path = far.path.clone();
    let unplug = thread::spawn(move || {
        sleep_ms(50);
        drop(far);
    });
    let began = real.now();
    assert_eq!(listen(&mut real, 10), b"last words");
    let broken = real.wait(Moment::NEVER).expect_err("the port is gone");
    assert!(broken.message.contains(&path), "{broken}");
    assert!(real.now().since(began) < Duration::from_secs(1));
    assert_eq!(real.wait(Moment::NEVER), Err(broken.clone()));
    assert_eq!(real.write(b"AT\r"), Err(broken));
    unplug.join().expect("it was unplugged");
}

#[test]
fn a_write_to_a_port_that_has_just_disappeared_breaks() {
    let (mut real, far, _) = pair();
    let path = far.path.clone();
    drop(far);
    let broken = real.write(b"AT\r").expect_err("the port is gone");
    assert!(broken.message.contains(&path), "{broken}");
}

#[test]
fn a_write_that_nobody_takes_ends() {
    let (mut real, far, _) = pair();
    let began = real.now();
    let broken = real.write(&vec![b'x'; 1_000_000]).expect_err("nobody reads");
    assert!(broken.message.contains("flow control"), "{broken}");
    assert!(real.now().since(began) < Duration::from_secs(10));
    drop(far);
}

#[test]
fn a_port_in_use_names_who_has_it() {
    let far = Far::new();
    let slave = File::options().read(true).write(true).open(&far.path).expect("it opens");
    let mut sleeper =
        Command::new("sleep").arg("60").stdin(Stdio::from(slave)).spawn().expect("sleep runs");
    let (_real, _) = far.open().expect("nobody has locked it");
    let broken = far.open().err().expect("it is locked");
    assert!(broken.message.contains("in use"), "{broken}");
    if cfg!(target_os = "linux") {
        assert!(broken.message.contains("this program itself"), "{broken}");
        assert!(
            broken.message.contains(&format!("`sleep` (process {})", sleeper.id())),
            "{broken}"
        );
    }
    sleeper.kill().expect("it is ours");
    sleeper.wait().expect("it is ours");
}

#[test]
fn what_is_no_port_is_said() {
    let open = |path: &str| {
        Real::open(&settings(path), Clock::start(), Interrupts::default())
            .err()
            .expect("it cannot be opened")
    };
    assert_eq!(open("/dev/ttyNONE7").message, "there is no port `/dev/ttyNONE7`");
    assert!(open("/dev/ttyNONE7").help.is_some_and(|help| help.contains("this machine has")));
    assert_eq!(open("/dev/null").message, "`/dev/null` is not a serial port");
    assert_eq!(open("/tmp").message, "`/tmp` is not a serial port");
}

#[test]
fn no_plugin_no_role() {
    let (mut real, _far, _) = pair();
    assert!(!real.offers("power"));
    let broken = real.call("power", "off", &serde_json::Value::Null).expect_err("no role");
    assert!(broken.help.is_some_and(|help| help.contains("plugin")));
}

#[test]
fn dropping_gives_the_port_free_at_once() {
    let mut far = Far::new();
    let began = instant();
    for _ in 0..100 {
        let (mut real, _) = far.open().expect("it is free");
        far.say(b"ready");
        assert_eq!(listen(&mut real, 5), b"ready");
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn dropping_ends_a_reader_that_is_stuck_in_a_flood() {
    let (real, mut far, _) = pair();
    let flood = thread::spawn(move || while far.master.write(&[b'x'; 4096]).is_ok() {});
    sleep_ms(500);
    let began = instant();
    drop(real);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    drop(flood); // a master without a slave takes bytes until its buffer is full, then blocks
}

#[test]
fn a_flood_without_newline_arrives_whole() {
    const FLOOD: usize = 100_000_000;
    let (mut real, mut far, _) = pair();
    let sender = thread::spawn(move || {
        let chunk = vec![b'x'; 65_536];
        let mut left = FLOOD;
        while left > 0 {
            let length = left.min(chunk.len());
            far.say(&chunk[..length]);
            left -= length;
        }
        far
    });
    let mut heard = 0;
    while heard < FLOOD {
        match real.wait(in_ms(&real, 5_000)) {
            Ok(Wake::Bytes { bytes, .. }) => heard += bytes.len(),
            other => panic!("{other:?} after {heard} bytes"),
        }
    }
    assert_eq!(heard, FLOOD);
    assert_eq!(real.wait(in_ms(&real, 20)), Ok(Wake::Deadline));
    drop(sender.join());
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;

    /// How often the threads with these names slept and were woken so far.
    fn wakes(names: &[&str]) -> u64 {
        let tasks = std::fs::read_dir("/proc/self/task").expect("Linux has it").flatten();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok())
            .filter(|status| {
                let name = status.lines().find_map(|line| line.strip_prefix("Name:\t"));
                name.is_some_and(|name| names.contains(&name))
            })
            .filter_map(|status| {
                let line = status
                    .lines()
                    .find_map(|line| line.strip_prefix("voluntary_ctxt_switches:\t"))?;
                line.parse::<u64>().ok()
            })
            .sum()
    }

    #[test]
    fn a_flood_that_nobody_hears_stays_outside() {
        let (real, mut far, _) = pair();
        let before = resident_kb();
        let flood = thread::spawn(move || {
            let chunk = vec![b'x'; 65_536];
            let mut sent = 0;
            while sent < 100_000_000 && far.master.write_all(&chunk).is_ok() {
                sent += chunk.len();
            }
        });
        sleep_ms(1_000);
        let grown = resident_kb().saturating_sub(before);
        assert!(grown < 32_768, "{grown} kB for bytes that nobody took");
        assert!(!flood.is_finished(), "the sender is held back");
        drop(real);
    }

    fn resident_kb() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    #[test]
    fn a_quiet_wait_sleeps() {
        let waiter = thread::Builder::new().name("quiet waiter".to_owned());
        let waiter = waiter.spawn(|| {
            let (mut real, far, _) = pair();
            // The reader is named after its port.
            let threads = ["quiet waiter", far.path.as_str()];
            let before = wakes(&threads);
            assert_eq!(real.wait(in_ms(&real, 3_000)), Ok(Wake::Deadline));
            wakes(&threads) - before
        });
        let woken = waiter.expect("a thread").join().expect("it waited");
        assert!(woken <= 4, "woken {woken} times in 3 s");
    }
}

#[test]
fn the_far_end_keeps_the_line_raw() {
    let (mut real, mut far, _) = pair();
    assert!(rustix::termios::isatty(far.master.as_fd()));
    far.say(b"\x03\x11\x13\x04\r\n\0\xff");
    assert_eq!(listen(&mut real, 8), b"\x03\x11\x13\x04\r\n\0\xff");
}
