//! What a wait hands out and when: bytes, deadlines, interrupts.

use std::io::Read;
use std::os::fd::AsFd;
use std::thread;
use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::world::{Wake, World};

use crate::far::{in_ms, listen, pair, sleep_ms};

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

#[test]
fn the_far_end_keeps_the_line_raw() {
    let (mut real, mut far, _) = pair();
    assert!(rustix::termios::isatty(far.master.as_fd()));
    far.say(b"\x03\x11\x13\x04\r\n\0\xff");
    assert_eq!(listen(&mut real, 8), b"\x03\x11\x13\x04\r\n\0\xff");
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
fn no_plugin_no_role() {
    let (mut real, _far, _) = pair();
    assert!(!real.offers("power"));
    let broken = real.call("power", "off", &serde_json::Value::Null).expect_err("no role");
    assert!(broken.help.is_some_and(|help| help.contains("plugin")));
}
