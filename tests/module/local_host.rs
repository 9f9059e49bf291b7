//! A host that updates a module over the AT port.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::rig::{Offer, VirtualSettings};
use fotarig::sim::Module;
use fotarig::xmodem::{Sender, SenderSettings, Sending};

use crate::bench::provisioned;

/// Ten bits at 115200 bits per second.
const BYTE_TIME: Duration = Duration::from_nanos(86_806);

/// Neither network nor server: a local update needs none.
pub(crate) fn alone() -> VirtualSettings {
    VirtualSettings { apn: String::new(), offer: Offer::Nothing, ..provisioned() }
}

/// A host that sends a file, accepts its install, and waits.
pub(crate) struct Host {
    pub(crate) module: Module,
    pub(crate) now: Moment,
    alarm: Option<Moment>,
    pub(crate) heard: Vec<u8>,
    pub(crate) sender: Option<Sender>,
}

impl Host {
    /// A module that prints all indications, a second later.
    pub(crate) fn of(module: Module) -> Host {
        let (now, heard) = (Moment::START, Vec::new());
        let mut host = Host { module, now, alarm: None, heard, sender: None };
        host.send(b"AT+WDSI=4479\r");
        host.now = host.now + Duration::from_secs(1);
        host
    }

    pub(crate) fn begin(&mut self, file: Vec<u8>) {
        self.send(format!("AT+WDSD={}\r", file.len()).as_bytes());
        self.sender = Some(Sender::new(SenderSettings::default(), file, self.now));
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.alarm = self.module.advance(self.now, bytes, &mut self.heard);
    }

    /// Does one thing; false when nothing more happens before `end`.
    pub(crate) fn step(&mut self, end: Moment) -> bool {
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
}
