//! Finds scenario files: paths that were given, the `scenarios/` folder, or the built-in ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::shelf;
use crate::source::Source;

/// The folder that is looked at when no path is given.
const FOLDER: &str = "scenarios";

/// Scenario files with their ids. Without paths: the `scenarios/` folder here, or else the
/// built-in scenarios. A path may be a file, a folder or the id of a built-in scenario.
pub fn find(paths: &[PathBuf]) -> Result<Vec<(String, Arc<Source>)>, Vec<Diagnostic>> {
    if paths.is_empty() {
        return if Path::new(FOLDER).is_dir() { folder(Path::new(FOLDER)) } else { Ok(built_in()) };
    }
    let mut found: Vec<(String, Arc<Source>)> = Vec::new();
    let mut complaints = Vec::new();
    for path in paths {
        match one(path) {
            Ok(files) => {
                let new = |file: &(String, Arc<Source>)| {
                    !found.iter().any(|(_, known)| known.name == file.1.name)
                };
                let files: Vec<_> = files.into_iter().filter(new).collect();
                found.extend(files);
            }
            Err(mut all) => complaints.append(&mut all),
        }
    }
    if complaints.is_empty() {
        make_unique(&mut found);
        Ok(found)
    } else {
        Err(complaints)
    }
}

fn one(path: &Path) -> Result<Vec<(String, Arc<Source>)>, Vec<Diagnostic>> {
    if path.is_dir() {
        return folder(path);
    }
    if path.is_file() {
        let source = shelf::read(path).map_err(|complaint| vec![complaint])?;
        return Ok(vec![(id(&source.name), source)]);
    }
    let name = shelf::shown(path);
    let wanted = inside(without_ending(&name)).unwrap_or(without_ending(&name));
    // As without any path: what is in the folder here comes before what is built in.
    let all = find(&[])?;
    let folder = format!("{}/", wanted.trim_end_matches('/'));
    let matching: Vec<_> =
        all.iter().filter(|(id, _)| id == wanted || id.starts_with(&folder)).cloned().collect();
    if !matching.is_empty() {
        return Ok(matching);
    }
    let complaint = Diagnostic::new(format!("there is no scenario `{name}`"));
    let remedy = did_you_mean(wanted, all.iter().map(|(id, _)| id.as_str()))
        .unwrap_or_else(|| "`fotarig list` shows what there is".to_owned());
    Err(vec![complaint.help(remedy)])
}

fn folder(folder: &Path) -> Result<Vec<(String, Arc<Source>)>, Vec<Diagnostic>> {
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
    if found.is_empty() && complaints.is_empty() {
        let name = shelf::shown(folder);
        complaints.push(
            Diagnostic::new(format!("there are no scenarios in `{name}`"))
                .help("a scenario is a file that ends in .yaml"),
        );
    }
    if complaints.is_empty() { Ok(found) } else { Err(complaints) }
}

fn built_in() -> Vec<(String, Arc<Source>)> {
    shelf::built_in_scenarios().into_iter().map(|source| (id(&source.name), source)).collect()
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

/// Two files that would have one id go by their whole paths, because a report that has one name
/// twice loses one of them.
fn make_unique(found: &mut [(String, Arc<Source>)]) {
    let ids: Vec<String> = found.iter().map(|(id, _)| id.clone()).collect();
    for (id, source) in found {
        if ids.iter().filter(|other| *other == id).count() > 1 {
            without_ending(&source.name).trim_start_matches('/').clone_into(id);
        }
    }
}
