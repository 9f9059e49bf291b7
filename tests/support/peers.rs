//! Tests that need programs beside us: skipped loudly without them, failing where they must be.

use std::process::Command;

use libtest_mimic::{Failed, Trial};

/// What a test needs, and how it is installed.
pub(crate) struct Peer {
    pub(crate) probe: &'static [&'static str],
    pub(crate) install: &'static str,
}

/// A test that is skipped without its peers, or fails where `FOTARIG_PEERS` is `required`.
pub(crate) fn trial(name: &str, peers: &'static [Peer], test: fn() -> Result<(), Failed>) -> Trial {
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
