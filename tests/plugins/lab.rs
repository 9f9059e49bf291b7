//! A folder with a rig on a PTY at which nobody answers, and with a plugin in `sh`.

use std::fs;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::io::FdFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;

/// No run here takes longer, whatever its plugin does: most take a second.
const MAX_RUN: Duration = Duration::from_secs(60);
/// How often a run is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// What each plugin here begins with.
const PROLOGUE: &str = r#"#!/bin/sh
say() { printf '%s\n' "$1"; }
answer() { say '{"jsonrpc":"2.0","id":'"$1"',"result":'"$2"'}'; }
describe() { answer 1 '{"protocol":1,"methods":["switch.off","switch.on"]}'; }
"#;

/// A plugin that fills the role `switch`; the fields of its manifest beside those that all have.
pub(crate) const MANIFEST: &str = "\
name: rogue
fills: { switch: { off: {}, on: {} } }
run: [sh, rogue.sh]
start_within: 1s
answer_within: 1s
finish_within: 1s
";

/// The scenario whose first step calls the plugin, and whose teardown does so again.
pub(crate) const OFF_AND_ON: &str = "\
name: off and on
steps:
  - call: switch.off
teardown:
  - call: switch.on
";

pub(crate) struct Lab {
    pub(crate) folder: TempDir,
    /// Keeps the PTY.
    _master: OwnedFd,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// What it said on both streams.
    pub(crate) text: String,
    /// The most memory that it had, in KiB; 0 where the system does not say.
    pub(crate) memory_kib: u64,
    pub(crate) took: Duration,
}

impl Lab {
    /// A plugin with this manifest and this program behind the prologue.
    pub(crate) fn new(manifest: &str, program: &str) -> Lab {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
        // Our own programs must not get it from us.
        rustix::io::fcntl_setfd(&master, FdFlags::CLOEXEC).expect("a PTY");
        grantpt(&master).expect("a PTY");
        unlockpt(&master).expect("a PTY");
        let port = ptsname(&master, Vec::new()).expect("the PTY has a name");
        let port = port.to_str().expect("ASCII").to_owned();
        let lab = Lab { folder, _master: master };
        lab.write("plugins/rogue/plugin.yaml", manifest);
        lab.write("plugins/rogue/rogue.sh", &format!("{PROLOGUE}{program}"));
        lab.write("scenario.yaml", OFF_AND_ON);
        let rig = format!("name: desk\nport: {{ serial: {port} }}\n");
        lab.write("rig.yaml", &format!("{rig}roles: {{ switch: {{ plugin: rogue }} }}\n"));
        lab
    }

    /// The same with settings in the rig file.
    pub(crate) fn with(self, settings: &str) -> Lab {
        let rig = self.read("rig.yaml");
        let rig = rig.replace("plugin: rogue", &format!("plugin: rogue, with: {settings}"));
        self.write("rig.yaml", &rig);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A file of this folder; empty when it is not there.
    pub(crate) fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.path(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fotarig"));
        command.current_dir(&self.folder).env("NO_COLOR", "1").args(arguments);
        command
    }

    /// Runs the scenario on the rig.
    pub(crate) fn run(&self) -> Ended {
        end(self.command(&["run", "scenario.yaml", "--rig", "rig.yaml"]))
    }
}

/// Runs a command to its end, which must come.
pub(crate) fn end(mut command: Command) -> Ended {
    let output = tempfile::NamedTempFile::new().expect("a temporary file");
    let (out, err) = (output.reopen().expect("a file"), output.as_file().try_clone());
    command.stdin(Stdio::null()).stdout(out).stderr(err.expect("a file"));
    let mut child = command.spawn().expect("our own program can be started");
    let (code, memory_kib, took) = follow(&mut child);
    let mut text = String::new();
    let read = output.reopen().expect("a file").read_to_string(&mut text);
    read.expect("text in UTF-8");
    Ended { code, text, memory_kib, took }
}

#[expect(clippy::disallowed_methods, reason = "waits for another process, and times it")]
fn follow(child: &mut Child) -> (Option<i32>, u64, Duration) {
    let began = std::time::Instant::now();
    let mut most = 0;
    loop {
        most = memory_kib(child.id()).max(most);
        if let Some(status) = child.try_wait().expect("our own child") {
            return (status.code(), most, began.elapsed());
        }
        if began.elapsed() > MAX_RUN {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the run does not end");
        }
        std::thread::sleep(LOOK);
    }
}

/// The most memory that a process has had so far, as Linux tells it.
fn memory_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Whether a process with this number still runs.
pub(crate) fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    !state.is_empty() && !state.starts_with('Z')
}

/// Each file below a folder, with what is in it.
pub(crate) fn all_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else {
            found.push((path.clone(), fs::read(path).unwrap_or_default()));
        }
    }
    found
}
