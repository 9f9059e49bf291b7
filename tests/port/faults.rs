//! Ports that are missing, in use, stuck or gone.

use std::fs::File;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::world::real::{Clock, Real};
use fotarig::world::{Interrupts, Wake, World};

use crate::far::{Far, instant, listen, pair, settings, sleep_ms};

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
    assert!(matches!(real.wait(Moment::NEVER), Ok(Wake::Gone { .. })));
    let broken = real.wait(Moment::NEVER).expect_err("nobody waits for its return");
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

/// A program is known by its name: this one has it from a copy of `sleep`.
#[cfg(target_os = "linux")]
#[test]
fn a_port_in_the_hands_of_a_busybody_has_its_remedy() {
    for (name, remedy) in
        [("ModemManager", "systemctl stop ModemManager"), ("brltty", "remove brltty")]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let sleep = folder.path().join(name);
        std::fs::copy("/bin/sleep", &sleep).expect("Linux has it");
        let far = Far::new();
        let slave = File::options().read(true).write(true).open(&far.path).expect("it opens");
        // Root is let past `TIOCEXCL`, but not past a lock.
        let exclusive = rustix::fs::FlockOperation::LockExclusive;
        rustix::fs::flock(&slave, exclusive).expect("nobody else has it");
        let mut holder =
            Command::new(sleep).arg("60").stdin(Stdio::from(slave)).spawn().expect("it runs");
        let broken = far.open().err();
        holder.kill().expect("it is ours");
        holder.wait().expect("it is ours");
        let broken = broken.expect("it is locked");
        assert!(broken.message.contains(&format!("in use by `{name}`")), "{broken}");
        assert!(broken.help.is_some_and(|help| help.contains(remedy)), "no remedy");
    }
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
