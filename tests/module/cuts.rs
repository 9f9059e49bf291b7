//! A module that loses its power or is reset at any moment of an update, once or twice (note 13):
//! it runs the old or the new version, never one between, and the update can be finished.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::Package;
use fotarig::sim::{Module, PackageShelf, Supply};
use serde_json::{Value, json};

use crate::bench::{demo_package, provisioned};

const AGREEMENTS: [&str; 2] = ["", "AT+WDSC=0,1\rAT+WDSC=1,1\rAT+WDSC=2,1\r"];

/// Twenty flash blocks, and less than one.
fn packages() -> [Package; 2] {
    [Package { size_bytes: 30_000, ..demo_package() }, demo_package()]
}

/// Longer than an update with its report takes.
const HOUR: Duration = Duration::from_secs(3600);

/// How often the host looks after an hour whether the update is done, and starts a session if not.
const ROUNDS: u32 = 4;

#[derive(Clone, Copy, Debug)]
enum Loss {
    PowerCut,
    /// The reset pin.
    Pin,
    Command,
}

/// Where in an update a loss comes: with an event, or on half the way to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    AtEvent,
    Between,
}

/// A module in an update, with a host that answers what it is asked.
#[derive(Clone)]
struct Updating {
    module: Module,
    now: Moment,
    alarm: Option<Moment>,
    /// What the module has said so far.
    heard: Vec<u8>,
}

impl Updating {
    fn new(package: &Package, agreements: &str, seed: u64) -> Updating {
        Updating::switched(&[], package, agreements, seed)
    }

    fn switched(
        switches: &[(&str, &str)],
        package: &Package,
        agreements: &str,
        seed: u64,
    ) -> Updating {
        let mut settings = provisioned();
        for (name, value) in switches {
            settings.switches.set(name, value).expect("a switch and its value");
        }
        let mut updating = Updating {
            module: Module::new(&settings, package, seed),
            now: Moment::START,
            alarm: None,
            heard: Vec::new(),
        };
        let start = format!("ATE0\rAT+WDSI=4479\r{agreements}AT+WDSS=1,1\r");
        updating.send(start.as_bytes());
        updating
    }

    fn send(&mut self, bytes: &[u8]) {
        let known = self.heard.len();
        self.alarm = self.module.advance(self.now, bytes, &mut self.heard);
        let answer = answer(&self.heard[known..]);
        if !answer.is_empty() {
            self.send(answer);
        }
    }

    /// Goes on to the next event before `end`.
    fn next(&mut self, end: Moment) -> bool {
        let Some(alarm) = self.alarm.filter(|at| *at < end) else {
            return false;
        };
        assert!(alarm > self.now, "time goes on");
        self.now = alarm;
        self.send(b"");
        true
    }

    fn suffer(&mut self, loss: Loss, place: Place) {
        if let (Place::Between, Some(alarm)) = (place, self.alarm) {
            self.now = self.now + alarm.since(self.now) / 2;
        }
        match loss {
            Loss::PowerCut => {
                self.module.power(self.now, Supply::Off);
                self.now = self.now + Duration::from_secs(5);
                self.module.power(self.now, Supply::On);
            }
            Loss::Pin => {
                let reset = ("power", "reset");
                self.module.call(self.now, reset, &Value::Null, &Empty).expect("a known method");
            }
            Loss::Command => return self.send(b"AT+CFUN=1,1\r"),
        }
        self.send(b"");
    }

    /// The module runs the new version, has said so, and the server knows.
    fn is_done(&mut self, package: &Package) -> bool {
        let version = self.module.firmware();
        assert!([&package.from, &package.to].contains(&&version.to_owned()), "mixed: {version}");
        version == package.to && is_in(&self.heard, b"+WDSI: 16\r") && self.is_reported()
    }

    fn is_reported(&mut self) -> bool {
        let state = self.module.call(self.now, ("cloud", "state"), &Value::Null, &Empty);
        state.expect("a known method")["operation"]["state"] == json!("success")
    }

    /// Whatever the loss left, the host needs to do no more than start a session; what it sent
    /// before a loss may not have been carried out.
    fn finishes(mut self, package: &Package) -> bool {
        for _ in 0..ROUNDS {
            let end = self.now + HOUR;
            while self.next(end) {
                if self.is_done(package) {
                    return true;
                }
            }
            self.now = end;
            self.send(b"AT+WDSI=4479\rAT+WDSS=1,1\r");
        }
        false
    }
}

/// A package shelf is for `cloud install`; nothing is installed from one here.
struct Empty;

impl PackageShelf for Empty {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        Err(format!("`{name}` is not there"))
    }
}

/// What a host that accepts everything answers to what it has just heard.
fn answer(heard: &[u8]) -> &'static [u8] {
    if is_in(heard, b"+WDSI: 1\r") {
        b"AT+WDSR=1\r"
    } else if is_in(heard, b"+WDSI: 2\r") {
        b"AT+WDSR=3\r"
    } else if is_in(heard, b"+WDSI: 3\r") {
        b"AT+WDSR=4\r"
    } else {
        b""
    }
}

fn is_in(heard: &[u8], line: &[u8]) -> bool {
    heard.windows(line.len()).any(|part| part == line)
}

/// Carries out an update and hands out the module after each of its events.
fn at_each_event(mut updating: Updating, package: &Package, mut see: impl FnMut(usize, &Updating)) {
    let mut events = 0;
    while !updating.is_done(package) {
        see(events, &updating);
        assert!(updating.next(Moment::START + HOUR), "the update ends by itself");
        events += 1;
    }
}

fn a_loss_at_every_event(loss: Loss) {
    for agreements in AGREEMENTS {
        for (package, least) in packages().iter().zip([50, 20]) {
            for seed in 0..4 {
                let mut seen = 0;
                let start = Updating::new(package, agreements, seed);
                at_each_event(start, package, |event, updating| {
                    for place in [Place::AtEvent, Place::Between] {
                        let mut updating = updating.clone();
                        updating.suffer(loss, place);
                        let done = updating.finishes(package);
                        let bytes = package.size_bytes;
                        assert!(
                            done,
                            "{loss:?} {place:?} {event}, {bytes} bytes, `{agreements}`, seed {seed}"
                        );
                    }
                    seen = event;
                });
                assert!(seen > least, "only {seen} events were covered");
            }
        }
    }
}

#[test]
fn a_power_cut_at_every_event() {
    a_loss_at_every_event(Loss::PowerCut);
}

#[test]
fn a_hardware_reset_at_every_event() {
    a_loss_at_every_event(Loss::Pin);
}

#[test]
fn a_reset_by_command_at_every_event() {
    a_loss_at_every_event(Loss::Command);
}

/// What is offered when, and in which order, changes nothing about it.
#[test]
fn a_power_cut_at_every_event_with_other_switches() {
    let switched = [
        [("boot_offer", "registration"), ("offer_order", "9-after-accept")],
        [("boot_offer", "next-session"), ("store_order", "10-12")],
        [("suspend_offer", "at-once"), ("resume_quiet", "told")],
        [("result_order", "after-0"), ("install_time", "by-size")],
    ];
    for switches in &switched {
        for agreements in AGREEMENTS {
            for package in &packages() {
                let start = Updating::switched(switches, package, agreements, 1);
                at_each_event(start, package, |event, updating| {
                    let mut updating = updating.clone();
                    updating.suffer(Loss::PowerCut, Place::AtEvent);
                    let done = updating.finishes(package);
                    assert!(done, "{switches:?} {event}, `{agreements}`");
                });
            }
        }
    }
}

/// The second cut falls into what the first one left: boot, resumption, or the install.
#[test]
fn two_power_cuts() {
    /// Every so many events after the first cut comes a second one.
    const STRIDE: usize = 7;
    for agreements in AGREEMENTS {
        for package in &packages() {
            let start = Updating::new(package, agreements, 1);
            at_each_event(start, package, |first, updating| {
                let mut updating = updating.clone();
                updating.suffer(Loss::PowerCut, Place::AtEvent);
                let end = updating.now + HOUR;
                let mut second = 0;
                while !updating.is_done(package) && updating.next(end) {
                    second += 1;
                    if second % STRIDE == 0 {
                        let mut updating = updating.clone();
                        updating.suffer(Loss::PowerCut, Place::Between);
                        let done = updating.finishes(package);
                        assert!(done, "cuts {first} and {second}, `{agreements}`");
                    }
                }
            });
        }
    }
}

/// Each cut costs at most the block that is being written: an install that loses its power every
/// twenty seconds still ends long before its watchdog.
#[test]
fn many_power_cuts_in_the_install() {
    const STRETCH: Duration = Duration::from_secs(20);
    /// The install itself takes two minutes.
    const LIMIT: Duration = Duration::from_secs(200);
    let package = demo_package();
    let mut updating = Updating::new(&package, "", 3);
    while !is_in(&updating.heard, b"+WDSI: 14\r") {
        assert!(updating.next(Moment::START + HOUR), "the install begins");
    }
    let mut powered = Duration::ZERO;
    while updating.module.firmware() == package.from {
        assert!(powered < LIMIT, "it never ends");
        powered += STRETCH;
        let end = updating.now + STRETCH;
        while updating.next(end) {}
        updating.now = end;
        updating.suffer(Loss::PowerCut, Place::AtEvent);
    }
    assert!(updating.finishes(&package));
}
