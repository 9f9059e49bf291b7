//! Finds a plugin's folder: here, beside the rig file, or in this program itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::plugin::MANIFEST;
use crate::shelf;
use crate::source::{Origin, Source};

/// Where plugins are, in the folder where fotarig was started and in that of a rig file.
pub const PLUGINS: &str = "plugins";
/// What plugins in Python share; it is in the folder above theirs.
pub const PYTHON_MODULE: &str = "fotarig_plugin.py";

/// A plugin's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    Disk(PathBuf),
    /// Compiled in, under this name.
    BuiltIn(String),
}

/// A folder with the text of its manifest.
pub struct Found {
    pub folder: Folder,
    pub manifest: Arc<Source>,
}

/// The folder of a plugin, or the places where it is not.
pub fn find(name: &str, rig: &Source) -> Result<Result<Found, Diagnostic>, Vec<String>> {
    let beside = match rig.origin {
        Origin::Disk => Path::new(&rig.name).parent(),
        Origin::BuiltIn => None,
    };
    let mut tried = Vec::new();
    for above in [Some(Path::new("")), beside].into_iter().flatten() {
        let folder = above.join(PLUGINS).join(name);
        let manifest = folder.join(MANIFEST);
        if manifest.is_file() {
            let found = shelf::read(&manifest);
            return Ok(found.map(|manifest| Found { folder: Folder::Disk(folder), manifest }));
        }
        let manifest = shelf::shown(&manifest);
        if !tried.contains(&manifest) {
            tried.push(manifest);
        }
    }
    match built_in(name) {
        Some(found) => Ok(Ok(found)),
        None => Err(tried),
    }
}

/// A plugin of this program itself.
pub fn built_in(name: &str) -> Option<Found> {
    let manifest = shelf::built_in(&format!("{PLUGINS}/{name}/{MANIFEST}"))?;
    Some(Found { folder: Folder::BuiltIn(name.to_owned()), manifest })
}

/// The names of the plugins in a folder of the disk.
pub fn names_in(above: &Path) -> Vec<String> {
    let entries = fs::read_dir(above.join(PLUGINS)).into_iter().flatten().flatten();
    let with_manifest = entries.filter(|entry| entry.path().join(MANIFEST).is_file());
    let mut names: Vec<String> =
        with_manifest.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

impl Folder {
    /// A folder of the disk from which the plugin can be started; a built-in one is written into
    /// a temporary folder of this run.
    pub(crate) fn on_disk(&self, temporary: &Path) -> io::Result<PathBuf> {
        match self {
            Folder::Disk(path) => path.canonicalize(),
            Folder::BuiltIn(name) => {
                let mut files = shelf::built_in_folder(&format!("{PLUGINS}/{name}"));
                let module = shelf::built_in(&format!("{PLUGINS}/{PYTHON_MODULE}"));
                let module =
                    module.map(|it| (PathBuf::from(PYTHON_MODULE), it.text.clone().into()));
                for (path, _) in &mut files {
                    *path = Path::new(name).join(&*path);
                }
                for (path, bytes) in files.into_iter().chain(module) {
                    let path = temporary.join(path);
                    fs::create_dir_all(path.parent().unwrap_or(temporary))?;
                    fs::write(path, bytes)?;
                }
                Ok(temporary.join(name))
            }
        }
    }
}
