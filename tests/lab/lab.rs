//! A whole lab on loopback: coordinator, exporter with `ser2net`, pdudaemon, and a module in it.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::served::patiently;

/// How many times faster than real time the module and the scenarios go.
const SPEED: &str = "25";

/// What pdudaemon runs to switch: a request to the module's supply.
const SWITCH: &str = r#"
import json, socket, sys
control = socket.socket(socket.AF_UNIX)
control.connect(sys.argv[1])
control.sendall(json.dumps({"role": "power", "method": sys.argv[2]}).encode() + b"\n")
print(control.makefile().readline())
"#;

/// Ended when the test is over, whichever way.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One place `desk` with a serial port and a switched supply, until it is dropped.
pub(crate) struct Lab {
    pub(crate) folder: TempDir,
    pub(crate) coordinator: String,
    /// In the order in which they are ended: an exporter ends its `ser2net` while it has a
    /// coordinator, and is asked to.
    exporter: Option<Program>,
    others: Vec<Program>,
}

impl Lab {
    pub(crate) fn start() -> Result<Lab, Failed> {
        // labgrid's exporter takes no serial port outside of /dev.
        let folder = tempfile::Builder::new().prefix("fotarig-lab-").tempdir_in("/dev/shm")?;
        let mut lab =
            Lab { folder, coordinator: String::new(), exporter: None, others: Vec::new() };
        lab.start_module()?;
        lab.start_coordinator()?;
        let pdudaemon = lab.start_pdudaemon()?;
        lab.start_exporter(&pdudaemon)?;
        lab.client("eva", &["-p", "desk", "create"])?;
        lab.client("eva", &["-p", "desk", "add-match", "*/desk/*"])?;
        lab.write_rig()?;
        Ok(lab)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn start_module(&mut self) -> Result<(), Failed> {
        let mut simulate = Command::new(env!("CARGO_BIN_EXE_fotarig"));
        simulate.args(["simulate", "--speed", SPEED, "--pty"]).arg(self.at("module"));
        simulate.arg("--control").arg(self.at("control"));
        self.spawn(simulate, "simulate", " is on ")
    }

    fn start_coordinator(&mut self) -> Result<(), Failed> {
        let mut coordinator = Command::new("labgrid-coordinator");
        coordinator.args(["-l", "127.0.0.1:0"]).env("PYTHONUNBUFFERED", "1");
        self.spawn(coordinator, "coordinator", "listening on ")?;
        let log = fs::read_to_string(self.at("coordinator.log"))?;
        let address = log.split("listening on ").nth(1).and_then(|rest| rest.lines().next());
        address.ok_or(log.clone())?.clone_into(&mut self.coordinator);
        Ok(())
    }

    /// Returns its address. Its driver `localcmdline` runs a command for each switching.
    fn start_pdudaemon(&mut self) -> Result<String, Failed> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        fs::write(self.at("switch.py"), SWITCH)?;
        let switch =
            format!("python3 {} {}", shown(&self.at("switch.py")), shown(&self.at("control")));
        let settings = format!(
            r#"{{
  "daemon": {{ "hostname": "127.0.0.1", "port": {port}, "listener": "http" }},
  "pdus": {{ "bench": {{
    "driver": "localcmdline", "cmd_on": "{switch} on %s", "cmd_off": "{switch} off %s"
  }} }}
}}"#
        );
        fs::write(self.at("pdudaemon.conf"), settings)?;
        let mut pdudaemon = Command::new(PDUDAEMON);
        pdudaemon.arg("--conf").arg(self.at("pdudaemon.conf"));
        pdudaemon.arg("--logfile").arg(self.at("switched.log")).args(["--loglevel", "DEBUG"]);
        // It writes its log file, and says nothing else.
        self.spawn(pdudaemon, "pdudaemon", "")?;
        let log = self.at("switched.log");
        patiently("pdudaemon listens", || {
            fs::read_to_string(&log).is_ok_and(|log| log.contains("Listening on"))
        });
        Ok(format!("127.0.0.1:{port}"))
    }

    fn start_exporter(&mut self, pdudaemon: &str) -> Result<(), Failed> {
        let exported = format!(
            "desk:
  RawSerialPort: {{ port: {}, speed: 115200 }}
  PDUDaemonPort: {{ host: '{pdudaemon}', pdu: bench, index: 1 }}
",
            shown(&self.at("module"))
        );
        fs::write(self.at("exporter.yaml"), exported)?;
        let mut exporter = Command::new("labgrid-exporter");
        exporter.args(["-c", &self.coordinator, "-n", "host-a", "--hostname", "127.0.0.1"]);
        exporter.arg(self.at("exporter.yaml"));
        self.spawn(exporter, "exporter", "connected to coordinator")?;
        self.exporter = self.others.pop();
        Ok(())
    }

    /// Starts a program and waits until its log has these words.
    fn spawn(&mut self, mut program: Command, name: &str, ready: &str) -> Result<(), Failed> {
        let path = self.at(&format!("{name}.log"));
        let log = fs::File::create(&path)?;
        program.current_dir(&self.folder).stdin(Stdio::null());
        program.stdout(log.try_clone()?).stderr(log);
        self.others.push(Program(program.spawn().map_err(|why| format!("{name}: {why}"))?));
        patiently(&format!("{name} says `{ready}`"), || {
            let log = fs::read_to_string(&path).unwrap_or_default();
            log.rsplit_once(ready).is_some_and(|(_, rest)| ready.is_empty() || rest.contains('\n'))
        });
        Ok(())
    }

    fn write_rig(&self) -> Result<(), Failed> {
        let rig = format!(
            "name: desk
port: {{ baud: 115200, dtr: keep, rts: keep, speed: {SPEED} }}
roles:
  lab: {{ plugin: labgrid, with: {{ place: desk, coordinator: '{}' }} }}
  power: {{ plugin: labgrid }}
  cloud: {{ plugin: virtual, with: {{ control: {} }} }}
  network: {{ plugin: virtual }}
  module: {{ plugin: virtual }}
",
            self.coordinator,
            shown(&self.at("control"))
        );
        fs::write(self.at("rig.yaml"), rig)?;
        Ok(())
    }

    /// A run on the place, not yet started.
    pub(crate) fn run(&self, scenario: &str) -> Command {
        let mut run = Command::new(env!("CARGO_BIN_EXE_fotarig"));
        run.args(["run", scenario, "--rig"]).arg(self.at("rig.yaml"));
        run.arg("--reports").arg(self.at("reports"));
        run.env("XDG_STATE_HOME", self.at("state")).env("NO_COLOR", "1");
        run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        run
    }

    pub(crate) fn journal(&self) -> String {
        fs::read_to_string(self.at("reports/journal.jsonl")).unwrap_or_default()
    }

    /// What pdudaemon was asked for, as `off` and `on`, in this order.
    pub(crate) fn switched(&self) -> Vec<String> {
        let log = fs::read_to_string(self.at("switched.log")).unwrap_or_default();
        let asked = log.lines().filter_map(|line| line.split_once("Attempting control: "));
        asked.filter_map(|(_, what)| what.split(' ').next()).map(str::to_owned).collect()
    }

    /// Who has the place, as the coordinator says: `host/user`, or `None`.
    pub(crate) fn holder(&self) -> Result<String, Failed> {
        let shown = self.client("eva", &["-p", "desk", "show"])?;
        let line = shown.lines().find_map(|line| line.trim().strip_prefix("acquired: "));
        Ok(line.ok_or(shown.clone())?.to_owned())
    }

    /// What somebody on another host does with labgrid's own client.
    pub(crate) fn client(&self, user: &str, arguments: &[&str]) -> Result<String, Failed> {
        let mut client = Command::new("labgrid-client");
        client.args(arguments).env("LG_COORDINATOR", &self.coordinator);
        client.env("LG_HOSTNAME", "far").env("LG_USERNAME", user);
        let output = client.stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(said);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("labgrid-client {arguments:?}: {said}{why}").into())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // A `ser2net` lives on when its exporter is killed; a place that is released has none.
        let _ = self.client("eva", &["-p", "desk", "release", "--kick"]);
        self.exporter = None;
    }
}

/// Debian puts it where not every path leads.
pub(crate) const PDUDAEMON: &str = "/usr/sbin/pdudaemon";

/// A path of ours has nothing that would need quoting.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
