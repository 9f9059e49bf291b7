//! A port that is the module's own: it hangs up and vanishes with the module, and returns.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::program::{Simulate, patiently, pause};

/// Opens the PTY as a program would that knows nothing of locks.
fn open(simulate: &Simulate) -> File {
    let flags = OFlags::NOCTTY.bits().cast_signed();
    let mut options = File::options();
    let options = options.read(true).write(true).custom_flags(flags);
    let file = options.open(simulate.path("port")).expect("nobody has locked it");
    let mut settings = tcgetattr(&file).expect("a terminal");
    settings.make_raw();
    tcsetattr(&file, OptionalActions::Now, &settings).expect("a terminal");
    file
}

fn ask(port: &mut File, line: &str) -> String {
    port.write_all(format!("{line}\r").as_bytes()).expect("it is there");
    let mut heard = Vec::new();
    let mut buffer = [0; 256];
    while !heard.ends_with(b"OK\r\n") {
        let length = port.read(&mut buffer).expect("it is there");
        assert!(length > 0, "hung up after {heard:?}");
        heard.extend(&buffer[..length]);
    }
    String::from_utf8(heard).expect("ASCII")
}

/// Waits until the far end hangs up.
fn hang_up(port: &File) {
    loop {
        let mut fds = [PollFd::new(port, PollFlags::empty())];
        poll(&mut fds, None).expect("it can be waited for");
        if fds[0].revents().contains(PollFlags::HUP) {
            return;
        }
    }
}

#[test]
fn a_reboot_makes_the_port_vanish_and_return() {
    let simulate = Simulate::at_speed(10, "--pty port --usb");
    for _ in 0..3 {
        let mut port = open(&simulate);
        assert_eq!(ask(&mut port, "AT+CFUN=1,1"), "AT+CFUN=1,1\r\r\nOK\r\n");
        hang_up(&port);
        assert!(!simulate.path("port").is_symlink(), "the name has gone first");
        assert!(!matches!(port.read(&mut [0; 8]), Ok(1..)), "nothing comes any more");
        patiently("the port's return", || simulate.path("port").exists());
        assert_eq!(ask(&mut open(&simulate), "AT"), "AT\r\r\nOK\r\n");
    }
    let (status, folder) = simulate.end();
    assert!(status.success(), "{status}");
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 0, "nothing is left");
}

#[test]
fn without_power_there_is_no_port_and_the_end_is_clean() {
    let simulate = Simulate::start("--pty port --usb --control control");
    let mut control = simulate.control();
    let port = open(&simulate);
    assert!(control.call("power", "off")["result"].is_null());
    hang_up(&port);
    assert!(!simulate.path("port").is_symlink());
    let said = simulate.refused("--pty port");
    assert!(said.contains("another `fotarig simulate` serves"), "the name is kept: {said}");
    assert!(control.call("power", "on")["result"].is_null());
    patiently("the port's return", || simulate.path("port").exists());
    assert_eq!(ask(&mut open(&simulate), "AT"), "AT\r\r\nOK\r\n");
    control.call("power", "off");
    let (status, folder) = simulate.end();
    assert!(status.success(), "{status}");
    assert_eq!(folder.path().read_dir().expect("a folder").count(), 0, "nothing is left");
}

/// A power cut and a return between two looks are seen all the same.
#[test]
fn a_skip_over_a_reboot_hangs_up() {
    let simulate = Simulate::start("--pty port --usb --control control");
    let mut port = open(&simulate);
    assert_eq!(ask(&mut port, "AT"), "AT\r\r\nOK\r\n");
    let mut control = simulate.control();
    let skip = r#"{"role":"clock","method":"skip","params":{"time":"1h"}}"#;
    let both = format!("{}\n{}\n{skip}\n", r#"{"role":"power","method":"off"}"#, POWER_ON);
    control.send(both.as_bytes());
    hang_up(&port);
    patiently("the port's return", || simulate.path("port").exists());
    assert_eq!(ask(&mut open(&simulate), "AT"), "AT\r\r\nOK\r\n");
}

const RESET: &str = r#"{"role":"power","method":"reset"}"#;
const POWER_ON: &str = r#"{"role":"power","method":"on"}"#;

/// Also when the one who was there before had no time to see it go.
#[test]
fn what_is_said_since_the_return_waits_for_the_first_client() {
    let simulate = Simulate::start("--pty port --usb --control control");
    let mut control = simulate.control();
    let booted = r#"{"role":"clock","method":"skip","params":{"time":"1min"}}"#;
    let mut port = open(&simulate);
    ask(&mut port, "AT+KSREP=1");
    for way in ["one after the other", "at once"] {
        if way == "at once" {
            control.send(format!("{RESET}\n{booted}\n").as_bytes());
            hang_up(&port);
            assert!(control.answer().is_some() && control.answer().is_some());
        } else {
            assert!(control.ask(RESET)["result"].is_null());
            hang_up(&port);
            assert!(control.ask(booted)["result"].is_object());
        }
        patiently("the port's return", || simulate.path("port").exists());
        // Nobody is there for many looks.
        pause(Duration::from_millis(200));
        port = open(&simulate);
        assert_eq!(ask(&mut port, "AT"), "\r\n+KSUP: 0\r\nAT\r\r\nOK\r\n", "{way}");
    }
}

/// Between a host and a bench server nothing hangs up; what is said to nobody is lost.
#[test]
fn on_tcp_the_connection_stays_and_the_bytes_stop() {
    for way in ["", "--usb"] {
        let simulate = Simulate::start(&format!("--tcp 127.0.0.1:0 --control control {way}"));
        let (mut client, mut control) = (simulate.connect(), simulate.control());
        assert_eq!(client.ask("AT"), "AT\r\r\nOK\r\n");
        assert!(control.call("power", "off")["result"].is_null());
        client.0.write_all(b"AT\r").expect("nobody hears it");
        pause(Duration::from_millis(50));
        assert!(control.ask(POWER_ON)["result"].is_null());
        let booted = r#"{"role":"clock","method":"skip","params":{"time":"1min"}}"#;
        assert!(control.ask(booted)["result"].is_object());
        assert_eq!(client.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    }
}
