//! Packages by the path of their file, for `cloud install` at a served module.

use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::package::{self, Package};
use crate::sim::PackageShelf;

/// Opens what `--package` takes; a relative path starts in the folder of this process.
pub(crate) struct PackageFiles;

impl PackageShelf for PackageFiles {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        package::open(Path::new(name)).map_err(|wrong| sentences(&wrong))
    }
}

fn sentences(wrong: &[Diagnostic]) -> String {
    let sentences: Vec<&str> = wrong.iter().map(|wrong| wrong.message.as_str()).collect();
    sentences.join("; ")
}
