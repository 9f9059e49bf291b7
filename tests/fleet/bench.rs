//! A folder with rig files and scenarios, and served modules behind some of the rigs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::fotarig;

/// Looks of [`Bench::until`], a hundredth of a second apart.
const LOOKS: usize = 6_000;

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    served: Vec<Option<Child>>,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench { folder: tempfile::tempdir().expect("a temporary folder"), served: Vec::new() }
    }

    /// One with so many virtual rigs, `rigs/desk-0.yaml` and so on, each with these further lines.
    pub(crate) fn with_virtual(rigs: usize, more: &str) -> Bench {
        let bench = Bench::new();
        for rig in 0..rigs {
            let text = format!("name: desk-{rig}\nport: {{ virtual: {{}} }}\n{more}\n");
            bench.write(&format!("rigs/desk-{rig}.yaml"), &text);
        }
        bench
    }

    /// One with so many rigs at PTYs, each with a module of its own at its other end.
    pub(crate) fn with_served(rigs: usize) -> Bench {
        let mut bench = Bench::new();
        for rig in 0..rigs {
            let port = bench.path(&format!("port-{rig}"));
            let mut simulate = Command::new(env!("CARGO_BIN_EXE_fotarig"));
            simulate.args(["simulate", "--speed", "25", "--pty"]).arg(&port);
            let mut child = simulate.stdout(Stdio::piped()).spawn().expect("our own program");
            let mut ready = String::new();
            let out = child.stdout.take().expect("a pipe was asked for");
            BufReader::new(out).read_line(&mut ready).expect("a line that says it is ready");
            bench.served.push(Some(child));
            let port = port.display();
            let settings = format!("serial: '{port}', speed: 25, returns_within: 1s");
            let text = format!("name: desk-{rig}\nport: {{ {settings} }}\n");
            bench.write(&format!("rigs/desk-{rig}.yaml"), &text);
        }
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The binary in this folder, ready for its arguments; its locks are its own.
    pub(crate) fn fotarig(&self, arguments: &str) -> Command {
        let mut command = fotarig(self.folder.path());
        command.env("FOTARIG_LOCKS", self.path("locks")).args(arguments.split_whitespace());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.fotarig(arguments).output().expect("our own program can be started")
    }

    /// The entries of the last journal; without its end when the run still goes on.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("reports/latest/journal.jsonl"));
        let text = text.unwrap_or_default();
        text.lines().skip(1).filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    pub(crate) fn junit(&self) -> String {
        fs::read_to_string(self.path("reports/latest/junit.xml")).expect("the run has its report")
    }

    /// The tests that were begun: rig, id and attempt.
    pub(crate) fn begun(&self) -> Vec<(String, String, u64)> {
        let begun = |entry: &Value| {
            let at = entry["is"].get("test_started")?;
            let text = |key: &str| at[key].as_str().unwrap_or_default().to_owned();
            Some((text("rig"), text("id"), at["attempt"].as_u64().unwrap_or(1)))
        };
        self.journal().iter().filter_map(begun).collect()
    }

    /// Waits until something holds of the journal, but not for ever.
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&[Value]) -> bool) {
        for _ in 0..LOOKS {
            if holds(&self.journal()) {
                return;
            }
            pause();
        }
        panic!("in vain: {what}");
    }

    /// Pulls the cable of a rig.
    pub(crate) fn kill(&mut self, rig: usize) {
        let mut child = self.served[rig].take().expect("it was not killed before");
        child.kill().expect("it still runs");
        child.wait().expect("it has ended");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for child in self.served.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How many entries of a rig have this event.
pub(crate) fn count(journal: &[Value], rig: &str, event: &str) -> usize {
    let is = |entry: &Value| entry["is"] == event || entry["is"].get(event).is_some();
    let fits = |entry: &&Value| entry["on"] == rig && is(entry);
    journal.iter().filter(fits).count()
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
pub(crate) fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(10));
}
