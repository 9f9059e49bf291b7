//! A host that sends a package file by 1K-XMODEM, on any bench.

use fotarig::moment::Moment;
use fotarig::package::{PackageKind, Recipe, SigningKey, make};
use fotarig::xmodem::{Sender, SenderSettings, Sending, Sent};

use crate::play::Bench;

const SIZE_BYTES: u64 = 1464;

/// RSA-2048 as well, but not the key that modules know.
const OTHER_KEY: &[u8] = include_bytes!("../keys/other.der");

/// `AT+WDSD` and the file, up to the acknowledgement of its end; what came behind that is returned.
pub(crate) fn send(bench: &mut dyn Bench, kind: &str) -> Result<Vec<u8>, String> {
    let file = package(kind)?;
    bench.send(format!("AT+WDSD={}\r", file.len()).as_bytes())?;
    let mut sender = Sender::new(SenderSettings::default(), file, now(bench));
    let mut heard = Vec::new();
    loop {
        let mut rest = heard.as_slice();
        let wish = sender.advance(now(bench), &mut rest);
        heard = rest.to_vec();
        match wish {
            Sending::Say(bytes) => bench.send(bytes)?,
            Sending::Wait(until) => heard.extend(bench.listen(until.since(Moment::START))?),
            Sending::Ended(Sent::Complete) => return Ok(heard),
            Sending::Ended(outcome) => return Err(format!("the transfer ended: {outcome:?}")),
        }
    }
}

fn now(bench: &dyn Bench) -> Moment {
    Moment::START + bench.now()
}

/// The package of the worked example as a file.
fn package(kind: &str) -> Result<Vec<u8>, String> {
    let key = match kind {
        "good" => SigningKey::test(),
        "unsigned" => SigningKey::from_pkcs8(OTHER_KEY).expect("it is a key"),
        _ => return Err(format!("`{kind}` is no package file: good, unsigned")),
    };
    let recipe = Recipe {
        name: "demo".to_owned(),
        from: "BHL7800.1.6.3.0.20180803".to_owned(),
        to: "THL7800.1.6.3.0.99.20180803".to_owned(),
        kind: PackageKind::Delta,
        size_bytes: SIZE_BYTES,
        seed: 1,
    };
    Ok(make(&recipe, &key).expect("it is large enough"))
}
