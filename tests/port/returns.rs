//! Ports that vanish and return, or do not.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::rig::{Address, DeviceSettings};
use fotarig::world::real::{Clock, Real};
use fotarig::world::{Interrupts, Supplied, Wake, World};
use tempfile::TempDir;

use crate::far::{Far, in_ms, instant, listen, sleep_ms};

/// A port whose name stays, with a device behind it that comes and goes.
struct Socket {
    folder: TempDir,
    far: Option<Far>,
}

impl Socket {
    fn plugged() -> Socket {
        let mut socket = Socket { folder: tempfile::tempdir().expect("a folder"), far: None };
        socket.plug();
        socket
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("port")
    }

    fn plug(&mut self) -> &mut Far {
        let far = Far::new();
        symlink(&far.path, self.path()).expect("a link");
        self.far.insert(far)
    }

    /// First the name goes, as udev and the kernel do it.
    fn unplug(&mut self) {
        fs::remove_file(self.path()).expect("it is there");
        self.far = None;
    }

    fn far(&mut self) -> &mut Far {
        self.far.as_mut().expect("it is plugged in")
    }

    fn open(&self, returns_within: Duration) -> (Real, Interrupts) {
        let path = self.path().to_str().expect("ASCII").to_owned();
        open(Address::Serial(path), returns_within)
    }
}

fn open(address: Address, returns_within: Duration) -> (Real, Interrupts) {
    let settings = DeviceSettings { returns_within, ..DeviceSettings::at(address) };
    let interrupts = Interrupts::default();
    let real = Real::open(&settings, Clock::start(), interrupts.clone());
    (real.expect("nobody has it"), interrupts)
}

const LONG: Duration = Duration::from_secs(20);

fn expect_gone(real: &mut Real) -> Moment {
    match real.wait(in_ms(real, 5_000)) {
        Ok(Wake::Gone { at, .. }) => at,
        other => panic!("{other:?} and not a port that is gone"),
    }
}

fn expect_back(real: &mut Real) -> Moment {
    match real.wait(in_ms(real, 10_000)) {
        Ok(Wake::Back { at, .. }) => at,
        other => panic!("{other:?} and not a port that is back"),
    }
}

#[test]
fn a_port_that_returns_goes_on() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(LONG);
    for turn in 0..5 {
        let word = format!("before {turn}");
        socket.far().say(word.as_bytes());
        assert_eq!(listen(&mut real, word.len()), word.as_bytes());
        socket.unplug();
        let gone = expect_gone(&mut real);
        assert!(!real.port_is_there() && real.usable());
        real.write(b"AT\r").expect_err("it is not there");
        sleep_ms(150);
        socket.plug();
        let back = expect_back(&mut real);
        assert!(real.port_is_there() && back > gone);
        let written = real.write(b"AT\r").expect("it is there again");
        assert!(written >= back);
        let mut heard = [0; 3];
        socket.far().master.read_exact(&mut heard).expect("it is plugged in");
        assert_eq!(&heard, b"AT\r");
    }
}

/// What was said before and what is said after come in order, with the gap between them, also to
/// one who looks later.
#[test]
fn who_looks_late_hears_both_lives_in_order() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(LONG);
    socket.far().say(b"first life");
    sleep_ms(100);
    socket.unplug();
    sleep_ms(50);
    socket.plug().say(b"second life");
    sleep_ms(500);
    assert_eq!(listen(&mut real, 10), b"first life");
    assert!(real.port_is_there(), "that it had gone is not told yet");
    // What is written now must not get into a life that nobody has heard of.
    real.write(b"AT\r").expect_err("that port is gone");
    assert!(!real.port_is_there());
    let (gone, back) = (expect_gone(&mut real), expect_back(&mut real));
    let Ok(Wake::Bytes { at, bytes }) = real.wait(in_ms(&real, 1_000)) else { panic!("bytes") };
    assert_eq!(bytes, b"second life");
    assert!(gone < back && back <= at);
    real.write(b"AT\r").expect("it is there again");
}

#[test]
fn a_deadline_is_kept_while_the_port_is_away() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(LONG);
    socket.unplug();
    expect_gone(&mut real);
    let deadline = in_ms(&real, 300);
    assert_eq!(real.wait(deadline), Ok(Wake::Deadline));
    assert!(real.now() < deadline + Duration::from_millis(500));
}

#[test]
fn a_port_that_does_not_return_breaks_after_its_time() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(Duration::from_millis(700));
    socket.unplug();
    let gone = expect_gone(&mut real);
    let broken = real.wait(Moment::NEVER).expect_err("it does not come back");
    let waited = real.now().since(gone);
    assert!((700..2_500).contains(&waited.as_millis()), "{waited:?}");
    assert!(broken.message.contains("did not come back within 700 ms"), "{broken}");
    assert!(broken.message.contains("there is no port"), "{broken}");
    assert_eq!(real.wait(Moment::NEVER), Err(broken.clone()));
    assert_eq!(real.write(b"AT\r"), Err(broken));
    assert!(!real.usable() && !real.port_is_there());
}

/// A scenario may leave it without its supply for as long as it likes.
#[test]
fn a_port_of_a_device_without_supply_is_not_missed() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(Duration::from_millis(600));
    real.supplied(Supplied::Off);
    socket.unplug();
    expect_gone(&mut real);
    assert_eq!(real.wait(in_ms(&real, 1_500)), Ok(Wake::Deadline));
    real.supplied(Supplied::On);
    sleep_ms(200);
    socket.plug();
    expect_back(&mut real);
    socket.unplug();
    expect_gone(&mut real);
    real.wait(in_ms(&real, 5_000)).expect_err("with its supply it is missed");
}

/// A boot loader shows up first, for a moment only: the time to come back begins with the supply.
#[test]
fn a_port_that_returns_twice_after_a_long_dark_is_waited_for() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(Duration::from_millis(1_500));
    real.supplied(Supplied::Off);
    socket.unplug();
    expect_gone(&mut real);
    assert_eq!(real.wait(in_ms(&real, 2_000)), Ok(Wake::Deadline));
    real.supplied(Supplied::On);
    for _ in 0..2 {
        socket.plug();
        expect_back(&mut real);
        socket.unplug();
        expect_gone(&mut real);
    }
    real.wait(in_ms(&real, 5_000)).expect_err("with its supply it is missed");
}

/// Somebody else is quicker, as ModemManager can be.
#[test]
fn a_port_that_returns_into_other_hands_is_told_so() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(Duration::from_millis(700));
    fs::remove_file(socket.path()).expect("it is there");
    let other = Far::new();
    let (_thief, _) = open(Address::Serial(other.path.clone()), Duration::ZERO);
    symlink(&other.path, socket.path()).expect("a link");
    socket.far = None;
    expect_gone(&mut real);
    let broken = real.wait(Moment::NEVER).expect_err("somebody else has it");
    assert!(broken.message.contains("in use by this program itself"), "{broken}");
}

#[test]
fn an_interrupt_is_told_while_the_port_is_away() {
    let mut socket = Socket::plugged();
    let (mut real, interrupts) = socket.open(LONG);
    socket.unplug();
    expect_gone(&mut real);
    let raiser = thread::spawn(move || {
        sleep_ms(100);
        interrupts.raise();
    });
    let began = instant();
    assert_eq!(real.wait(Moment::NEVER), Ok(Wake::Interrupted));
    assert!(began.elapsed() < Duration::from_secs(2));
    raiser.join().expect("it raised");
}

#[test]
fn dropping_ends_a_search_at_once() {
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(LONG);
    socket.unplug();
    expect_gone(&mut real);
    let began = instant();
    drop(real);
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
}

/// A server whose backlog is full: each attempt takes seconds.
#[cfg(target_os = "linux")]
#[test]
fn dropping_ends_a_search_that_waits_for_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
    let address = listener.local_addr().expect("it has one");
    let (mut real, _) = open(Address::Tcp(address.to_string()), LONG);
    let (far, _) = listener.accept().expect("a client");
    rustix::net::listen(&listener, 0).expect("it listens already");
    let limit = Duration::from_millis(300);
    let full: Vec<_> =
        (0..4).map_while(|_| std::net::TcpStream::connect_timeout(&address, limit).ok()).collect();
    drop(far);
    expect_gone(&mut real);
    sleep_ms(400);
    let began = instant();
    drop(real);
    assert!(began.elapsed() < Duration::from_millis(500), "{:?}", began.elapsed());
    drop(full);
}

#[test]
fn a_flood_at_the_return_comes_whole() {
    const FLOOD: usize = 20_000_000;
    let mut socket = Socket::plugged();
    let (mut real, _) = socket.open(LONG);
    socket.unplug();
    socket.plug();
    expect_gone(&mut real);
    expect_back(&mut real);
    let mut far = socket.far.take().expect("it is plugged in");
    let sender = thread::spawn(move || {
        let chunk = vec![b'x'; 65_536];
        let mut sent = 0;
        while sent < FLOOD {
            let length = chunk.len().min(FLOOD - sent);
            far.master.write_all(&chunk[..length]).expect("the port is open");
            sent += length;
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
    drop(sender.join());
    drop(socket);
}

#[test]
fn a_connection_is_made_again() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
    let place = listener.local_addr().expect("it has one").to_string();
    let (mut real, _) = open(Address::Tcp(place.clone()), LONG);
    for _ in 0..3 {
        let (mut far, _) = listener.accept().expect("a client");
        far.write_all(b"hello").expect("the client is there");
        assert_eq!(listen(&mut real, 5), b"hello");
        drop(far);
        expect_gone(&mut real);
        match real.wait(in_ms(&real, 5_000)) {
            Ok(Wake::Back { port, .. }) => assert_eq!(port, format!("tcp {place}")),
            other => panic!("{other:?}"),
        }
    }
}

/// A server that lets in one client closes at once for the second. That is no return.
#[test]
fn a_server_that_closes_at_once_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this machine");
    let place = listener.local_addr().expect("it has one").to_string();
    let server = thread::spawn(move || listener.incoming().take(100).for_each(drop));
    let (mut real, _) = open(Address::Tcp(place), Duration::from_secs(1));
    let began = instant();
    let broken = loop {
        match real.wait(in_ms(&real, 5_000)) {
            Ok(Wake::Gone { .. } | Wake::Back { .. }) => {}
            Ok(other) => panic!("{other:?}"),
            Err(broken) => break broken,
        }
    };
    assert!(broken.message.contains("did not come back"), "{broken}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    drop(real);
    drop(server);
}
