//! From file names to what a run needs: rig, profile, package and scenarios, or all mistakes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::arguments::{DeskArguments, ScenarioArguments};
use crate::diagnostic::{Diagnostic, Paint};
use crate::package::{self, Package};
use crate::profile::{self, Profile};
use crate::rig::{self, Rig};
use crate::run::Test;
use crate::scenario::{self, Scenario};
use crate::shelf;
use crate::source::Source;
use crate::suite::{self, Desk, Selection, Tags};

const BUILT_IN_RIG: &str = "rigs/virtual.yaml";
const BUILT_IN_PACKAGE: &str = "packages/demo.yaml";

/// Everything that a run needs, or every mistake in every file.
pub(crate) fn load(
    scenarios: &ScenarioArguments,
    desk: &DeskArguments,
) -> Result<(Desk, Vec<Arc<Scenario>>), Vec<Diagnostic>> {
    let desk = self::desk(desk);
    let scenarios = self::scenarios(scenarios);
    match (desk, scenarios) {
        (Ok(desk), Ok(scenarios)) => Ok((desk, scenarios)),
        (Err(mut all), Err(more)) => {
            all.extend(more);
            Err(all)
        }
        (Err(all), Ok(_)) | (Ok(_), Err(all)) => Err(all),
    }
}

pub(crate) fn scenarios(wanted: &ScenarioArguments) -> Result<Vec<Arc<Scenario>>, Vec<Diagnostic>> {
    scenario::load(&suite::find(&wanted.scenarios)?)
}

/// The tests that were asked for; none at all is a slip.
pub(crate) fn tests(
    scenarios: &[Arc<Scenario>],
    desk: &Desk,
    wanted: &ScenarioArguments,
) -> Result<Vec<Test>, Diagnostic> {
    let tags = wanted.tag.as_deref().map(Tags::parse).transpose().map_err(|wrong| {
        Diagnostic::new(format!("--tag `{}`: {wrong}", wanted.tag.as_deref().unwrap_or("")))
            .help("for example `update and not slow`")
    })?;
    let selection = Selection { filter: wanted.filter.clone(), tags };
    let tests = suite::tests(scenarios, desk, &selection);
    if tests.is_empty() {
        return Err(Diagnostic::new("no test fits --filter and --tag")
            .help("`fotarig list` shows the scenarios with their tags"));
    }
    Ok(tests)
}

pub(crate) fn desk(wanted: &DeskArguments) -> Result<Desk, Vec<Diagnostic>> {
    let mut complaints = Vec::new();
    let rig: Option<Rig> =
        keep(read(wanted.rig.as_ref(), BUILT_IN_RIG, rig::load), &mut complaints);
    let package: Option<Package> =
        keep(read(wanted.package.as_ref(), BUILT_IN_PACKAGE, package::load), &mut complaints);
    let profile = rig.as_ref().and_then(|rig| keep(profile(&rig.profile), &mut complaints));
    match (rig, package, profile) {
        (Some(rig), Some(package), Some(profile)) if complaints.is_empty() => {
            Ok(Desk { rig, profile: Arc::new(profile), package })
        }
        _ => Err(complaints),
    }
}

fn keep<T>(read: Result<T, Vec<Diagnostic>>, complaints: &mut Vec<Diagnostic>) -> Option<T> {
    read.map_err(|mut all| complaints.append(&mut all)).ok()
}

fn read<T>(
    path: Option<&PathBuf>,
    built_in: &str,
    load: fn(&Arc<Source>) -> Result<T, Vec<Diagnostic>>,
) -> Result<T, Vec<Diagnostic>> {
    let source = match path {
        Some(path) => shelf::read(path).map_err(|complaint| vec![complaint])?,
        None => shelf::built_in(built_in).expect("the binary holds its own rig and package"),
    };
    load(&source)
}

/// A profile is a plugin: a folder in `plugins/`, here or built in.
fn profile(name: &str) -> Result<Profile, Vec<Diagnostic>> {
    let file = format!("plugins/{name}/profile.yaml");
    let path = Path::new(&file);
    if path.is_file() {
        let source = shelf::read(path).map_err(|complaint| vec![complaint])?;
        return profile::load(&source);
    }
    match shelf::built_in(&file) {
        Some(source) => profile::load(&source),
        None => Err(vec![
            Diagnostic::new(format!("there is no profile `{name}`"))
                .help(format!("make `{file}`, or use the built-in `hl78xx`")),
        ]),
    }
}

/// Whether standard output shows colours, as `NO_COLOR` and the terminal have it.
pub(crate) fn paint() -> Paint {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Paint::Plain,
        anstream::ColorChoice::Always
        | anstream::ColorChoice::AlwaysAnsi
        | anstream::ColorChoice::Auto => Paint::Coloured,
    }
}
