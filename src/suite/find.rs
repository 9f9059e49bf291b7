//! Finds scenario files: paths that were given, the `scenarios/` folder, or the built-in ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::shelf;
use crate::source::{Origin, Source};

/// The folder that is looked at when no path is given.
const FOLDER: &str = "scenarios";

/// Scenario files, each with its id.
type Found = Vec<(String, Arc<Source>)>;

/// Scenario files with their ids, each file once. Without paths: the `scenarios/` folder here, or
/// else the built-in scenarios. A path may be a file, a folder or the id of a scenario of those.
pub fn find(paths: &[PathBuf]) -> Result<Found, Vec<Diagnostic>> {
    // Only ids, and no path at all, ask for what is not named itself.
    let shelves = if paths.is_empty() || !paths.iter().all(|path| path.is_file() || path.is_dir()) {
        Shelves::look()?
    } else {
        Shelves::default()
    };
    let mut found = Found::new();
    let mut complaints = Vec::new();
    if paths.is_empty() {
        found = if shelves.here.is_empty() { shelves.built_in } else { shelves.here };
    } else {
        for path in paths {
            match one(path, &shelves) {
                Ok(files) => found.extend(files),
                Err(mut all) => complaints.append(&mut all),
            }
        }
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let mut known = BTreeSet::new();
    found.retain(|(_, source)| known.insert(file(source)));
    make_unique(&mut found);
    Ok(found)
}

/// What is there to be chosen from by id.
#[derive(Default)]
struct Shelves {
    /// The `scenarios/` folder here.
    here: Found,
    built_in: Found,
}

impl Shelves {
    fn look() -> Result<Shelves, Vec<Diagnostic>> {
        let folder = Path::new(FOLDER);
        let here = if folder.is_dir() { files_in(folder)? } else { Found::new() };
        let built_in = shelf::built_in_scenarios().into_iter();
        let built_in = built_in.map(|source| (id(&source.name), source)).collect();
        Ok(Shelves { here, built_in })
    }

    /// A scenario or a folder of them; what is here comes before what is built in.
    fn choose(&self, wanted: &str) -> Found {
        let folder = format!("{}/", wanted.trim_end_matches('/'));
        let fits = |(id, _): &&(String, _)| id == wanted || id.starts_with(&folder);
        let here: Found = self.here.iter().filter(fits).cloned().collect();
        if here.is_empty() { self.built_in.iter().filter(fits).cloned().collect() } else { here }
    }
}

/// What tells a file from others, however its path is written.
fn file(source: &Source) -> PathBuf {
    let name = Path::new(&source.name);
    match source.origin {
        Origin::Disk => name.canonicalize().unwrap_or_else(|_| name.to_owned()),
        // A relative path, which no file of the disk has here.
        Origin::BuiltIn => name.to_owned(),
    }
}

fn one(path: &Path, shelves: &Shelves) -> Result<Found, Vec<Diagnostic>> {
    if path.is_dir() {
        return folder(path);
    }
    if path.is_file() {
        let source = shelf::read(path).map_err(|complaint| vec![complaint])?;
        return Ok(vec![(id(&source.name), source)]);
    }
    let name = shelf::shown(path);
    let wanted = inside(without_ending(&name)).unwrap_or(without_ending(&name));
    let matching = shelves.choose(wanted);
    if !matching.is_empty() {
        return Ok(matching);
    }
    let complaint = Diagnostic::new(format!("there is no scenario `{name}`"));
    let ids = shelves.here.iter().chain(&shelves.built_in).map(|(id, _)| id.as_str());
    let remedy = did_you_mean(wanted, ids)
        .unwrap_or_else(|| "`fotarig list` shows what there is".to_owned());
    Err(vec![complaint.help(remedy)])
}

/// A folder that was asked for: it must have scenarios.
fn folder(folder: &Path) -> Result<Found, Vec<Diagnostic>> {
    let found = files_in(folder)?;
    if found.is_empty() {
        let name = shelf::shown(folder);
        let complaint = Diagnostic::new(format!("there are no scenarios in `{name}`"));
        return Err(vec![complaint.help("a scenario is a file that ends in .yaml")]);
    }
    Ok(found)
}

fn files_in(folder: &Path) -> Result<Found, Vec<Diagnostic>> {
    let paths = shelf::scenarios_in(folder).map_err(|complaint| vec![complaint])?;
    let mut found = Vec::new();
    let mut complaints = Vec::new();
    for path in paths {
        match shelf::read(&path) {
            Ok(source) => {
                let inside = shelf::shown(path.strip_prefix(folder).unwrap_or(&path));
                found.push((without_ending(&inside).to_owned(), source));
            }
            Err(complaint) => complaints.push(complaint),
        }
    }
    if complaints.is_empty() { Ok(found) } else { Err(complaints) }
}

/// `scenarios/connect/open.yaml` → `connect/open`; a file outside of a scenarios folder goes by
/// its own name.
fn id(name: &str) -> String {
    let name = without_ending(name);
    inside(name).unwrap_or(name.rsplit('/').next().unwrap_or(name)).to_owned()
}

/// What stands behind `scenarios/` in a path.
fn inside(name: &str) -> Option<&str> {
    let (before, inside) = name.rsplit_once("scenarios/")?;
    (before.is_empty() || before.ends_with('/')).then_some(inside)
}

fn without_ending(name: &str) -> &str {
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(name)
}

/// Two files that would have one id go by their whole paths, and those that are still one, such
/// as `tmp/a.yaml` and `/tmp/a.yaml`, are numbered: a report that has one name twice loses one.
fn make_unique(found: &mut Found) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _) in found.iter() {
        *counts.entry(id.clone()).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    for (id, source) in found {
        if counts.get(id).is_some_and(|count| *count > 1) {
            let path = without_ending(&source.name).trim_start_matches("./");
            path.trim_start_matches('/').clone_into(id);
        }
        let wanted = id.clone();
        let mut number = 1;
        while !taken.insert(id.clone()) {
            number += 1;
            *id = format!("{wanted}-{number}");
        }
    }
}
