//! Reference 4.5: what each command comes to in each state. Every row is a fresh module.

use fotarig::rig::VirtualSettings;

use crate::commands::E3;
use crate::play::{large_package, play_on, provisioned};

const E650: &str = "+CME ERROR: 650";
const E148: &str = "+CME ERROR: 148     +10 s";

const UP: &str = "> AT+WDSS=1,1\n< OK\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1";

/// `setup` leads to the state; each row is a command and the lines that follow, joined by ` | `.
fn state(settings: &VirtualSettings, setup: &str, rows: &[(&str, &str)]) {
    for (command, lines) in rows {
        let lines: Vec<String> = lines.split(" | ").map(|line| format!("..{line}")).collect();
        let lines = lines.join("\n");
        let conversation = format!("> AT+CMEE=1\n< OK\n{setup}\n> {command}\n{lines}");
        play_on(settings, &large_package(), &conversation);
    }
}

/// Answers to requests that do not wait.
const UNASKED: [(&str, &str); 7] = [
    ("AT+WDSR=0,5", E3),
    ("AT+WDSR=2,5", E3),
    ("AT+WDSR=3", E3),
    ("AT+WDSR=4", E3),
    ("AT+WDSR=5,5", E3),
    ("AT+WDSR=6", E3),
    ("AT+WDSR=9,5", E3),
];

#[test]
fn not_ready() {
    let no_apn = VirtualSettings { apn: String::new(), ..provisioned() };
    let rows = [("AT+WDSS=1,1", E650), ("AT+WDSR=1", E650), ("AT+WDSS=1,0", "OK")];
    state(&no_apn, "", &rows);
    state(&no_apn, "", &UNASKED);
    let rows = [
        ("AT+WDSS=1,1", E148),
        ("AT+WDSR=1", E148),
        ("AT+WDSS=1,0", "OK"),
        ("AT+CFUN=0", "OK"),
        ("AT+WDSS=2,1", "OK"),
    ];
    state(&provisioned(), "> AT+CFUN=4\n< OK", &rows);
    state(&provisioned(), "> AT+CFUN=4\n< OK", &UNASKED);
}

#[test]
fn idle() {
    let rows = [
        ("AT+WDSS=1,1", "OK | +WDSI: 4"),
        ("AT+WDSS=1,0", "OK"),
        ("AT+WDSR=1", "OK | +WDSI: 4"),
        ("AT+WDSS=2,1", "OK | +WDSI: 0"),
        ("AT+CFUN=0", "OK"),
        ("AT+CFUN=1,1", "OK | +WDSI: 0     +13 s"),
    ];
    state(&provisioned(), "", &rows);
    state(&provisioned(), "", &UNASKED);
}

#[test]
fn connecting() {
    let connecting = "> AT+WDSS=1,1\n< OK\n< +WDSI: 4";
    let rows = [
        ("AT+WDSS=1,1", E3),
        ("AT+WDSR=1", E3),
        ("AT+WDSS=1,0", "OK | +WDSI: 8"),
        ("AT+WDSS=2,1", E3),
        ("AT+WDSI=127", "OK"),
        ("AT+WDSC=1,1", "OK"),
        ("AT+CFUN=0", "OK"),
        ("AT+CFUN=1,1", "OK | +WDSI: 0     +13 s"),
    ];
    state(&provisioned(), connecting, &rows);
    state(&provisioned(), connecting, &UNASKED);
}

#[test]
fn up() {
    let rows = [
        ("AT+WDSS=1,1", "OK"),
        ("AT+WDSS=1,0", "OK | +WDSI: 8"),
        ("AT+WDSR=1", E3),
        ("AT+WDSS=2,1", E3),
        ("AT+CFUN=0", "OK | +WDSI: 8"),
        ("AT+CFUN=1,1", "OK | +WDSI: 0     +13 s"),
    ];
    let empty = VirtualSettings { offer: fotarig::rig::Offer::Nothing, ..provisioned() };
    state(&empty, UP, &rows);
    state(&empty, UP, &UNASKED);
}

#[test]
fn downloading_and_suspended() {
    let downloading = format!("{UP}\n< +WDSI: 9,1200000\n< +WDSI: 18\n< +WDSI: 18,1");
    let rows = [
        ("AT+WDSS=1,1", "OK"),
        ("AT+WDSR=1", E3),
        ("AT+WDSS=1,0", "OK | +WDSI: 8"),
        ("AT+CFUN=0", "OK | +WDSI: 8"),
        ("AT+CFUN=1,1", "OK | +WDSI: 0 | +WDSI: 4 | +WDSI: 6 | +WDSI: 23,1"),
    ];
    state(&provisioned(), &downloading, &rows);
    state(&provisioned(), &downloading, &UNASKED);
    let suspended = format!("{downloading}\n> AT+WDSS=1,0\n..OK\n< +WDSI: 8");
    let rows = [
        ("AT+WDSS=1,1", "OK | +WDSI: 4"),
        ("AT+WDSS=1,0", "OK"),
        ("AT+WDSR=1", "OK | +WDSI: 4"),
        ("AT+WDSS=2,1", "OK | +WDSI: 0"),
    ];
    state(&provisioned(), &suspended, &rows);
    state(&provisioned(), &suspended, &UNASKED);
}

#[test]
fn request_2() {
    let asked = format!("> AT+WDSC=1,1\n< OK\n{UP}\n< +WDSI: 9,1200000\n< +WDSI: 2");
    let rows = [
        ("AT+WDSS=1,1", E650),
        ("AT+WDSR=1", E3),
        ("AT+WDSS=1,0", "OK | +WDSI: 8"),
        ("AT+WDSR=3", "OK | +WDSI: 18"),
        ("AT+WDSR=4", E3),
        ("AT+WDSR=0,5", E3),
        ("AT+WDSR=5,5", E3),
        ("AT+WDSR=2,0", E3),
        ("AT+WDSR=2,1441", E3),
        ("AT+WDSR=2,5,5", E3),
        ("AT+WDSR=3,1", E3),
        ("AT+WDSR=2,5", "OK | +WDSI: 2     +5 min"),
        ("AT+WDSR=2", "OK | +WDSI: 2     +30 min"),
        ("AT+CFUN=0", "OK | +WDSI: 8 | +WDSI: 2     +30 min"),
        ("AT+CFUN=1,1", "OK | +WDSI: 9,1200000 | +WDSI: 2 | +WDSI: 0"),
        // What waits is not answered by switching its agreement off (reference 2.2).
        ("AT+WDSC=1,0", "OK | +WDSI: 2     +30 min"),
    ];
    state(&provisioned(), &asked, &rows);
}

#[test]
fn request_3() {
    let asked = format!(
        "> AT+WDSC=2,1\n< OK\n{UP}\n< +WDSI: 9,1200000\n< +WDSI: 18\n..+WDSI: 12\n< +WDSI: 10
        < +WDSI: 3"
    );
    let rows = [
        ("AT+WDSS=1,1", E650),
        ("AT+WDSR=1", E3),
        ("AT+WDSS=1,0", "OK | +WDSI: 8"),
        ("AT+WDSR=3", E3),
        ("AT+WDSR=2,5", E3),
        ("AT+WDSR=4,1", E3),
        ("AT+WDSR=4", "OK | +WDSI: 14 | +WDSI: 8"),
        ("AT+WDSR=5,90", "OK | +WDSI: 3     +90 min"),
        ("AT+CFUN=1,1", "OK | +WDSI: 3 | +WDSI: 0"),
    ];
    state(&provisioned(), &asked, &rows);
}

#[test]
fn request_1() {
    // The reboot takes `AT+CMEE=1` away.
    let asked = format!(
        "> AT+WDSC=0,1\n< OK\n{UP}\n< +WDSI: 9,1200000\n< +WDSI: 18\n..+WDSI: 12\n< +WDSI: 10
        < +WDSI: 14\n< +WDSI: 8\n< +WDSI: 16\n< +WDSI: 0\n< +WDSI: 1\n> AT+CMEE=1\n< OK"
    );
    let rows = [
        ("AT+WDSS=1,1", "OK | +WDSI: 4"),
        ("AT+WDSR=1", "OK | +WDSI: 4"),
        ("AT+WDSS=1,0", "OK | +WDSI: 1     +30 min"),
        ("AT+WDSR=0,7", "OK | +WDSI: 1     +7 min"),
        ("AT+WDSR=2,7", E3),
        ("AT+WDSR=3", E3),
        ("AT+WDSR=4", E3),
        ("AT+CFUN=1,1", "OK | +WDSI: 1 | +WDSI: 0"),
    ];
    state(&provisioned(), &asked, &rows);
}

#[test]
fn booting_and_installing() {
    let boot = "> AT+CFUN=1,1\n< OK\nquiet 2 s\n> AT\n> AT+CGMR\nquiet 1 s";
    play_on(&provisioned(), &large_package(), boot);
    let install = format!(
        "{UP}\n< +WDSI: 9,1200000\n< +WDSI: 18\n..+WDSI: 12\n< +WDSI: 10\n< +WDSI: 14\n< +WDSI: 8
        quiet 10 s\n> AT\nquiet 10 s\n> AT+CFUN=1,1\n< +WDSI: 16"
    );
    play_on(&provisioned(), &large_package(), &install);
}
