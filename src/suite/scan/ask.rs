//! Asks a port who is there, by commands that only ask and with short limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fault::{Broken, Trouble};
use crate::journal::Journal;
use crate::rig::{Address, DeviceSettings};
use crate::run::{Session, Visit};
use crate::suite::scan::Scan;
use crate::suite::{Desk, profile};
use crate::world::real::Real;

/// How often `AT` is tried, with 2 s each: the first may only wake a module.
const TRIES: u32 = 2;
/// What a rig file can name, and what is worth to know.
const FACTS: [&str; 4] = ["model", "imei", "serial", "firmware"];
/// All families of today are of this profile.
const PROFILE: &str = "hl78xx";

/// What asking came to.
#[derive(Clone, Debug)]
pub enum Asked {
    /// It answers, and says this of itself: `model`, `imei`, `serial`, `firmware`.
    Module(BTreeMap<&'static str, String>),
    /// Nothing came.
    Silent,
    /// Something came that is no answer.
    Babbles,
    Broken(Broken),
}

pub(super) fn ask(scan: &Scan, path: &str) -> Asked {
    match try_to(scan, path) {
        Ok(asked) => asked,
        Err(trouble) => Asked::Broken(broken(trouble)),
    }
}

fn broken(trouble: Trouble) -> Broken {
    let diagnostic = trouble.into_diagnostic();
    Broken { message: diagnostic.message, notes: diagnostic.notes, help: diagnostic.help }
}

fn try_to(scan: &Scan, path: &str) -> Result<Asked, Trouble> {
    let settings = DeviceSettings::at(Address::Serial(path.to_owned()));
    let (machine, interrupts) = (scan.machine.clone(), scan.interrupts.clone());
    let real = Real::open_on(machine, &settings, scan.clock, interrupts)?;
    let broken = |_| Broken::new(format!("the profile `{PROFILE}` cannot be read"));
    let profile = profile(PROFILE).map_err(broken)?;
    let desk = Desk::load(None, None).map_err(broken)?;
    let session = Session::new(Box::new(real), Arc::new(profile), Journal::nowhere());
    let mut visit = Visit::begin(session, desk.package());
    for _ in 0..TRIES {
        if visit.ask("AT")?.is_none_or(|reply| reply.result != "OK") {
            continue;
        }
        let mut facts = BTreeMap::new();
        for fact in FACTS {
            facts.extend(visit.fact(fact)?.map(|value| (fact, value)));
        }
        return Ok(Asked::Module(facts));
    }
    Ok(if visit.has_heard() { Asked::Babbles } else { Asked::Silent })
}
