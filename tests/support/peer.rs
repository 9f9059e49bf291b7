//! Programs that we did not write: a test without one is skipped loudly, or fails where peers are
//! required.

use std::process::Command;

use libtest_mimic::{Failed, Trial};

/// What a test needs beside us, and how it is installed.
pub(crate) struct Peer {
    pub(crate) probe: &'static [&'static str],
    pub(crate) install: &'static str,
}

/// A test that needs all of these.
pub(crate) fn trial(
    name: &str,
    peers: &'static [Peer],
    test: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let title = name.to_owned();
    Trial::test(name, move || {
        let Some(missing) = peers.iter().find(|peer| !peer.is_there()) else { return test() };
        let missing = format!("`{}` is missing: {}", missing.probe.join(" "), missing.install);
        if std::env::var("FOTARIG_PEERS").as_deref() == Ok("required") {
            return Err(missing.into());
        }
        eprintln!("SKIPPED {title}: {missing}");
        Ok(())
    })
}

impl Peer {
    fn is_there(&self) -> bool {
        let probe = Command::new(self.probe[0]).args(&self.probe[1..]).output();
        probe.is_ok_and(|probe| probe.status.success())
    }
}

pub(crate) fn demand(holds: bool, otherwise: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
