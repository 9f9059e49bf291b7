//! Too much, too fast, or no text at all on the AT port: it is never wedged by what it hears.

use std::time::Duration;

use fotarig::behaviour::{Defect, SWITCHES};
use fotarig::moment::Moment;
use fotarig::rig::VirtualSettings;
use fotarig::sim::Module;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::bench::{demo_package, large_package, provisioned};

const OK: &str = "\r\nOK\r\n";
/// Longer than any command takes to be answered.
const PATIENCE: Duration = Duration::from_secs(12);

struct Port {
    module: Module,
    now: Moment,
}

impl Port {
    fn new(settings: &VirtualSettings) -> Port {
        Port { module: Module::new(settings, &demo_package(), 1), now: Moment::START }
    }

    /// Everything that comes back for `bytes`, as it stands on the wire.
    fn exchange(&mut self, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        self.module.advance(self.now, bytes, &mut out);
        self.now = self.now + PATIENCE;
        self.module.advance(self.now, b"", &mut out);
        String::from_utf8(out).expect("what was sent is text")
    }
}

/// Each byte before, inside and behind a command, and alone in a line.
#[test]
fn every_byte() {
    let mut module = Module::new(&provisioned(), &demo_package(), 1);
    let (mut now, mut out) = (Moment::START, Vec::new());
    module.advance(now, b"ATE0\r", &mut out);
    for byte in 0..=255u8 {
        for line in [
            vec![byte],
            vec![byte; 100],
            [&[byte], &b"AT"[..]].concat(),
            [b"AT", &[byte][..]].concat(),
            [b"AT+WDSI=", &[byte][..]].concat(),
            [b"AT+CGDCONT=1,\"IP\",\"", &[byte][..], b"\""].concat(),
            [b"A", &[byte][..], b"T+CMEE=1"].concat(),
        ] {
            now = now + Duration::from_secs(12);
            module.advance(now, &line, &mut out);
            module.advance(now, b"\r", &mut out);
        }
        now = now + Duration::from_secs(12);
        // Some of these were commands: `ATV`, `ATQ`.
        module.advance(now, b"ATQ0\rATV1\rATE0\r", &mut out);
        now = now + Duration::from_secs(12);
        module.advance(now, b"", &mut out);
        out.clear();
        module.advance(now, b"AT\r", &mut out);
        module.advance(now + Duration::from_secs(1), b"", &mut out);
        assert_eq!(String::from_utf8_lossy(&out), OK, "after byte {byte}");
    }
}

/// A line of 100 kB is one error, wherever it is long.
#[test]
fn long_lines() {
    let mut port = Port::new(&provisioned());
    port.exchange(b"ATE0\r");
    let many = |text: &str| text.repeat(100_000 / text.len());
    for line in [
        format!("AT+CGDCONT=1,\"IP\",\"{}\"", many("a")),
        format!("AT+WDSC=4,{}", many("1,")),
        format!("AT+WDSI={}", many("1")),
        format!("AT{}", many("\u{1F4E1}")),
        format!("AT+CPIN={}", many("\"")),
        many("AT"),
        many("AT+"),
        many("="),
        many("?"),
    ] {
        let answer = if line.starts_with("AT") { "\r\nERROR\r\n" } else { "" };
        assert_eq!(port.exchange(format!("{line}\r").as_bytes()), answer, "{line:.20}");
        assert_eq!(port.exchange(b"AT\r"), OK, "{line:.20}");
    }
}

#[test]
fn thousands_of_commands_at_once() {
    let mut module = Module::new(&provisioned(), &demo_package(), 1);
    let mut out = Vec::new();
    let flood = format!("ATE0\r{}", "AT+CMEE?\r\nAT\r".repeat(5000));
    module.advance(Moment::START, flood.as_bytes(), &mut out);
    module.advance(Moment::START + Duration::from_secs(300), b"", &mut out);
    let answers = String::from_utf8(out).expect("text");
    let expected = format!("ATE0\r{OK}{}", format!("\r\n+CMEE: 0\r\n{OK}{OK}").repeat(5000));
    assert!(answers == expected, "{} bytes instead of {}", answers.len(), expected.len());
}

/// Commands that come while one takes its ten seconds wait, and then come in order.
#[test]
fn commands_wait_for_the_one_that_runs() {
    let mut module = Module::new(&provisioned(), &demo_package(), 1);
    let mut out = Vec::new();
    module.advance(Moment::START, b"ATE0\rAT+CFUN=4\rAT+WDSS=1,1\r", &mut out);
    let second = |seconds| Moment::START + Duration::from_secs(seconds);
    module.advance(second(3), b"AT+CSQ\rAT+CGMM\r", &mut out);
    out.clear();
    module.advance(second(9), b"AT+CME", &mut out);
    assert_eq!(out, b"");
    module.advance(second(20), b"E?\r", &mut out);
    module.advance(second(21), b"", &mut out);
    let text = String::from_utf8(out).expect("text");
    let answers: Vec<&str> = text.split("\r\n").filter(|line| !line.is_empty()).collect();
    assert_eq!(answers, ["ERROR", "+CSQ: 99,99", "OK", "HL7800", "OK", "+CMEE: 0", "OK"]);
}

/// What a queue cannot hold is lost, and nothing else.
#[test]
fn a_queue_that_is_full() {
    let mut module = Module::new(&provisioned(), &demo_package(), 1);
    let mut out = Vec::new();
    module.advance(Moment::START, b"ATE0\rAT+CFUN=0\r", &mut out);
    for _ in 0..40 {
        module.advance(Moment::START, &vec![b'x'; 100_000], &mut out);
    }
    let later = Moment::START + Duration::from_secs(10);
    module.advance(later, b"\rAT\r", &mut out);
    module.advance(later + Duration::from_secs(1), b"", &mut out);
    assert!(out.ends_with(b"\r\nOK\r\n"));
}

/// Whatever a module is like, a host that sends anything at any time breaks nothing.
#[test]
fn every_switch_and_every_defect_stands_rubbish() {
    let mut kinds = Vec::new();
    for switch in SWITCHES {
        for value in switch.values {
            let mut settings = provisioned();
            settings.switches.set(switch.name, value).expect("from the table");
            kinds.push((format!("{}={value}", switch.name), settings));
        }
    }
    for defect in Defect::ALL {
        let mut settings = provisioned();
        settings.defects.add(*defect);
        kinds.push((defect.name().to_owned(), settings));
    }
    let absent = VirtualSettings { iccid: String::new(), ..provisioned() };
    kinds.push(("no SIM".to_owned(), absent));
    for (name, settings) in kinds {
        for seed in 0..4 {
            rubbish(&settings, seed, &name);
        }
    }
}

const LINES: [&str; 22] = [
    "ATE0\r",
    "AT+WDSI=4479\r",
    "AT+WDSI=8191\r",
    "AT+WDSS=1,1\r",
    "AT+WDSS=1,0\r",
    "AT+WDSS=2,2\r",
    "AT+WDSC=0,1\r",
    "AT+WDSC=1,1\r",
    "AT+WDSC=2,1\r",
    "AT+WDSC=3,1\r",
    "AT+WDSR=1\r",
    "AT+WDSR=2,1\r",
    "AT+WDSR=3\r",
    "AT+WDSR=4\r",
    "AT+KSREP=1\r",
    "AT+KSLEEP=1,2,1\r",
    "AT+CFUN=1,1\r",
    "AT+CFUN=0\r",
    "AT+CFUN=1\r",
    "AT&F\r",
    "AT+CGMR\r",
    "\0\u{1}\r\n?=AT",
];

fn rubbish(settings: &VirtualSettings, seed: u64, name: &str) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut module = Module::new(settings, &large_package(), seed);
    let (mut now, mut out) = (Moment::START, Vec::new());
    for _ in 0..120 {
        let which = usize::from(random.next_u64().to_le_bytes()[0]) % LINES.len();
        let alarm = module.advance(now, LINES[which].as_bytes(), &mut out);
        assert!(alarm.is_none_or(|at| at > now), "{name}: time goes on");
        now = now + Duration::from_millis(random.next_u64() % 40_000);
        out.clear();
    }
}
