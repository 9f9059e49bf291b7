//! A folder with small scenarios whose results a test decides.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::program::{fotarig, seen};

/// A folder in which our program is run.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    /// With the scenarios `one` and `two`, both of which pass.
    pub(crate) fn new() -> Bench {
        let bench = Bench { folder: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir(bench.path("s")).expect("a folder");
        bench.passes("one");
        bench.passes("two");
        bench
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("a file");
    }

    /// From now on this scenario passes.
    pub(crate) fn passes(&self, name: &str) {
        self.write(&format!("s/{name}.yaml"), "name: it\nsteps:\n  - send: AT\n");
    }

    /// From now on it fails.
    pub(crate) fn fails(&self, name: &str) {
        let text = "name: it\nsteps:\n  - { send: AT+CGMR, expect: '^no$', within: 1s }\n";
        self.write(&format!("s/{name}.yaml"), text);
    }

    /// From now on it measures this many seconds.
    pub(crate) fn measures(&self, name: &str, seconds: f64) {
        let script = format!("measure(\"figure\", {seconds:?}, \"s\")");
        let text = format!("name: it\nsteps:\n  - script: '{script}'\n");
        self.write(&format!("s/{name}.yaml"), text);
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        fotarig(self.folder()).args(words).output().expect("our own program can be started")
    }

    /// What a command says; it must succeed.
    pub(crate) fn says(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", seen(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The runs of a history, as `fotarig history` lists them.
    pub(crate) fn lists(&self, history: &str) -> Vec<String> {
        let text = self.says(&["history", "--history", history, "list", "-n", "1000"]);
        text.lines().map(str::to_owned).collect()
    }
}
