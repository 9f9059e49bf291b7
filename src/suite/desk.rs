//! The desk: a rig with its profile and the packages that are tested on it.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::glossary::{self, Glossary};
use crate::package::{self, Package, Packages};
use crate::plugin::{self, Outfit};
use crate::profile::{self, Profile};
use crate::rig::{self, Rig};
use crate::shelf;
use crate::source::Source;
use crate::suite::Tags;
use crate::suite::fit::takes;

const BUILT_IN_RIG: &str = "rigs/virtual.yaml";
const BUILT_IN_PACKAGE: &str = "packages/demo.yaml";
/// With these the demo package goes round in a circle.
const BUILT_IN_HOPS: [&str; 3] =
    ["packages/hops/onward.yaml", "packages/hops/further.yaml", "packages/hops/back.yaml"];

/// A rig with what is tested on it.
#[derive(Clone, Debug)]
pub struct Desk {
    pub rig: Rig,
    pub profile: Arc<Profile>,
    pub packages: Arc<Packages>,
    /// What the plugins of the rig need to be started.
    pub outfit: Outfit,
    /// Which scenarios the rig takes; nothing takes all.
    pub takes: Option<Tags>,
}

impl Desk {
    /// Reads the files, or returns all mistakes of all of them. Without a rig file it is the
    /// built-in virtual rig, without a package the demo package and some beside it.
    pub fn load(rig: Option<&Path>, package: Option<&Path>) -> Result<Desk, Vec<Diagnostic>> {
        let packages = match package {
            Some(path) => package::open_all(path).map(Packages::of),
            None => built_in_packages(),
        };
        Desk::with(rig, packages.map(Arc::new))
    }

    /// The same packages on another rig.
    pub(crate) fn beside(&self, rig: &Path) -> Result<Desk, Vec<Diagnostic>> {
        Desk::with(Some(rig), Ok(Arc::clone(&self.packages)))
    }

    fn with(
        rig: Option<&Path>,
        packages: Result<Arc<Packages>, Vec<Diagnostic>>,
    ) -> Result<Desk, Vec<Diagnostic>> {
        let mut complaints = Vec::new();
        let rig: Option<Rig> = keep(read(rig, BUILT_IN_RIG, rig::load), &mut complaints);
        let packages = keep(packages, &mut complaints);
        let profile = rig.as_ref().and_then(|rig| keep(profile(&rig.profile), &mut complaints));
        let wanted = rig.as_ref().map(|rig| takes(rig).map_err(|complaint| vec![complaint]));
        let takes = wanted.and_then(|wanted| keep(wanted, &mut complaints)).flatten();
        let look_up = |name: &str| std::env::var(name).ok();
        let outfit =
            rig.as_ref().and_then(|rig| keep(plugin::outfit(rig, &look_up), &mut complaints));
        match (rig, packages, profile, outfit) {
            (Some(rig), Some(packages), Some(profile), Some(outfit)) if complaints.is_empty() => {
                Ok(Desk { rig, profile: Arc::new(profile), packages, outfit, takes })
            }
            _ => Err(complaints),
        }
    }

    /// The package under test; of several the first.
    pub fn package(&self) -> &Arc<Package> {
        self.packages.first()
    }
}

pub(crate) fn built_in_packages() -> Result<Packages, Vec<Diagnostic>> {
    let load = |name| read(None, name, package::load);
    let hops: Result<_, _> = BUILT_IN_HOPS.into_iter().map(load).collect();
    Ok(Packages::with_others(load(BUILT_IN_PACKAGE)?, hops?))
}

fn keep<T>(read: Result<T, Vec<Diagnostic>>, complaints: &mut Vec<Diagnostic>) -> Option<T> {
    read.map_err(|mut all| complaints.append(&mut all)).ok()
}

fn read<T>(
    path: Option<&Path>,
    built_in: &str,
    load: fn(&Arc<Source>) -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    let source = match path {
        Some(path) => shelf::read(path).map_err(|complaint| vec![complaint])?,
        None => shelf::built_in(built_in).expect("the binary holds its own rig and package"),
    };
    load(&source)
}

/// A profile is a plugin: a folder in `plugins/`, here or built in, with its glossary.
pub fn profile(name: &str) -> Result<Profile, Vec<Diagnostic>> {
    let Some(source) = plugin_file(name, "profile.yaml")? else {
        return Err(vec![
            Diagnostic::new(format!("there is no profile `{name}`"))
                .help(format!("make `plugins/{name}/profile.yaml`, or use the built-in `hl78xx`")),
        ]);
    };
    let mut complaints = Vec::new();
    let profile: Option<Profile> = keep(profile::load(&source), &mut complaints);
    let glossary = match plugin_file(name, "glossary.yaml")? {
        Some(source) => keep(glossary::load(&source), &mut complaints),
        None => Some(Glossary::default()),
    };
    match (profile, glossary) {
        (Some(mut profile), Some(glossary)) => {
            profile.glossary = glossary;
            Ok(profile)
        }
        (Some(_) | None, Some(_) | None) => Err(complaints),
    }
}

/// A file of a plugin: of the disk, or else a built-in one.
fn plugin_file(plugin: &str, file: &str) -> Result<Option<Arc<Source>>, Vec<Diagnostic>> {
    let name = format!("plugins/{plugin}/{file}");
    let path = Path::new(&name);
    if path.is_file() {
        return shelf::read(path).map(Some).map_err(|complaint| vec![complaint]);
    }
    Ok(shelf::built_in(&name))
}
