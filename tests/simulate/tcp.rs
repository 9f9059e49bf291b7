//! Raw TCP: clients that come and go, crowd, stall, and leave in the middle of a word.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::program::{Simulate, command, pause};

const TCP: &str = "--tcp 127.0.0.1:0";

#[test]
fn at_is_answered_and_the_chosen_port_is_told() {
    let simulate = Simulate::start(TCP);
    assert!(simulate.ready.contains("is on tcp 127.0.0.1:"), "{}", simulate.ready);
    assert!(!simulate.address().ends_with(":0"), "{}", simulate.ready);
    let mut client = simulate.connect();
    assert_eq!(client.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    assert_eq!(client.ask("AT"), "\r\nOK\r\n");
    let (status, _) = simulate.end();
    assert!(status.success(), "{status}");
}

/// Every third client leaves in the middle of a command, every third with an answer on its way.
#[test]
fn ten_thousand_clients_come_and_go() {
    let simulate = Simulate::start(TCP);
    drop(simulate.connect().ask("AT"));
    let (descriptors, memory) = (simulate.descriptors(), simulate.memory_kib());
    for turn in 0..10_000 {
        let mut client = simulate.connect();
        match turn % 3 {
            0 => assert_eq!(client.ask("AT"), "AT\r\r\nOK\r\n", "client {turn}"),
            1 => client.0.write_all(b"AT+CG").expect("it is there"),
            _ => client.0.write_all(b"AT+CGMM\rAT+CGMR\rAT").expect("it is there"),
        }
    }
    assert_eq!(simulate.connect().ask("AT"), "AT\r\r\nOK\r\n");
    if let (Some(before), Some(after)) = (descriptors, simulate.descriptors()) {
        assert!(after <= before + 1, "{before} descriptors became {after}");
    }
    if let (Some(before), Some(after)) = (memory, simulate.memory_kib()) {
        assert!(after < before + 2_048, "{before} KiB became {after}");
    }
}

#[test]
fn a_second_client_is_turned_away_and_the_first_does_not_notice() {
    let simulate = Simulate::start(TCP);
    let mut first = simulate.connect();
    assert_eq!(first.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    for _ in 0..3 {
        assert!(simulate.connect().is_turned_away());
    }
    assert_eq!(first.ask("AT"), "\r\nOK\r\n");
    drop(first);
    assert_eq!(simulate.connect().ask("AT"), "\r\nOK\r\n");
}

/// More is said than is kept for it: the rest is lost, nobody waits, and memory does not grow.
#[test]
fn a_client_that_never_reads_is_served_no_less() {
    let simulate = Simulate::start("--tcp 127.0.0.1:0 --control control");
    let mut client = simulate.connect();
    assert_eq!(client.ask("AT"), "AT\r\r\nOK\r\n");
    let before = simulate.memory_kib();
    let commands = b"AT&V\r".repeat(1_000);
    let mut control = simulate.control();
    for _ in 0..20 {
        // Long enough for the module to answer them all.
        client.0.write_all(&commands).expect("it is read even so");
        let skip = r#"{"role":"clock","method":"skip","params":{"time":"1h"}}"#;
        assert!(control.ask(skip)["result"].is_object());
    }
    if let (Some(before), Some(after)) = (before, simulate.memory_kib()) {
        assert!(after < before + 16_384, "{before} KiB became {after}");
    }
    drop(client);
    assert_eq!(simulate.connect().ask("AT"), "AT\r\r\nOK\r\n");
}

#[test]
fn an_address_or_a_speed_that_cannot_be_used_is_refused() {
    let simulate = Simulate::start(TCP);
    let said = simulate.refused(&format!("--tcp {}", simulate.address()));
    assert!(said.contains("is in use"), "{said}");
    for address in ["nowhere", "127.0.0.1", "127.0.0.1:99999", "203.0.113.1:4000"] {
        let said = simulate.refused(&format!("--tcp {address}"));
        assert!(said.contains(address) && said.contains("cannot be opened"), "{said}");
    }
    let said = simulate.refused("--tcp 127.0.0.1:0 --pty port");
    assert!(said.contains("cannot be used with"), "{said}");
    for speed in ["0", "10001", "4294967296", "fast"] {
        let said = simulate.refused(&format!("--tcp 127.0.0.1:0 --speed {speed}"));
        assert!(said.contains("from 1 to 10000") && said.contains("`clock skip`"), "{said}");
    }
    let said = simulate.refused("--speed 2");
    assert!(said.contains("--rfc2217"), "{said}");
}

/// With port 0 nobody could know where the module is.
#[test]
fn a_place_that_cannot_be_told_is_not_served() {
    if !Path::new("/dev/full").exists() {
        eprintln!("SKIPPED: `/dev/full` is missing");
        return;
    }
    for place in [TCP, "--rfc2217 127.0.0.1:0", "--pty port"] {
        let folder = tempfile::tempdir().expect("a folder");
        let full = File::options().write(true).open("/dev/full").expect("it is there");
        let mut command = command(&folder, place);
        let output = command.stdout(full).output().expect("our own program can be started");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("standard output cannot be written"), "{said}");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0, "nothing is left");
    }
}

#[test]
fn a_client_that_is_silent_costs_nothing_and_is_kept() {
    let simulate = Simulate::start(TCP);
    let mut client = simulate.connect();
    pause(Duration::from_millis(300));
    assert_eq!(client.ask("AT"), "AT\r\r\nOK\r\n");
}
