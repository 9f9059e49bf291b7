//! A host that sends a file to the module by XMODEM, on a wire of 115200 bits per second.

use std::time::Duration;

use fotarig::moment::Moment;
use fotarig::package::{PackageKind, Recipe, SigningKey, make};
use fotarig::xmodem::{Sender, SenderSettings, Sending, Sent};

use crate::play::{Bench, demo_package};

/// Ten bits.
pub(crate) const BYTE_TIME: Duration = Duration::from_nanos(86_806);

pub(crate) fn recipe(size_bytes: u64) -> Recipe {
    let demo = demo_package();
    Recipe {
        name: "local".to_owned(),
        from: demo.from,
        to: demo.to,
        kind: PackageKind::Delta,
        size_bytes,
        seed: 1,
    }
}

/// A good package file of the demo package.
pub(crate) fn package_file(size_bytes: u64) -> Vec<u8> {
    make(&recipe(size_bytes), &SigningKey::test()).expect("it is large enough")
}

/// `AT+WDSD` and the file, as a good sender does it.
pub(crate) fn send(bench: &mut Bench, file: &[u8]) -> Sent {
    send_as(bench, file.len(), file, SenderSettings::default())
}

/// The same with another size in the command, and in another manner. What the module says behind
/// the transfer is left for the bench.
pub(crate) fn send_as(
    bench: &mut Bench,
    size_bytes: usize,
    file: &[u8],
    settings: SenderSettings,
) -> Sent {
    let mut heard = Vec::new();
    let command = format!("AT+WDSD={size_bytes}\r");
    let mut alarm = bench.module.advance(bench.now, command.as_bytes(), &mut heard);
    let mut sender = Sender::new(settings, file.to_vec(), bench.now);
    let outcome = loop {
        let mut rest = heard.as_slice();
        let wish = sender.advance(bench.now, &mut rest);
        heard = rest.to_vec();
        match wish {
            Sending::Say(bytes) => {
                let length = u32::try_from(bytes.len()).expect("a frame is short");
                bench.now = bench.now + BYTE_TIME * length;
                alarm = bench.module.advance(bench.now, bytes, &mut heard);
            }
            Sending::Wait(until) => {
                bench.now = alarm.unwrap_or(Moment::NEVER).min(until);
                assert!(bench.now < Moment::NEVER, "both ends wait for ever");
                alarm = bench.module.advance(bench.now, b"", &mut heard);
            }
            Sending::Ended(outcome) => break outcome,
        }
    };
    bench.alarm = alarm;
    bench.take(&heard);
    outcome
}
