//! Programs that a test needs beside ours: without them it is skipped loudly, or fails.

use std::process::Command;

/// A program, and how it is installed.
pub(crate) struct Needed {
    /// Succeeds when it is there.
    pub(crate) probe: &'static [&'static str],
    pub(crate) install: &'static str,
}

/// Whether it is there. With `FOTARIG_PEERS=required`, as in the gate, it must be.
pub(crate) fn is_there(needed: &Needed, for_what: &str) -> bool {
    let [program, arguments @ ..] = needed.probe else { panic!("a probe is a command") };
    let probe = Command::new(program).args(arguments).output();
    if probe.is_ok_and(|probe| probe.status.success()) {
        return true;
    }
    let missing = format!("`{program}` is missing: {}", needed.install);
    assert_ne!(std::env::var("FOTARIG_PEERS").as_deref(), Ok("required"), "{missing}");
    eprintln!("SKIPPED {for_what}: {missing}");
    false
}
