//! Opens all packages of a folder, or tells everything that is wrong with any of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::package::container::is_container;
use crate::package::load::file_of;
use crate::package::{Package, field_name, open};
use crate::shelf::{self, shown};
use crate::yaml::Complaints;

/// What a folder of packages may hold: more is another folder than was meant.
const MAX_ENTRIES: usize = 10_000;
/// Packages of one run: more than a family has ever had versions.
const MAX_PACKAGES: usize = 500;
/// Bytes of all packages together, which are held in memory during a run.
const MAX_FOLDER_BYTES: u64 = 1 << 30;
/// Enough to know a package file of our own.
const FIRST_BYTES: u64 = 64;

/// What `--package` names: one package, or all packages of a folder by the names of their files.
/// Never nothing.
pub fn open_all(path: &Path) -> Result<Vec<Package>, Vec<Diagnostic>> {
    if !path.is_dir() {
        return open(path).map(|package| vec![package]);
    }
    let mut opened = Opened::default();
    let paths = candidates(path, &mut opened.complaints).map_err(|wrong| vec![wrong])?;
    // Descriptions first: a firmware file that one of them describes needs no telling name.
    let (descriptions, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|it| is_yaml(it));
    for path in descriptions.iter().chain(&files) {
        opened.take_in(path);
    }
    opened.finish(path)
}

/// The files of a folder that are meant to be packages, by name. Folders inside are left alone, and
/// so is what has neither a package's ending nor a package's first bytes: notes, check sums.
fn candidates(folder: &Path, complaints: &mut Complaints) -> Result<Vec<PathBuf>, Diagnostic> {
    let unreadable = |error: std::io::Error| {
        Diagnostic::new(format!("cannot read the folder `{}`: {error}", shown(folder)))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)?.take(MAX_ENTRIES + 1) {
        paths.push(entry.map_err(unreadable)?.path());
    }
    if paths.len() > MAX_ENTRIES {
        let message = format!("`{}` holds more than {MAX_ENTRIES} files", shown(folder));
        return Err(Diagnostic::new(message).help("name a folder that holds packages only"));
    }
    paths.sort();
    paths.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if name.starts_with('.') || path.is_dir() {
            return false;
        }
        match fs::metadata(path) {
            Ok(file) if file.is_file() => is_meant(path, &name),
            Ok(_) => {
                let message = format!("`{}` is no regular file", shown(path));
                complaints.push(Diagnostic::new(message).help("remove it from the folder"));
                false
            }
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", shown(path));
                complaints.push(Diagnostic::new(message).help("remove it from the folder"));
                false
            }
        }
    });
    Ok(paths)
}

fn is_meant(path: &Path, name: &str) -> bool {
    is_yaml(path)
        || field_name::stem(name).is_some()
        || shelf::read_bytes(path, FIRST_BYTES).is_ok_and(|bytes| is_container(&bytes))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// What was opened so far.
#[derive(Default)]
struct Opened {
    packages: BTreeMap<PathBuf, Package>,
    /// Firmware files that a description names, by their true paths.
    described: BTreeSet<PathBuf>,
    complaints: Complaints,
    bytes: u64,
}

impl Opened {
    fn take_in(&mut self, path: &Path) {
        if path.canonicalize().is_ok_and(|path| self.described.contains(&path)) {
            return;
        }
        // What is too much is told in the end; the rest need not be read for it.
        if self.bytes > MAX_FOLDER_BYTES || self.packages.len() > MAX_PACKAGES {
            return;
        }
        match open(path) {
            Ok(package) => {
                let file = package.file.as_ref().map(Path::new);
                self.described.extend(file.and_then(|file| file.canonicalize().ok()));
                self.bytes += package.content.as_ref().map_or(0, |it| it.bytes().len() as u64);
                self.packages.insert(path.to_owned(), package);
            }
            Err(wrong) => {
                // The file of a wrong description is not wrong too.
                let named = is_yaml(path).then(|| shelf::read(path).ok()).flatten();
                let named = named.and_then(|source| file_of(&source)?.canonicalize().ok());
                self.described.extend(named);
                for wrong in wrong {
                    self.complaints.push(wrong);
                }
            }
        }
    }

    fn finish(mut self, folder: &Path) -> Result<Vec<Package>, Vec<Diagnostic>> {
        let folder = shown(folder);
        if self.bytes > MAX_FOLDER_BYTES || self.packages.len() > MAX_PACKAGES {
            let limit = MAX_FOLDER_BYTES >> 20;
            let message = format!(
                "the packages in `{folder}` are too many: {MAX_PACKAGES} and {limit} MiB are the \
                 most"
            );
            return Err(vec![Diagnostic::new(message).help("test them in several runs")]);
        }
        self.refuse_twice();
        if self.packages.is_empty() && self.complaints.is_empty() {
            let message = format!("there is no package in the folder `{folder}`");
            return Err(vec![Diagnostic::new(message).help(
                "a package is a description (.yaml), a firmware file (.ua, .dwl) or a file of \
                 `fotarig package make`; folders in it are not looked into",
            )]);
        }
        if self.complaints.is_empty() {
            Ok(self.packages.into_values().collect())
        } else {
            Err(self.complaints.into_sorted())
        }
    }

    /// Each package once, and each with a name of its own: it stands in the ids of tests.
    fn refuse_twice(&mut self) {
        let (mut facts, mut names) = (BTreeMap::new(), BTreeMap::new());
        for (path, package) in &self.packages {
            let Package { name, from, to, kind, .. } = package;
            let kind = kind.word();
            let mut complain = |other: &Path, what: &str, remedy: &str| {
                let message = format!("`{}` and `{}` are {what}", shown(other), shown(path));
                self.complaints.push(Diagnostic::new(message).help(remedy));
            };
            if let Some(other) = facts.insert((kind, from, to), path) {
                let what = format!("both a {kind} package from {from} to {to}");
                complain(other, &what, "remove one of them");
            } else if let Some(other) = names.insert(name, path) {
                complain(other, &format!("both called `{name}`"), "give each its own `name`");
            }
        }
    }
}
