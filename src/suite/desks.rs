//! The desks of a run with several rigs, which must be different ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::rig::{Address, POWER, Port, Rig};
use crate::shelf::shown;
use crate::source::Place;
use crate::suite::Desk;

/// More rigs are no bench of one host, and each is a thread.
const MAX_RIGS: usize = 256;

/// A desk for each rig file, or for the built-in rig; all have the same packages.
pub fn desks(rigs: &[PathBuf], package: Option<&Path>) -> Result<Vec<Desk>, Vec<Diagnostic>> {
    let (first, others) = match rigs {
        [] => return Desk::load(None, package).map(|desk| vec![desk]),
        [first, others @ ..] => (Desk::load(Some(first), package), others),
    };
    let Ok(first) = first else {
        // The package is complained of once, with the first rig.
        let mut complaints = first.err().unwrap_or_default();
        let others = others.iter().filter_map(|rig| Desk::load(Some(rig), None).err());
        complaints.extend(others.flatten());
        return Err(complaints);
    };
    let mut complaints = Vec::new();
    let mut desks = vec![first];
    for rig in others {
        match desks[0].beside(rig) {
            Ok(desk) => desks.push(desk),
            Err(mut all) => complaints.append(&mut all),
        }
    }
    complaints.extend(clashes(&desks));
    if complaints.is_empty() { Ok(desks) } else { Err(complaints) }
}

/// The rig files that were named: files, and folders of them.
pub fn rig_files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut complaints = Vec::new();
    for path in named {
        if path.is_dir() {
            match inside(path) {
                Ok(found) => files.extend(found),
                Err(complaint) => complaints.push(complaint),
            }
        } else {
            files.push(path.clone());
        }
    }
    if files.len() > MAX_RIGS {
        let message = format!("these are {} rigs", files.len());
        let help = format!("a run may have {MAX_RIGS}: share it among hosts with --shard");
        complaints.push(Diagnostic::new(message).help(help));
    }
    if complaints.is_empty() { Ok(files) } else { Err(complaints) }
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let name = shown(folder);
    let entries = fs::read_dir(folder)
        .map_err(|error| Diagnostic::new(format!("cannot read the folder `{name}`: {error}")))?;
    let is_rig = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        path.is_file() && matches!(ending, Some("yaml" | "yml"))
    };
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_rig).collect();
    found.sort();
    if found.is_empty() {
        return Err(Diagnostic::new(format!("there are no rig files in `{name}`"))
            .help("a rig file ends in .yaml"));
    }
    Ok(found)
}

/// Two rigs of one name, at one port, or with one supply.
fn clashes(desks: &[Desk]) -> Vec<Diagnostic> {
    let mut names: BTreeMap<&str, &Rig> = BTreeMap::new();
    let mut ports: BTreeMap<String, &Rig> = BTreeMap::new();
    let mut supplies: BTreeMap<String, &Rig> = BTreeMap::new();
    let mut complaints = Vec::new();
    for rig in desks.iter().map(|desk| &desk.rig) {
        if let Some(other) = names.insert(&rig.name, rig) {
            let help = "give each rig a name of its own: reports tell their tests apart by it";
            complaints.push(clash(&rig.named, "name", other).help(help));
            continue;
        }
        if let Some(other) = supply(rig).and_then(|supply| supplies.insert(supply, rig)) {
            let help = "a copied rig file needs a switch of its own: another channel or outlet";
            let place = rig.filled(POWER).map_or(&rig.place, |filled| &filled.place);
            complaints.push(clash(place, "supply", other).help(help));
        }
        let Some(port) = port(rig) else { continue };
        if let Some(other) = ports.insert(port, rig) {
            let help = "a port has one module, and is used by one rig at a time";
            complaints.push(clash(&rig.place, "port", other).help(help));
        }
    }
    complaints
}

fn clash(place: &Place, what: &str, other: &Rig) -> Diagnostic {
    let (file, name) = (&other.place.source.name, &other.name);
    if *file == place.source.name {
        return Diagnostic::at(place, format!("the rig file `{file}` was named twice"));
    }
    Diagnostic::at(place, format!("the rig `{name}` of `{file}` has the same {what}"))
}

/// What two rigs with one supply have alike: a plugin with the same settings. Nothing is known of a
/// plugin without any.
fn supply(rig: &Rig) -> Option<String> {
    let filled = rig.filled(POWER)?;
    let with = filled.with.as_ref()?.to_value();
    let has_any = with.as_object().is_some_and(|settings| !settings.is_empty());
    has_any.then(|| format!("{} {with}", filled.plugin))
}

/// What two rigs with one port have alike; nothing when a lab will tell it, or nobody else has it.
fn port(rig: &Rig) -> Option<String> {
    let Port::Device(settings) = &rig.port else { return None };
    match &settings.address {
        Address::Serial(path) => {
            // A link such as those of /dev/serial/by-id leads to the name of the same port.
            let real = Path::new(path).canonicalize();
            Some(real.map_or_else(|_| path.clone(), |real| shown(&real)))
        }
        other @ (Address::Usb(_) | Address::Tcp(_) | Address::Rfc2217(_)) => {
            Some(other.to_string())
        }
        Address::Lab => None,
    }
}
