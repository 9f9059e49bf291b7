//! The files of this project, as text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::blank::blank;

/// Where Rust is written by us.
const RUST_FOLDERS: [&str; 3] = ["src", "tests", "benches"];

/// A file with its path from the root of the project, with forward slashes.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) text: String,
    /// For Rust: the same lines and columns, with comments and contents of literals blanked.
    pub(crate) code: String,
}

impl Page {
    pub(crate) fn new(path: &str, text: &str) -> Page {
        let code = if is_named(Path::new(path), "rs") { blank(text) } else { String::new() };
        Page { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// The top-level module of `src` that the file belongs to: `at` for `src/at/line.rs`.
    pub(crate) fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let first = inside.split('/').next().unwrap_or(inside);
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }
}

/// Reads one file of the project.
pub(crate) fn read(path: &str) -> Page {
    let text = fs::read_to_string(root().join(path));
    let text = text.unwrap_or_else(|error| panic!("{path} cannot be read: {error}"));
    Page::new(path, &text.replace("\r\n", "\n"))
}

/// Every Rust file, by path.
pub(crate) fn rust_files() -> Vec<Page> {
    let mut files: Vec<Page> = RUST_FOLDERS.iter().flat_map(|folder| texts(folder, "rs")).collect();
    files.push(read("build.rs"));
    files
}

/// Every file below a folder with this ending, by path.
pub(crate) fn texts(folder: &str, ending: &str) -> Vec<Page> {
    let mut paths = Vec::new();
    collect(&root().join(folder), &mut paths);
    paths.retain(|path| is_named(path, ending));
    paths.sort();
    paths.iter().map(|path| read(&from_root(path))).collect()
}

/// Top-level modules that are there, as files or as folders.
pub(crate) fn top_modules() -> BTreeSet<String> {
    let files = texts("src", "rs");
    let modules = files.iter().filter_map(Page::module).filter(|module| *module != "lib");
    modules.map(str::to_owned).collect()
}

/// Whether a path from the root of the project leads to something.
pub(crate) fn exists(path: &str) -> bool {
    root().join(path).exists()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn from_root(path: &Path) -> String {
    let inside = path.strip_prefix(root()).expect("only files of the project are collected");
    inside.to_string_lossy().replace('\\', "/")
}

fn is_named(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|own| own == ending)
}

/// A folder that is not there has no files.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder of the project can be listed").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}
