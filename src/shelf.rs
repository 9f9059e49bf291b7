//! Where files come from: the disk first, then what is compiled into the binary.

use std::collections::{BTreeSet, VecDeque};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use crate::diagnostic::Diagnostic;
use crate::source::{Origin, Source};
use crate::yaml::MAX_FILE_BYTES;

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");
static PACKAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/packages");
static PLUGINS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/plugins");
static RIGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rigs");

/// A folder of this name holds fragments, not scenarios.
const FRAGMENTS: &str = "fragments";
/// Folders inside folders that are searched for scenarios; people do not nest them so.
const MAX_FOLDERS_DEEP: usize = 16;

/// Reads a file of text from the disk, refusing what cannot be one of ours.
pub fn read(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    // One byte more than allowed tells "too large" without reading a huge file.
    text(path, read_bytes(path, MAX_FILE_BYTES + 1)?)
}

/// The first bytes of a file of the disk, at most so many.
pub fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, Diagnostic> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: std::io::Error| unreadable(path, &error.to_string()))
}

/// The text that a file's bytes are, refusing what cannot be one of ours.
pub fn text(path: &Path, bytes: Vec<u8>) -> Result<Arc<Source>, Diagnostic> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let limit = MAX_FILE_BYTES / 1024;
        return Err(unreadable(path, &format!("it is larger than {limit} KiB"))
            .help("a scenario, fragment, module or rig file has some hundred lines"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(shown(path), text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(unreadable(path, &format!("byte {at} is not UTF-8")).help("save the file as UTF-8"))
        }
    }
}

fn unreadable(path: &Path, what: &str) -> Diagnostic {
    Diagnostic::new(format!("cannot read `{}`: {what}", shown(path)))
}

/// A built-in file: `scenarios/connect/open.yaml`, `packages/demo.yaml`.
pub fn built_in(name: &str) -> Option<Arc<Source>> {
    let (folder, rest) = name.split_once('/')?;
    let folder = match folder {
        "scenarios" => &SCENARIOS,
        "packages" => &PACKAGES,
        "plugins" => &PLUGINS,
        "rigs" => &RIGS,
        _ => return None,
    };
    let text = folder.get_file(rest)?.contents_utf8()?;
    Some(Source::built_in(name, text))
}

/// All files of a built-in folder, `plugins/relay`, each by its path within it.
pub fn built_in_folder(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let inner = name.strip_prefix("plugins/").and_then(|name| PLUGINS.get_dir(name));
    let mut folders: Vec<&Dir<'_>> = inner.into_iter().collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        let root = inner.expect("there is a folder").path();
        found.extend(folder.files().filter_map(|file| {
            Some((file.path().strip_prefix(root).ok()?.to_owned(), file.contents().to_vec()))
        }));
    }
    found
}

/// The names of the folders in `plugins/` that are built in.
pub fn built_in_plugins() -> Vec<String> {
    let folders = PLUGINS.dirs().filter_map(|folder| folder.path().file_name()?.to_str());
    let mut names: Vec<String> = folders.map(str::to_owned).collect();
    names.sort();
    names
}

/// All built-in scenarios, by name.
pub fn built_in_scenarios() -> Vec<Arc<Source>> {
    fn collect(folder: &Dir<'_>, found: &mut Vec<Arc<Source>>) {
        for file in folder.files() {
            let name = format!("scenarios/{}", shown(file.path()));
            found.extend(is_yaml(file.path()).then(|| built_in(&name)).flatten());
        }
        for inner in folder.dirs().filter(|inner| !inner.path().ends_with(FRAGMENTS)) {
            collect(inner, found);
        }
    }
    let mut found = Vec::new();
    collect(&SCENARIOS, &mut found);
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The scenario files in a folder of the disk, by name; a folder of fragments is left out. Each
/// folder is walked once, however many links lead to it, by its own name rather than by a link's.
pub fn scenarios_in(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let collect = || {
        let mut found = Vec::new();
        let mut walked = BTreeSet::new();
        let (mut folders, mut links) = (VecDeque::from([(folder.to_owned(), 0)]), VecDeque::new());
        while let Some((folder, deep)) = folders.pop_front().or_else(|| links.pop_front()) {
            if !walked.insert(folder.canonicalize()?) {
                continue;
            }
            let mut paths: Vec<PathBuf> = Vec::new();
            for entry in std::fs::read_dir(&folder)? {
                paths.push(entry?.path());
            }
            paths.sort();
            for path in paths {
                if path.is_dir() {
                    let waiting = if path.is_symlink() { &mut links } else { &mut folders };
                    if !path.ends_with(FRAGMENTS) && deep < MAX_FOLDERS_DEEP {
                        waiting.push_back((path, deep + 1));
                    }
                } else if is_yaml(&path) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    };
    collect().map_err(|error: std::io::Error| {
        Diagnostic::new(format!("cannot read the folder `{}`: {error}", shown(folder)))
    })
}

/// Finds what a file refers to: beside it, then in each folder above it; a file of the disk may
/// also refer to a built-in one. The names that were tried are the error.
pub fn beside(from: &Source, wanted: &str) -> Result<Result<Arc<Source>, Diagnostic>, Vec<String>> {
    let mut tried = Vec::new();
    for folder in Path::new(&from.name).ancestors().skip(1) {
        let path = folder.join(wanted);
        let name = shown(&path);
        match from.origin {
            Origin::Disk if path.is_file() => return Ok(read(&path)),
            Origin::BuiltIn => {
                if let Some(source) = built_in(&name) {
                    return Ok(Ok(source));
                }
            }
            Origin::Disk => {}
        }
        tried.push(name);
    }
    match built_in(&format!("scenarios/{wanted}")) {
        Some(source) => Ok(Ok(source)),
        None => Err(tried),
    }
}

/// A path as people write it, with forward slashes on every system.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace('\\', "/") }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}
