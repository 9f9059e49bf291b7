//! A power cut at every event of a local update leaves the old or the new version, and the update
//! can be made all the same (chapter 7, note 13).

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::{Package, Recipe, SigningKey, make};
use fotarig::rig::{Offer, VirtualSettings};
use fotarig::sim::{Module, Supply};
use fotarig::xmodem::{Sender, SenderSettings, Sending};

use crate::bench::{demo_package, provisioned};

/// Three blocks.
const SIZE: u64 = 2900;
/// Ten bits at 115200 bits per second.
const BYTE_TIME: Duration = Duration::from_nanos(86_806);

/// Neither network nor server: a local update needs none.
fn alone() -> VirtualSettings {
    VirtualSettings { apn: String::new(), offer: Offer::Nothing, ..provisioned() }
}

fn package_file() -> Vec<u8> {
    let Package { name, from, to, kind, .. } = demo_package();
    let recipe = Recipe { name, from, to, kind, size_bytes: SIZE, seed: 1 };
    make(&recipe, &SigningKey::test()).expect("it is large enough")
}

/// A host that sends a file, accepts its install, and waits.
struct Host {
    module: Module,
    now: Moment,
    alarm: Option<Moment>,
    heard: Vec<u8>,
    sender: Option<Sender>,
}

impl Host {
    fn begin(&mut self) {
        let file = package_file();
        self.send(format!("AT+WDSD={}\r", file.len()).as_bytes());
        self.sender = Some(Sender::new(SenderSettings::default(), file, self.now));
    }

    fn send(&mut self, bytes: &[u8]) {
        self.alarm = self.module.advance(self.now, bytes, &mut self.heard);
    }

    /// Does one thing; false when nothing more happens before `end`.
    fn step(&mut self, end: Moment) -> bool {
        if let Some(mut sender) = self.sender.take() {
            let mut rest = self.heard.as_slice();
            let wish = sender.advance(self.now, &mut rest);
            self.heard = rest.to_vec();
            match wish {
                Sending::Say(bytes) => {
                    let length = u32::try_from(bytes.len()).expect("a frame is short");
                    self.now = self.now + BYTE_TIME * length;
                    self.send(bytes);
                }
                Sending::Wait(until) => {
                    self.now = self.alarm.unwrap_or(Moment::NEVER).min(until);
                    self.send(b"");
                }
                Sending::Ended(_) => return true,
            }
            self.sender = Some(sender);
            return true;
        }
        let asks = b"+WDSI: 3\r\n";
        if self.heard.windows(asks.len()).any(|part| part == asks) {
            self.heard.clear();
            self.send(b"AT+WDSR=4\r");
            return true;
        }
        let Some(alarm) = self.alarm.filter(|alarm| *alarm < end) else {
            return false;
        };
        self.now = alarm;
        self.send(b"");
        true
    }

    fn is_updated(&self) -> bool {
        self.module.firmware() == demo_package().to
    }
}

#[test]
fn a_power_cut_at_every_moment_of_a_local_update() {
    const HOUR: Duration = Duration::from_secs(3600);
    let mut cut_after = 0;
    loop {
        let mut host = Host {
            module: Module::new(&alone(), &demo_package(), cut_after),
            now: Moment::START,
            alarm: None,
            heard: Vec::new(),
            sender: None,
        };
        host.send(b"AT+WDSI=4479\r");
        host.now = host.now + Duration::from_secs(1);
        host.begin();
        let end = Moment::START + HOUR;
        let mut steps = 0;
        while steps < cut_after && host.step(end) {
            steps += 1;
        }
        host.module.power(host.now, Supply::Off);
        let known = [demo_package().from, demo_package().to];
        assert!(known.contains(&host.module.firmware().to_owned()), "cut after {steps} steps");

        host.sender = None;
        host.heard.clear();
        host.module.power(host.now, Supply::On);
        host.send(b"");
        let end = host.now + HOUR;
        while host.step(end) {}
        if !host.is_updated() {
            host.now = end;
            host.begin();
            while host.step(end + HOUR) {}
        }
        assert!(host.is_updated(), "cut after {steps} steps");
        if steps < cut_after {
            break;
        }
        cut_after += 1;
    }
    assert!(cut_after > 60, "only {cut_after} steps were covered");
}
