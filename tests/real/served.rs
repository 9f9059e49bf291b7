//! A served module and runs of the real binary on it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use libtest_mimic::Failed;
use tempfile::TempDir;

/// How many times faster than real time the module and the scenarios go. A machine that is busy
/// for a tenth of a second then seems busy for 2.5 s, which every scenario can bear.
const SPEED: u32 = 25;

const FOTARIG: &str = env!("CARGO_BIN_EXE_fotarig");

/// `fotarig simulate` in a folder of its own, until it is dropped.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    simulate: Child,
}

impl Served {
    pub(crate) fn start() -> Served {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = folder.path().join("port");
        let rig = format!("name: desk\nport: {{ serial: '{}', speed: {SPEED} }}\n", port.display());
        fs::write(folder.path().join("rig.yaml"), rig).expect("a rig file");
        let mut simulate = Command::new(FOTARIG);
        simulate.args(["simulate", "--speed", &SPEED.to_string(), "--pty"]).arg(&port);
        let mut simulate =
            simulate.stdout(Stdio::piped()).spawn().expect("our own program can be started");
        let mut ready = String::new();
        let out = simulate.stdout.take().expect("a pipe was asked for");
        BufReader::new(out).read_line(&mut ready).expect("a line that says it is ready");
        assert!(ready.contains("is on"), "simulate said {ready:?}");
        Served { folder, simulate }
    }

    /// Another service, not yet started.
    pub(crate) fn simulate(&self, path: &Path) -> Command {
        let mut simulate = Command::new(FOTARIG);
        simulate.arg("simulate").arg("--pty").arg(path).current_dir(&self.folder);
        simulate.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        simulate
    }

    /// A run on this module, not yet started.
    pub(crate) fn run(&self, scenario: &Path) -> Command {
        self.run_into(scenario, "reports")
    }

    /// The same, with its reports in another folder.
    pub(crate) fn run_into(&self, scenario: &Path, reports: &str) -> Command {
        let mut run = Command::new(FOTARIG);
        run.arg("run").arg(scenario);
        run.arg("--rig").arg(self.folder.path().join("rig.yaml"));
        run.arg("--reports").arg(self.folder.path().join(reports));
        run.env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        run
    }

    /// Writes a scenario into the folder.
    pub(crate) fn scenario(&self, text: &str) -> PathBuf {
        let path = self.folder.path().join("scenario.yaml");
        fs::write(&path, text).expect("a scenario file");
        path
    }

    pub(crate) fn journal(&self) -> String {
        let path = self.folder.path().join("reports/journal.jsonl");
        fs::read_to_string(path).expect("the run has written its journal")
    }

    /// Pulls the cable: the module is gone from one moment to the next.
    pub(crate) fn kill(&mut self) {
        self.simulate.kill().expect("it still runs");
        self.simulate.wait().expect("it has ended");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.simulate.kill();
        let _ = self.simulate.wait();
    }
}

/// Runs one shipped scenario, by the id of its test, on a module of its own.
pub(crate) fn passes(id: &str) -> Result<(), Failed> {
    let served = Served::start();
    let scenario = id.split('[').next().unwrap_or(id);
    let mut run = served.run(Path::new(scenario));
    let output = run.args(["--filter", id]).output().expect("our own program can be started");
    if output.status.success() { Ok(()) } else { Err(told(&output).into()) }
}

/// What a run has said.
pub(crate) fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// Waits until something holds, but not for ever: a test that hangs tells nothing.
pub(crate) fn patiently(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..LOOKS {
        if holds() {
            return;
        }
        pause();
    }
    panic!("in vain: {what}");
}

/// Looks of [`patiently`], a hundredth of a second apart.
const LOOKS: usize = 6_000;

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(10));
}
