//! What stands for a recorded rig and its package: made of the journal, else of files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::journal::Plan;
use crate::package::{self, Package, Packages};
use crate::plugin::Outfit;
use crate::rig::{
    Address, DEFAULT_APN, DeviceSettings, Identity, Port, Rig, SafeState, SupplyRules,
    VirtualSettings, Written,
};
use crate::source::{Place, Source};
use crate::suite::Desk;
use crate::suite::conduct::subject;
use crate::suite::desk::{built_in_packages, profile};
use crate::suite::replay::recording::{Arrival, AtFirst};
use crate::suite::replay::survey::RigSeen;

/// A desk like that of the run.
pub fn desk(
    seen: &RigSeen,
    file: Option<&Rig>,
    packages: &Arc<Packages>,
) -> Result<Desk, Vec<Diagnostic>> {
    let profile = Arc::new(profile(&seen.rig.profile)?);
    let mut rig = rig(seen);
    if let Some(file) = file {
        rig.supply = file.supply.clone();
        if let (false, Port::Device(_)) = (seen.is_virtual(), &file.port) {
            rig.port = file.port.clone();
        }
        rig.roles.clone_from(&file.roles);
        if seen.is_of_earlier_version() {
            rig.apn.clone_from(&file.apn);
        }
    }
    let (packages, outfit) = (Arc::clone(packages), Outfit::default());
    Ok(Desk { rig, profile, packages, outfit, takes: None })
}

fn rig(seen: &RigSeen) -> Rig {
    let place = nowhere();
    let port = if seen.is_believed() {
        Port::Virtual(Box::<VirtualSettings>::default())
    } else {
        let speed = seen.speed();
        Port::Device(DeviceSettings { speed, ..DeviceSettings::at(address(&seen.rig.port)) })
    };
    Rig {
        name: seen.rig.name.clone(),
        profile: seen.rig.profile.clone(),
        port,
        identity: Identity::default(),
        // What a rig has that does not say it; a journal of an earlier version never does.
        apn: if seen.is_of_earlier_version() {
            DEFAULT_APN.to_owned()
        } else {
            seen.rig.apn.clone()
        },
        takes: None,
        shared: BTreeMap::new(),
        roles: Vec::new(),
        // The clock goes to the recorded moment anyway.
        supply: SupplyRules {
            off_for: Duration::ZERO,
            proof: seen.proof(),
            safe_state: SafeState::On,
        },
        named: place.clone(),
        place,
    }
}

/// The rig as a test found it: what the module was asked before the first step is asked again, and
/// is what was said.
pub(super) fn as_found(rig: &Rig, arrival: &Arrival) -> Rig {
    let fact = |name: &str| {
        let text = arrival.facts.get(name)?.clone();
        Some(Written { text, place: nowhere() })
    };
    let mut rig = rig.clone();
    rig.identity = Identity { model: fact("model"), imei: fact("imei"), serial: fact("serial") };
    rig.supply.safe_state = match arrival.supply {
        AtFirst::WasOff => SafeState::Off,
        AtFirst::Open | AtFirst::HadSupply => SafeState::On,
    };
    rig
}

fn nowhere() -> Place {
    Place::new(&Source::new("the journal", ""), 0..0)
}

/// What a server's port is, since that tells less of a module.
fn address(shown: &str) -> Address {
    if let Some(place) = shown.strip_prefix("tcp ") {
        Address::Tcp(place.to_owned())
    } else if let Some(place) = shown.strip_prefix("rfc2217 ") {
        Address::Rfc2217(place.to_owned())
    } else {
        Address::Serial(shown.to_owned())
    }
}

/// The packages of the run: those of `given`, or what the journal says of the one under test.
pub fn packages(given: Option<&Path>, plan: &Plan) -> Result<Arc<Packages>, Vec<Diagnostic>> {
    if let Some(path) = given {
        return package::open_all(path).map(Packages::of).map(Arc::new);
    }
    let built_in = built_in_packages()?;
    if subject(&built_in) == plan.package {
        return Ok(Arc::new(built_in));
    }
    let facts = plan.package.clone().into_iter().collect();
    let Some(mut package) = Package::from_value(&facts) else {
        let name = plan.package.get("name").and_then(Value::as_str).unwrap_or("nothing");
        let message = format!("the journal says too little of the package under test: `{name}`");
        let help = "give it with --package, as it was given for the run";
        return Err(vec![Diagnostic::new(message).help(help)]);
    };
    if let Some(Value::String(file)) = plan.package.get("file") {
        package.content = package::open(Path::new(file))
            .ok()
            .filter(|found| found.size_bytes == package.size_bytes)
            .and_then(|found| found.content);
        package.file = Some(file.clone());
    }
    Ok(Arc::new(Packages::of(vec![package])))
}
