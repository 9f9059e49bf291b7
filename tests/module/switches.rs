//! The switches of the AT commands: each value has its answer.

use fotarig::behaviour::Switches;
use fotarig::rig::{Credentials, VirtualSettings};

use crate::commands::{E3, Port, answers};
use crate::play::{demo_package, play_on, provisioned};

const E650: &str = "+CME ERROR: 650";
const E916: &str = "+CME ERROR: 916";
const E917: &str = "+CME ERROR: 917";

/// A provisioned module with these switches, as `name=value`.
fn switched(words: &[&str]) -> VirtualSettings {
    let mut switches = Switches::default();
    for word in words {
        let (name, value) = word.split_once('=').expect("name=value");
        switches.set(name, value).expect("a switch and one of its values");
    }
    VirtualSettings { switches, ..provisioned() }
}

#[test]
fn multiline() {
    let mut port = Port::new(&switched(&["multiline=each-line-wrapped"]));
    port.exchange(b"ATE0\r");
    let wrapped = "\r\n+WDSS: 1,(0-1)\r\n\r\n+WDSS: 2,(1-2)\r\n\r\nOK\r\n";
    assert_eq!(port.exchange(b"AT+WDSS=?\r"), wrapped);
    let one_line = "\r\n+CSQ: 16,99\r\n\r\nOK\r\n";
    assert_eq!(port.exchange(b"AT+CSQ\r"), one_line);
}

#[test]
fn version() {
    answers(&switched(&["version=hl7800-field"]), &[("AT+CGMR", "HL7800.4.5.4.0 | OK")]);
    let note = VirtualSettings {
        firmware: Some("HL7800.4.3.9.0".to_owned()),
        ..switched(&["version=note-2018"])
    };
    answers(&note, &[("ATI3", "BHL7800.1.6.3.0.20180803 | OK")]);
}

#[test]
fn wdsi_test_and_mask() {
    let subsets = "+WDSI: (0-127,256-383,4096-4223,4352-4479) | OK";
    answers(&switched(&["wdsi_test=subsets"]), &[("AT+WDSI=?", subsets)]);
    answers(
        &switched(&["wdsi_mask=8191"]),
        &[
            ("AT+WDSI=?", "+WDSI: (0-8191) | OK"),
            ("AT+WDSI=8191", "OK"),
            ("AT+WDSI=8192", E3),
            ("AT+WDSI?", "+WDSI: 8191 | OK"),
        ],
    );
    answers(
        &switched(&["wdsi_mask=4095"]),
        &[("AT+WDSI=4095", "OK"), ("AT+WDSI=4479", E3), ("AT+WDSI?", "+WDSI: 4095 | OK")],
    );
    answers(
        &switched(&["wdsi_mask=lenient"]),
        &[("AT+WDSI=8191", "OK"), ("AT+WDSI?", "+WDSI: 4479 | OK")],
    );
}

#[test]
fn cmee_test() {
    answers(
        &switched(&["cmee_test=0-2"]),
        &[
            ("AT+CMEE=?", "+CMEE: (0-2) | OK"),
            ("AT+CMEE=2", "OK"),
            ("AT+CMEE?", "+CMEE: 2 | OK"),
            ("AT+WDSR=4", "+CME ERROR: operation not allowed"),
            ("AT+CMEE=3", "+CME ERROR: incorrect parameters"),
        ],
    );
}

#[test]
fn cid_range() {
    answers(
        &switched(&["cid_range=1-1"]),
        &[
            ("AT+WDSS=?", "+WDSS: 1,(0-1) | +WDSS: 2,(1-1) | OK"),
            ("AT+WDSS=2,2", E3),
            ("AT+WDSS?", "+WDSS: 1,0 | +WDSS: 2,1 | OK"),
        ],
    );
    // The second context has no APN.
    answers(
        &provisioned(),
        &[
            ("AT+WDSS=2,2", "OK"),
            ("AT+WDSS?", "+WDSS: 1,0 | +WDSS: 2,2 | OK"),
            ("AT+WDSS=1,1", E650),
            ("AT+CGDCONT=2,\"IPV6\",\"second.test\"", "OK"),
            ("AT+WDSI=1", "OK"),
            ("AT+WDSS=2,2", "OK | +WDSI: 0"),
            ("AT+CGDCONT=2", "OK"),
            ("AT+WDSS=1,1", E650),
        ],
    );
}

/// An unknown command is a plain `ERROR` (reference 1.2), also with `AT+CMEE=1`.
#[test]
fn wdsd_absent() {
    answers(
        &switched(&["wdsd=absent"]),
        &[("AT+WDSD=?", "ERROR"), ("AT+WDSD=1000", "ERROR"), ("AT+WDSD", "ERROR")],
    );
    answers(&provisioned(), &[("AT+WDSD=?", "+WDSD: (1-24643584) | OK"), ("AT+WDSD?", E3)]);
}

#[test]
fn wdsc_22() {
    let mut port = Port::new(&switched(&["wdsc_22=accepted"]));
    port.exchange(b"ATE0\rAT+CMEE=1\rAT+WDSC=2,2\r");
    assert!(port.answer("AT+WDSC?").contains("+WDSC: 2,1 |"));
    assert_eq!(port.answer("AT+WDSC=1,2"), E3);
}

#[test]
fn retry_default() {
    let mut port = Port::new(&provisioned());
    assert!(port.answer("AT+WDSC?").contains("+WDSC: 4,15,60,240,480,1440,2880,0,0 |"));
    let mut port = Port::new(&switched(&["retry_default=seven"]));
    port.exchange(b"ATE0\rAT+CMEE=1\r");
    assert!(port.answer("AT+WDSC?").contains("+WDSC: 4,15,60,240,960,2880,10080,10080 |"));
    assert!(
        port.answer("AT+WDSC=?").ends_with(&format!("4,(0-20160){} | OK", ",(1-20160)".repeat(6)))
    );
    assert_eq!(port.answer("AT+WDSC=4,1,2,3,4,5,6,7,8"), E3);
}

/// One table for all of them: what is wrong with each command.
#[test]
fn param_error() {
    let rows = [
        ("AT+WDSI=8191", E916),
        ("AT+WDSI=", E917),
        ("AT+WDSI", E917),
        ("AT+WDSC=1,2", E916),
        ("AT+WDSC=1", E917),
        ("AT+WDSC=1,", E917),
        ("AT+WDSC=3,525601", E916),
        ("AT+WDSC=4,x", E916),
        ("AT+WDSS=1,2", E916),
        ("AT+WDSS=1", E917),
        ("AT+WDSR=10", E916),
        ("AT+WDSR=2,0", E916),
        ("AT+WDSR=5,1441", E916),
        ("AT+WDSR=3,1", E916),
        ("AT+WDSR=", E917),
    ];
    answers(&switched(&["param_error=916"]), &rows);
    answers(&switched(&["param_error=650"]), &rows.map(|(command, _)| (command, E650)));
    answers(&provisioned(), &rows.map(|(command, _)| (command, E3)));
    // A wrong state is no parameter.
    answers(&switched(&["param_error=916"]), &[("AT+WDSR=3", E3), ("AT+WDSR?", E3)]);
}

#[test]
fn wdsr_idle_error() {
    let settings = switched(&["wdsr_idle_error=650"]);
    answers(&settings, &[("AT+WDSR=3", E650), ("AT+WDSR=2,5", E650), ("AT+WDSR=11", E3)]);
}

#[test]
fn pending_650() {
    let pending = "> AT+CMEE=1\n< OK\n> AT+WDSC=1,1\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4
        < +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 9,1464\n< +WDSI: 2\n> AT+WDSS=1,1";
    let stop = "> AT+WDSS=1,0\n< OK\n< +WDSI: 8\n> AT+WDSS=1,1";
    for (value, open, closed) in
        [("always", E650, E650), ("when-closed", "OK", E650), ("never", "OK", "OK\n< +WDSI: 4")]
    {
        let settings = switched(&[&format!("pending_650={value}")]);
        let conversation = format!("{pending}\n< {open}\n{stop}\n< {closed}");
        play_on(&settings, &demo_package(), &conversation);
    }
}

#[test]
fn busy_error() {
    for (value, error) in [("3", E3), ("650", E650), ("652", "+CME ERROR: 652"), ("ok", "OK")] {
        let settings = switched(&[&format!("busy_error={value}")]);
        let conversation = format!(
            "> AT+CMEE=1\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4\n> AT+WDSS=1,1\n< {error}
            > AT+WDSR=1\n< {error}\n< +WDSI: 6\n< +WDSI: 23,1"
        );
        play_on(&settings, &demo_package(), &conversation);
    }
}

#[test]
fn wdse_closed() {
    let download = "> AT+WDSC=2,1\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4\n< +WDSI: 6
        < +WDSI: 23,1\n< +WDSI: 9,1464\n< +WDSI: 18\n..+WDSI: 12\n< +WDSI: 10\n< +WDSI: 3
        > AT+WDSE\n< +WDSE: 200\n< OK\n> AT+WDSG\n< +WDSG: 0,3\n< +WDSG: 1,3\n< OK
        > AT+WDSS=1,0\n< OK\n< +WDSI: 8\n> AT+WDSG\n< +WDSG: 0,3\n< +WDSG: 1,0\n< OK\n> AT+WDSE";
    play_on(&provisioned(), &demo_package(), &format!("{download}\n< OK"));
    let settings = switched(&["wdse_closed=status"]);
    play_on(&settings, &demo_package(), &format!("{download}\n< +WDSE: 200\n< OK"));
    let new = VirtualSettings { credentials: Credentials::Bootstrap, ..provisioned() };
    answers(&new, &[("AT+WDSE", E3), ("AT+WDSE=?", "OK"), ("AT+WDSG=?", "OK")]);
}

#[test]
fn atf_wds() {
    let asked = "> AT+WDSC=1,1\n< OK\n> AT+KSREP=1\n< OK\n> AT+WDSS=1,1\n< OK\n< +WDSI: 4
        < +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 9,1464\n< +WDSI: 2\n> AT&F\n< OK";
    let leaves = format!("{asked}\n> AT+WDSR=3\n< OK\n< +WDSI: 18");
    play_on(&provisioned(), &demo_package(), &leaves);
    // After the boot the download goes on without being asked for.
    let clears = format!(
        "{asked}\n< +KSUP: 0\n< +WDSI: 0\n< +WDSI: 4\n< +WDSI: 6\n< +WDSI: 23,1\n< +WDSI: 18"
    );
    play_on(&switched(&["atf_wds=clears"]), &demo_package(), &clears);
}
