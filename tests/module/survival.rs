//! Reference chapter 7: what survives `ATZ`, a reset, `AT+CFUN=0`, a power cut and an update.

use fotarig::behaviour::Switches;
use fotarig::rig::VirtualSettings;
use fotarig::sim::Supply;

use crate::commands::Port;
use crate::play::provisioned;

#[derive(Clone, Copy, Debug)]
enum Cut {
    Profile,
    Reset,
    Radio,
    Power,
    Update,
}

impl Cut {
    const ALL: [Cut; 5] = [Cut::Profile, Cut::Reset, Cut::Radio, Cut::Power, Cut::Update];

    fn happen(self, port: &mut Port) {
        match self {
            Cut::Profile => drop(port.exchange(b"ATZ\r")),
            Cut::Reset => drop(port.exchange(b"AT+CFUN=1,1\r")),
            Cut::Radio => drop((port.exchange(b"AT+CFUN=0\r"), port.exchange(b"AT+CFUN=1\r"))),
            Cut::Power => {
                port.power(Supply::Off);
                port.power(Supply::On);
            }
            Cut::Update => drop(port.exchange(b"AT+WDSS=1,1\r")),
        }
        (0..20).for_each(|_| drop(port.exchange(b"")));
    }
}

/// What of `settings` is left after each cut: `set` was sent before, `read` afterwards.
fn left(settings: &VirtualSettings, set: &str, read: &str) -> [String; 5] {
    Cut::ALL.map(|cut| {
        let mut port = Port::new(settings);
        port.exchange(format!("{set}\r").as_bytes());
        cut.happen(&mut port);
        port.exchange(b"ATE0\r");
        port.answer(read)
    })
}

/// After `ATZ`, reset, `AT+CFUN=0`, power cut, update: `new` where it was kept, otherwise `old`.
fn row(set: &str, read: &str, kept: [bool; 5], [old, new]: [&str; 2]) {
    let found = left(&provisioned(), set, read);
    for ((cut, kept), found) in Cut::ALL.into_iter().zip(kept).zip(found) {
        assert_eq!(found, format!("{} | OK", if kept { new } else { old }), "{set}, {cut:?}");
    }
}

const KEPT: [bool; 5] = [true; 5];
/// Restored from the stored profile.
const PROFILE: [bool; 5] = [false, false, true, false, false];

#[test]
fn the_profile_and_what_is_in_none() {
    row("AT+CMEE=1", "AT+CMEE?", PROFILE, ["+CMEE: 0", "+CMEE: 1"]);
    row("AT+CREG=2", "AT+CREG?", PROFILE, ["+CREG: 0,1", "+CREG: 2,1"]);
    row("AT+CREG=2\rAT&W", "AT+CREG?", KEPT, ["", "+CREG: 2,1"]);
    row("AT+IPR=9600", "AT+IPR?", PROFILE, ["+IPR: 115200", "+IPR: 9600"]);
    row("AT+IPR=9600\rAT&W", "AT+IPR?", KEPT, ["", "+IPR: 9600"]);
    row("AT+IFC=0,0", "AT+IFC?", PROFILE, ["+IFC: 2,2", "+IFC: 0,0"]);
    row("AT&K0\rAT&W", "AT+IFC?", KEPT, ["", "+IFC: 0,0"]);
}

#[test]
fn what_is_stored_at_once() {
    row("AT+KSREP=1", "AT+KSREP?", KEPT, ["", "+KSREP: 1,0"]);
    row("AT+KSLEEP=0,1,20", "AT+KSLEEP?", KEPT, ["", "+KSLEEP: 0,1,20"]);
    row("AT+WDSI=1", "AT+WDSI?", KEPT, ["", "+WDSI: 1"]);
    row(
        "AT+CGDCONT=1,\"IPV6\",\"new.test\"",
        "AT+CGDCONT?",
        KEPT,
        ["", "+CGDCONT: 1,\"IPV6\",\"new.test\",,0,0,0,0,0,,0,,,,,"],
    );
    // Context 2 has an APN, so that the update has one too.
    let second = "AT+CGDCONT=2,\"IP\",\"second.test\"\rAT+WDSS=2,2";
    row(second, "AT+WDSS?", KEPT, ["", "+WDSS: 1,0 | +WDSS: 2,2"]);
    let all = "AT+WDSC=1,0\rAT+WDSC=3,500\rAT+WDSC=4,1,2,3,4,5,6,7,8\rAT+WDSC=5,1\rAT+WDSC=6,1";
    let read = "+WDSC: 0,0 | +WDSC: 1,0 | +WDSC: 2,0 | +WDSC: 3,500 | \
        +WDSC: 4,1,2,3,4,5,6,7,8 | +WDSC: 5,1 | +WDSC: 6,1";
    row(all, "AT+WDSC?", KEPT, ["", read]);
}

#[test]
fn echo() {
    for (set, kept) in [("ATE0", PROFILE), ("ATE0\rAT&W", KEPT)] {
        for (cut, kept) in Cut::ALL.into_iter().zip(kept) {
            let mut port = Port::new(&provisioned());
            port.exchange(format!("{set}\r").as_bytes());
            cut.happen(&mut port);
            let echo = if kept { "" } else { "AT\r" };
            assert_eq!(port.exchange(b"AT\r"), format!("{echo}\r\nOK\r\n"), "{set}, {cut:?}");
        }
    }
}

#[test]
fn the_pin() {
    let settings = VirtualSettings { pin: Some("1234".to_owned()), ..provisioned() };
    let found = left(&settings, "AT", "AT+CPIN?");
    let [ready, asked] = ["+CPIN: READY | OK", "+CPIN: SIM PIN | OK"];
    assert_eq!(found, [ready, asked, asked, asked, asked]);
}

#[test]
fn the_session() {
    for (cut, open) in Cut::ALL.into_iter().zip([1, 0, 0, 0]) {
        let mut port = Port::new(&provisioned());
        port.exchange(b"AT+WDSC=1,1\rAT+WDSS=1,1\r");
        cut.happen(&mut port);
        port.exchange(b"ATE0\r");
        assert!(port.answer("AT+WDSS?").contains(&format!("+WDSS: 1,{open} ")), "{cut:?}");
    }
}

#[test]
fn the_last_http_status() {
    let mut switches = Switches::default();
    switches.set("wdse_closed", "status").expect("a switch");
    let settings = VirtualSettings { switches, ..provisioned() };
    for (cut, kept) in Cut::ALL.into_iter().zip([true, false, true, false]) {
        let mut port = Port::new(&settings);
        port.exchange(b"ATE0\rAT+WDSC=2,1\rAT+WDSS=1,1\r");
        port.exchange(b"");
        assert_eq!(port.answer("AT+WDSE"), "+WDSE: 200 | OK");
        cut.happen(&mut port);
        port.exchange(b"ATE0\r");
        let status = port.answer("AT+WDSE");
        assert_eq!(status, if kept { "+WDSE: 200 | OK" } else { "OK" }, "{cut:?}");
    }
}
