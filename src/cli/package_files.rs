//! Packages by the path of their file, for `cloud install` at a served module.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::package::{self, Package, Packages};
use crate::sim::PackageShelf;

/// Those of `--package`, then any file; a relative path starts in the folder of this process.
pub(crate) struct PackageFiles(pub(crate) Arc<Packages>);

impl PackageShelf for PackageFiles {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        match self.0.find(name) {
            Some(package) => Ok(Package::clone(package)),
            None => package::open(Path::new(name)).map_err(|wrong| sentences(&wrong)),
        }
    }
}

fn sentences(wrong: &[Diagnostic]) -> String {
    let sentences: Vec<&str> = wrong.iter().map(|wrong| wrong.message.as_str()).collect();
    sentences.join("; ")
}
