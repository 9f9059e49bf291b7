//! What must hold whatever comes: chunks, late calls, seeds, rubbish, and a cut at every moment.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::rig::VirtualSettings;
use fotarig::sim::{Module, Supply};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::bench::{demo_package, large_package, provisioned};

/// A host that switches everything on and accepts whatever is asked, told by the clock alone.
const UPDATE: [(u64, &str); 8] = [
    (0, "AT+WDSI=4479\r\nAT+CMEE=1\r\n"),
    (1, "AT+KSREP=1\rAT+WDSC=1,1\rAT+WDSC=2,1\r"),
    (10, "AT+WDSS=1,1\rAT+CGMR\r"),
    (60, "AT+WDSR=3\r"),
    (100, "ATI3\rAT+CEREG=2\r"),
    (600, "AT+WDSR=4\r"),
    (900, "AT&V\r"),
    (1200, "AT+CGMR\rAT+CFUN=1,1\r"),
];

#[derive(Clone, Copy)]
enum Calls {
    /// At each alarm.
    InTime,
    /// Only when the host sends something.
    Late,
    /// At each alarm, and each byte on its own.
    ByteByByte,
}

fn transcript(calls: Calls, seed: u64) -> Vec<u8> {
    let mut module = Module::new(&provisioned(), &large_package(), seed);
    let mut out = Vec::new();
    let mut alarm = None;
    for (second, text) in UPDATE.into_iter().chain([(2000, "AT\r")]) {
        let now = Moment::START + Duration::from_secs(second);
        match calls {
            Calls::InTime | Calls::ByteByByte => {
                while let Some(at) = alarm.filter(|at| *at < now) {
                    alarm = module.advance(at, b"", &mut out);
                }
            }
            Calls::Late => {}
        }
        match calls {
            Calls::InTime | Calls::Late => alarm = module.advance(now, text.as_bytes(), &mut out),
            Calls::ByteByByte => {
                for byte in text.bytes() {
                    alarm = module.advance(now, &[byte], &mut out);
                }
            }
        }
    }
    assert_eq!(module.firmware(), large_package().to);
    out
}

#[test]
fn bytes_do_not_depend_on_how_it_is_called() {
    for seed in 0..20 {
        let in_time = transcript(Calls::InTime, seed);
        assert_eq!(in_time, transcript(Calls::InTime, seed));
        assert_eq!(in_time, transcript(Calls::Late, seed));
        assert_eq!(in_time, transcript(Calls::ByteByByte, seed));
    }
}

/// A power switch that is thrown late loses nothing that was said in time.
#[test]
fn a_late_power_cut_changes_nothing() {
    let mut out = [Vec::new(), Vec::new()];
    let cut = Moment::START + Duration::from_secs(120);
    for (in_time, out) in [true, false].into_iter().zip(&mut out) {
        let mut module = Module::new(&provisioned(), &large_package(), 7);
        let start = b"AT+WDSI=4479\rAT+WDSS=1,1\r";
        let mut alarm = module.advance(Moment::START, start, out);
        while let Some(at) = alarm.filter(|at| in_time && *at <= cut) {
            alarm = module.advance(at, b"", out);
        }
        module.power(cut, Supply::Off);
        assert_eq!(module.advance(cut, b"AT\r", out), None);
        module.power(cut + Duration::from_secs(5), Supply::On);
        module.advance(cut + Duration::from_secs(900), b"", out);
        assert_eq!(module.firmware(), large_package().to);
    }
    assert_eq!(out[0], out[1]);
}

/// Rubbish made of bytes that mean something, at any time, with cuts between.
#[test]
fn rubbish_never_panics() {
    const PIECES: [&[u8]; 24] = [
        b"AT",
        b"+WDSS",
        b"+WDSR",
        b"+WDSC",
        b"+WDSI",
        b"+CFUN",
        b"+CGDCONT",
        b"=",
        b"?",
        b",",
        b"\"",
        b"1",
        b"0",
        b"4",
        b"3",
        b"\r",
        b"\r",
        b"\r",
        b"\n",
        b"\0",
        b"\xff\xfe",
        b"E0",
        b"99999999999999999999",
        b"AT+WDSS=1,1\r",
    ];
    for seed in 0..3000 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut module = Module::new(&provisioned(), &demo_package(), seed);
        let (mut now, mut out) = (Moment::START, Vec::new());
        for _ in 0..random.next_u64() % 60 {
            let mut input = Vec::new();
            for _ in 0..random.next_u64() % 12 {
                let pieces = PIECES.iter().cycle();
                let place = usize::from(random.next_u64().to_le_bytes()[0]);
                input.extend(pieces.skip(place).take(1).copied().flatten());
            }
            module.advance(now, &input, &mut out);
            match random.next_u64() % 40 {
                0 => module.power(now, Supply::Off),
                1..4 => module.power(now, Supply::On),
                4..8 => now = now + Duration::from_secs(random.next_u64() % 4000),
                _ => now = now + Duration::from_millis(random.next_u64() % 500),
            }
        }
        let known = [demo_package().from, demo_package().to];
        assert!(known.contains(&module.firmware().to_owned()), "seed {seed}");
        // It is not wedged: after a new start it answers, when an attempt that a retry timer took
        // up again has run its course.
        module.power(now, Supply::Off);
        module.power(now, Supply::On);
        now = now + Duration::from_secs(3 * 3600);
        module.advance(now, b"ATE0\r", &mut out);
        out.clear();
        module.advance(now + Duration::from_secs(1), b"", &mut out);
        assert!(out.ends_with(b"\r\nOK\r\n"), "seed {seed}");
    }
}

#[test]
fn settings_without_sense_are_data() {
    let settings = VirtualSettings {
        model: String::new(),
        imei: "\u{1F4E1}\r\n".to_owned(),
        pin: Some(String::new()),
        firmware: Some(String::new()),
        link_bits_per_second: 0,
        ..provisioned()
    };
    for size_bytes in [0, 1, 1499, 1500, 1501, u64::MAX] {
        let package = fotarig::package::Package { size_bytes, ..demo_package() };
        let mut module = Module::new(&settings, &package, 1);
        let mut out = Vec::new();
        module.advance(Moment::START, b"AT+WDSI=4479\rAT+WDSS=1,1\r", &mut out);
        let connected = Moment::START + Duration::from_secs(20);
        module.advance(connected, b"ATI\rAT+CGSN\rATI3\rAT+CCLK?\r", &mut out);
        module.advance(Moment::START + Duration::from_secs(30 * 86_400), b"", &mut out);
    }
}

/// A session may be open for months, and a skip of the clock must come to its end.
#[test]
fn a_busy_module_seldom_looks_whether_it_may_sleep() {
    const HOURS: u64 = 10;
    let mut module = Module::new(&provisioned(), &large_package(), 1);
    let (mut now, mut out) = (Moment::START, Vec::new());
    let commands = b"AT+KSLEEP=1,0,1\rAT+WDSI=4479\rAT+WDSC=2,1\rAT+WDSS=1,1\r";
    let mut next = module.advance(now, commands, &mut out);
    let end = now + Duration::from_secs(HOURS * 3600);
    let mut events = 0;
    while let Some(at) = next.filter(|at| *at < end) {
        now = at;
        next = module.advance(now, b"", &mut out);
        events += 1;
    }
    let said = String::from_utf8(out).expect("it is text");
    assert!(said.contains("+WDSI: 2") && !said.contains("+WDSI: 8"), "it is not open:\n{said}");
    // Its request is repeated twice a minute, and it looks a second after that.
    assert!(events < 5 * 60 * HOURS, "{events} events in {HOURS} hours");
}
