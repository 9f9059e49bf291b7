//! A device that does not stop talking.

use std::io::Write;
use std::thread;
use std::time::Duration;

use fotarig::world::{Wake, World};

use crate::far::{in_ms, instant, pair, sleep_ms};

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

/// Who looks late finds a full queue, and a reader that waits for room in it.
#[test]
fn a_flood_does_not_hold_up_who_only_looks_now_and_then() {
    const FLOOD: usize = 50_000_000;
    let (mut real, mut far, _) = pair();
    let sender = thread::spawn(move || {
        let chunk = vec![b'x'; 50_000];
        for _ in 0..FLOOD / chunk.len() {
            far.say(&chunk);
        }
        far
    });
    let mut heard = 0;
    while heard < FLOOD {
        match real.wait(real.now()) {
            Ok(Wake::Bytes { bytes, .. }) => heard += bytes.len(),
            Ok(Wake::Deadline) => sleep_ms(5),
            other => panic!("{other:?} after {heard} bytes"),
        }
    }
    assert_eq!(heard, FLOOD);
    drop(sender.join());
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

#[cfg(target_os = "linux")]
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

#[cfg(target_os = "linux")]
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
