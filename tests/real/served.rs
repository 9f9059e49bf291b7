//! A served module, and runs on it: of the real binary, or of this process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// How many times faster than real time the module and the scenarios go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A machine that is busy for a tenth of a second then seems busy for 2.5 s, which every
    /// scenario can bear.
    Usual,
    /// Bears a fifth of a second, on a machine that was too busy before.
    Slow,
}

impl Pace {
    fn speed(self) -> u32 {
        match self {
            Pace::Usual => 25,
            Pace::Slow => 12,
        }
    }
}

/// Whose the served port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    /// An adapter's: it stays when the module goes.
    Uart,
    /// The module's own.
    Usb,
}

/// What a rig offers beside its port.
pub(crate) type Roles = &'static [&'static str];

/// All roles of the virtual module.
pub(crate) const ALL_ROLES: Roles = &["power", "network", "cloud", "module"];

/// What a well-equipped bench has: what a real module is like cannot be wished.
pub(crate) const BENCH_ROLES: Roles = &["power", "network", "cloud"];

const FOTARIG: &str = env!("CARGO_BIN_EXE_fotarig");

/// `fotarig simulate` in a folder of its own, until it is dropped.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    simulate: Child,
}

impl Served {
    /// A module fresh from the factory, for which a package waits.
    pub(crate) fn start() -> Served {
        Served::fresh(Pace::Usual)
    }

    /// The same, at some speed.
    pub(crate) fn fresh(pace: Pace) -> Served {
        Served::start_with("{}", None, pace, Port::Uart)
    }

    /// The same, with a port that is the module's own: it vanishes and returns with it.
    pub(crate) fn at_usb(pace: Pace) -> Served {
        Served::start_with("{}", None, pace, Port::Usb)
    }

    /// A module as it lies on a desk: it has an APN, and nothing waits for it. It knows a package
    /// by its file.
    pub(crate) fn in_use(package: &Path, pace: Pace) -> Served {
        let module = "{ apn: internet, offer: nothing }";
        Served::start_with(module, Some(package), pace, Port::Uart)
    }

    fn start_with(module: &str, package: Option<&Path>, pace: Pace, at: Port) -> Served {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let module = format!("name: served\nport: {{ virtual: {module} }}\n");
        fs::write(folder.path().join("module.yaml"), module).expect("a rig file");
        let port = folder.path().join("port");
        let (speed, path) = (pace.speed(), port.display());
        let rig = format!("name: desk\nport: {{ serial: '{path}', speed: {speed} }}\n");
        fs::write(folder.path().join("rig.yaml"), rig).expect("a rig file");
        let mut simulate = Command::new(FOTARIG);
        simulate.args(["simulate", "--speed", &speed.to_string(), "--pty"]).arg(&port);
        simulate.arg("--control").arg(folder.path().join("control"));
        simulate.arg("--rig").arg(folder.path().join("module.yaml"));
        if at == Port::Usb {
            simulate.arg("--usb");
        }
        if let Some(package) = package {
            simulate.arg("--package").arg(package);
        }
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

    /// A port that vanishes is given up sooner than a person would.
    pub(crate) fn expect_return_within(&self, length: &str) {
        let path = self.folder.path().join("rig.yaml");
        let rig = fs::read_to_string(&path).expect("our own rig file");
        let rig = rig.replace(" }", &format!(", returns_within: {length} }}"));
        fs::write(path, rig).expect("a rig file");
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

    /// Gives the rig file these roles, filled by the plugin that drives a served module.
    pub(crate) fn equip(&self, roles: Roles) {
        let rig = self.folder.path().join("rig.yaml");
        let port = fs::read_to_string(&rig).expect("our own rig file");
        let filled = |role: &&str| format!("  {role}: {{ plugin: virtual }}\n");
        let filled: String = roles.iter().map(filled).collect();
        // One process for all: they join the one that has settings.
        let with = format!("plugin: virtual, with: {{ control: '{}' }}", self.control().display());
        let filled = filled.replacen("plugin: virtual", &with, 1);
        fs::write(rig, format!("{port}roles:\n{filled}")).expect("our own rig file");
    }

    /// Where the module's surroundings are driven.
    pub(crate) fn control(&self) -> PathBuf {
        self.folder.path().join("control")
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

    /// The same, and its link goes: the system gives the name behind it to somebody else.
    pub(crate) fn unplug(&mut self) {
        self.kill();
        fs::remove_file(self.folder.path().join("port")).expect("our own link");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.simulate.kill();
        let _ = self.simulate.wait();
    }
}

/// The demo package as a file, in a folder that lives as long as it is needed: a module that cannot
/// be wished for takes no package that is only described.
pub(crate) fn package_file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("demo.ua");
    let mut make = Command::new(FOTARIG);
    make.args(["package", "make", "--kind", "delta", "--size", "1464", "--name", "demo"]);
    make.args(["--from", "BHL7800.1.6.3.0.20180803", "--to", "THL7800.1.6.3.0.99.20180803"]);
    let made = make.arg("--output").arg(&path).output().expect("our own program can be started");
    assert!(made.status.success(), "{}", told(&made));
    (folder, path)
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
