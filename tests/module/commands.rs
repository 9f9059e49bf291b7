//! Commands byte for byte: framing, echo, errors, ranges, and what is stored.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::rig::{Credentials, VirtualSettings};
use fotarig::sim::{Module, Supply};

use crate::play::{demo_package, provisioned};

/// Longer than any command takes to be answered.
const PATIENCE: Duration = Duration::from_secs(12);

pub(crate) struct Port {
    module: Module,
    now: Moment,
}

impl Port {
    pub(crate) fn new(settings: &VirtualSettings) -> Port {
        Port { module: Module::new(settings, &demo_package(), 1), now: Moment::START }
    }

    /// Everything that comes back for `bytes`, as it stands on the wire.
    pub(crate) fn exchange(&mut self, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        self.module.advance(self.now, bytes, &mut out);
        self.now = self.now + PATIENCE;
        self.module.advance(self.now, b"", &mut out);
        String::from_utf8(out).expect("what was sent is text")
    }

    /// The lines of the answer, joined by ` | `; echo should be off.
    pub(crate) fn answer(&mut self, command: &str) -> String {
        let text = self.exchange(format!("{command}\r").as_bytes());
        let lines = text.split("\r\n").filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" | ")
    }

    pub(crate) fn power(&mut self, supply: Supply) {
        self.module.power(self.now, supply);
    }

    fn wait(&mut self, time: Duration) {
        self.now = self.now + time;
        self.exchange(b"");
    }
}

/// Each row is a command and its answer, lines joined by ` | `, one after the other on one module.
pub(crate) fn answers(settings: &VirtualSettings, rows: &[(&str, &str)]) {
    let mut port = Port::new(settings);
    port.exchange(b"ATE0\rAT+CMEE=1\r");
    for (command, answer) in rows {
        assert_eq!(port.answer(command), *answer, "{command}");
    }
}

/// What a failure of a device-services command looks like.
pub(crate) const E3: &str = "+CME ERROR: 3";

#[test]
fn framing_is_exact() {
    let mut port = Port::new(&provisioned());
    let mut wire = |sent: &str, back: &str| assert_eq!(port.exchange(sent.as_bytes()), back);
    wire("AT\r", "AT\r\r\nOK\r\n");
    wire("at+cmee?\r\n", "at+cmee?\r\r\n+CMEE: 0\r\n\r\nOK\r\n");
    wire("AT+WDSS=3,1\r", "AT+WDSS=3,1\r\r\nERROR\r\n");
    wire("AT+CMEE=1\r", "AT+CMEE=1\r\r\nOK\r\n");
    wire("AT+WDSS=3,1\r", "AT+WDSS=3,1\r\r\n+CME ERROR: 3\r\n");
    wire("AT+NONSENSE\r", "AT+NONSENSE\r\r\nERROR\r\n");
    wire("ATE0\r", "ATE0\r\r\nOK\r\n");
    wire("AT+CSQ\r\n", "\r\n+CSQ: 16,99\r\n\r\nOK\r\n");
    wire("AT+WDSS=?\r", "\r\n+WDSS: 1,(0-1)\r\n+WDSS: 2,(1-2)\r\n\r\nOK\r\n");
    wire("ATE1\r", "\r\nOK\r\n");
    wire("no command\r", "no command\r");
    wire("\r", "\r");
}

#[test]
fn one_command_at_a_time() {
    let mut port = Port::new(&provisioned());
    assert_eq!(
        port.exchange(b"AT\rATE0\r\nAT+CSQ\r\n"),
        "AT\r\r\nOK\r\nATE0\r\r\nOK\r\n\r\n+CSQ: 16,99\r\n\r\nOK\r\n"
    );
}

#[test]
fn a_line_that_is_too_long_is_an_error_and_nothing_more() {
    let mut port = Port::new(&provisioned());
    port.exchange(b"ATE0\r");
    let rubbish = format!("AT+{}\r", "x".repeat(100_000));
    assert_eq!(port.exchange(rubbish.as_bytes()), "\r\nERROR\r\n");
    assert_eq!(port.exchange(b"AT\r"), "\r\nOK\r\n");
}

#[test]
fn f01_identity() {
    answers(
        &provisioned(),
        &[
            ("ATI", "HL7800 | OK"),
            ("ATI3", "BHL7800.1.6.3.0.20180803 | OK"),
            ("AT+CGMI", "Sierra Wireless | OK"),
            ("AT+CGMM", "HL7800 | OK"),
            ("AT+CGMR", "BHL7800.1.6.3.0.20180803 | OK"),
            ("AT+CGSN", "001010123456780 | OK"),
            ("AT+KGSN=3", "+KGSN: VM000000000001 | OK"),
            ("AT+CIMI", "001010000000001 | OK"),
            ("AT+CCID", "+CCID: 89000000000000000001 | OK"),
            ("AT+CCID?", "+CCID: 89000000000000000001 | OK"),
        ],
    );
}

#[test]
fn settings_of_the_module() {
    answers(
        &provisioned(),
        &[
            ("AT+CMEE?", "+CMEE: 1 | OK"),
            ("AT+CMEE=?", "+CMEE: (0-1) | OK"),
            ("AT+CMEE=2", "+CME ERROR: 50"),
            ("AT+CFUN?", "+CFUN: 1 | OK"),
            ("AT+CFUN=?", "+CFUN: (0-1,4),(0-1) | OK"),
            ("AT+KSREP?", "+KSREP: 0,0 | OK"),
            ("AT+KSREP=1", "OK"),
            ("AT+KSREP?", "+KSREP: 1,0 | OK"),
            ("AT+KSLEEP?", "+KSLEEP: 2,0,10 | OK"),
            ("AT+KSLEEP=0,2", "OK"),
            ("AT+KSLEEP?", "+KSLEEP: 0,2,10 | OK"),
            ("AT+KSLEEP=3", "+CME ERROR: 50"),
            ("AT+IPR?", "+IPR: 115200 | OK"),
            ("AT+IPR=9600", "OK"),
            ("AT+IPR?", "+IPR: 9600 | OK"),
            ("AT+IPR=9601", "+CME ERROR: 50"),
            ("AT+CPSMS=0", "OK"),
            ("AT+KHWIOCFG=3,1,6", "OK"),
            ("AT!UNLOCK=\"A710\"", "OK"),
        ],
    );
}

#[test]
fn sim_and_network() {
    answers(
        &provisioned(),
        &[
            ("AT+CPIN?", "+CPIN: READY | OK"),
            ("AT+CLCK=\"SC\",2", "+CLCK: 0 | OK"),
            ("AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"internet.test\",,0,0,0,0,0,,0,,,,, | OK"),
            ("AT+CGDCONT=1,\"IPV4V6\",\"\"", "OK"),
            ("AT+CGDCONT?", "+CGDCONT: 1,\"IPV4V6\",,,0,0,0,0,0,,0,,,,, | OK"),
            ("AT+CGDCONT=9,\"IP\",\"x\"", "+CME ERROR: 50"),
            ("AT+CEREG?", "+CEREG: 0,1 | OK"),
            ("AT+CEREG=2", "OK"),
            ("AT+CEREG?", "+CEREG: 2,1,\"0001\",\"00000001\",7 | OK"),
            ("AT+CREG?", "+CREG: 0,1 | OK"),
            ("AT+COPS?", "+COPS: 0,0,\"Virtual\",7 | OK"),
            ("AT+CESQ", "+CESQ: 99,99,255,255,20,50 | OK"),
            ("AT+CFUN=4", "+CEREG: 0 | OK"),
            ("AT+CSQ", "+CSQ: 99,99 | OK"),
            ("AT+WDSS=1,1", "+CME ERROR: 650"),
            ("AT+CGDCONT=1,\"IP\",\"internet.test\"", "OK"),
            // The module tries for ten seconds.
            ("AT+WDSS=1,1", "+CME ERROR: 148"),
            ("AT+CFUN=1", "+CEREG: 2 | OK | +CEREG: 1,\"0001\",\"00000001\",7"),
        ],
    );
}

#[test]
fn f02_f11_apn_and_indications() {
    let settings = VirtualSettings {
        apn: String::new(),
        credentials: Credentials::Bootstrap,
        ..VirtualSettings::default()
    };
    answers(
        &settings,
        &[
            ("AT+WDSI?", "+WDSI: 0 | OK"),
            ("AT+WDSI=?", "+WDSI: (0-4479) | OK"),
            ("AT+WDSI=4479", "OK"),
            ("AT+WDSI?", "+WDSI: 4479 | OK"),
            ("AT+WDSI=8191", E3),
            ("AT+WDSI=4095", E3),
            ("AT+WDSI=", E3),
            ("AT+WDSI=1,1", E3),
            ("AT+WDSI=4470", "OK"),
            ("AT+WDSI=2", "OK"),
            ("AT+WDSI=4479", "OK"),
            ("AT+WDSS=1,1", "+CME ERROR: 650"),
            ("AT+WDSS=2,1", "OK"),
            ("AT+CGDCONT=1,\"IP\",\"internet.test\"", "OK"),
            ("AT+WDSS=2,1", "OK | +WDSI: 0"),
            ("AT+WDSS?", "+WDSS: 1,0 | +WDSS: 2,1 | OK"),
            ("AT+WDSS=2,3", E3),
            ("AT+WDSS=2", E3),
            ("AT+WDSS=1,2", E3),
            ("AT+WDSS=1,0", "OK"),
            ("AT+WDSS", E3),
        ],
    );
}

#[test]
fn wdsc_all_modes() {
    let ranges = "+WDSC: (0-2,5,6),(0-1) | +WDSC: 3,(0-525600) | +WDSC: 4,(0-20160),(1-20160),\
        (1-20160),(1-20160),(1-20160),(1-20160),(1-20160),(1-20160) | OK";
    let read = "+WDSC: 0,0 | +WDSC: 1,1 | +WDSC: 2,0 | +WDSC: 3,120 | \
        +WDSC: 4,5,10,240,480,1440,2880,0,0 | +WDSC: 5,0 | +WDSC: 6,1 | OK";
    answers(
        &provisioned(),
        &[
            ("AT+WDSC=?", ranges),
            ("AT+WDSC=1,1", "OK"),
            ("AT+WDSC=6,1", "OK"),
            ("AT+WDSC=3,120", "OK"),
            ("AT+WDSC=4,5,10", "OK"),
            ("AT+WDSC?", read),
            ("AT+WDSC=2,2", E3),
            ("AT+WDSC=2", E3),
            ("AT+WDSC=2,1,1", E3),
            ("AT+WDSC=3,525601", E3),
            ("AT+WDSC=4,20161", E3),
            ("AT+WDSC=4", E3),
            ("AT+WDSC=4,1,2,3,4,5,6,7,8,9", E3),
            ("AT+WDSC=7,1", E3),
            ("AT+WDSC=", E3),
            ("AT+WDSC?", read),
        ],
    );
}

#[test]
fn answers_to_what_was_not_asked() {
    answers(
        &provisioned(),
        &[
            ("AT+WDSR=?", "+WDSR: (0-9),(0-1440) | OK"),
            ("AT+WDSR?", E3),
            ("AT+WDSR=0,5", E3),
            ("AT+WDSR=2,5", E3),
            ("AT+WDSR=3", E3),
            ("AT+WDSR=4", E3),
            ("AT+WDSR=5,5", E3),
            ("AT+WDSR=6", E3),
            ("AT+WDSR=10", E3),
            ("AT+WDSR=", E3),
            ("AT+WDSG", "+WDSG: 0,3 | +WDSG: 1,0 | OK"),
            ("AT+WDSE", "OK"),
            ("AT+WDSD=0", E3),
            ("AT+WDSW=3,0,\"/3/0/3\"", E3),
            ("AT+WDSF", "ERROR"),
        ],
    );
}

/// Reference chapter 7: what a reset and a power cut leave.
#[test]
fn what_survives() {
    for cut in ["AT+CFUN=1,1", "AT+CPWROFF", "supply"] {
        let mut port = Port::new(&provisioned());
        for command in [
            "ATE0",
            "AT+CMEE=1",
            "AT+CEREG=1",
            "AT&W",
            "AT+CEREG=4",
            "AT+KSREP=1",
            "AT+WDSI=127",
            "AT+WDSC=2,1",
        ] {
            port.exchange(format!("{command}\r").as_bytes());
        }
        if cut != "supply" {
            port.exchange(format!("{cut}\r").as_bytes());
        }
        if cut != "AT+CFUN=1,1" {
            assert_eq!(cut == "supply", port.exchange(b"AT\r") == "\r\nOK\r\n");
            port.module.power(port.now, Supply::Off);
            assert_eq!(port.exchange(b"AT\r"), "");
            port.module.power(port.now, Supply::On);
        }
        port.wait(Duration::from_secs(30));
        assert_eq!(port.answer("AT+CMEE?"), "+CMEE: 0 | OK");
        assert_eq!(port.answer("AT+CEREG?"), "+CEREG: 1,1 | OK");
        assert_eq!(port.answer("AT+WDSI?"), "+WDSI: 127 | OK");
        assert!(port.answer("AT+WDSC?").contains("+WDSC: 2,1"));
    }
}

#[test]
fn a_boot_is_announced_when_the_host_wants_that() {
    let mut port = Port::new(&VirtualSettings { pin: Some("1234".to_owned()), ..provisioned() });
    port.exchange(b"AT+KSREP=1\r");
    port.exchange(b"AT&F\r");
    let boot = port.exchange(b"AT+CFUN=1,1\r");
    assert_eq!(boot, "AT+CFUN=1,1\r\r\nOK\r\n\r\n+KSUP: 1\r\n");
    port.exchange(b"ATE0\rAT+CMEE=1\rAT+WDSI=1\rAT+CEREG=1\r");
    for (command, answer) in [
        ("AT+CPIN?", "+CPIN: SIM PIN | OK"),
        ("AT+CIMI", "+CME ERROR: 11"),
        ("AT+CEREG?", "+CEREG: 1,2 | OK"),
        ("AT+CPIN=\"0000\"", "+CME ERROR: 16"),
        ("AT+CPIN=\"1234\"", "OK | +CEREG: 1 | +WDSI: 0"),
        ("AT+CPIN?", "+CPIN: READY | OK"),
        ("AT+CLCK=\"SC\",2", "+CLCK: 1 | OK"),
    ] {
        assert_eq!(port.answer(command), answer, "{command}");
    }
}

#[test]
fn profiles_and_clock() {
    let mut port = Port::new(&provisioned());
    port.exchange(b"ATE0\r");
    let view = port.answer("AT&V");
    assert!(view.starts_with("ACTIVE PROFILE: | E0 Q0 V1 X4 &C1 &D1 &R1 &S0 +IFC=2,2 &K3"));
    assert!(view.contains("| STORED PROFILE 0: | E1 Q0"));
    assert_eq!(view.matches("S00:0 S01:0").count(), 3);
    port.answer("AT&W");
    assert!(port.answer("AT&V").contains("| STORED PROFILE 0: | E0 Q0"));
    let clock = port.answer("AT+CCLK?");
    assert_eq!(clock, "+CCLK: \"25/01/31,12:00:48+04\" | OK");
}
