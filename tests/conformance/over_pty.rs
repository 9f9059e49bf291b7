//! The bench of the real binary: `fotarig simulate` on a PTY, faster than real time.
//!
//! Order and lines are as exact as in process. Times are not, since the machine has other things
//! to do: a window is wider by what scheduling may cost. What takes long is skipped by the control
//! socket, so an entry about 90 days takes a moment.

use std::io::{BufRead, BufReader, Write};
use std::num::NonZeroU32;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fotarig::fault::Broken;
use fotarig::moment::Moment;
use fotarig::package::Package;
use fotarig::rig::{Flow, LinePolicy, SerialSettings};
use fotarig::sim::Dtr;
use fotarig::world::real::{Clock, Real};
use fotarig::world::{Interrupts, Wake, World};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::given::Given;
use crate::package_file::PackageFile;
use crate::play::{self, Bench};
use crate::step::{Call, Skip, Window};
use crate::table::Case;

/// Times faster than real time: a host that answers within some milliseconds is still in time.
const SPEED: u32 = 50;
/// What scheduling may cost, in seconds of the module: 0.3 s on the machine.
const SCHEDULING_S: f64 = 0.3 * SPEED as f64;
/// A longer wait is skipped, up to so much before its end.
const NEAR: Duration = Duration::from_secs(20);
/// Nothing without a written time takes longer, but for what is skipped.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

/// Whether the binary has a control socket; without one, what needs it is left out.
pub(crate) fn has_control() -> bool {
    let help = Command::new(env!("CARGO_BIN_EXE_fotarig")).args(["simulate", "--help"]).output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--control"))
}

/// Plays a case, and once more when it fails: a machine that is busy for a moment delays the host
/// beyond what an entry allows, and a module that is wrong is so twice.
pub(crate) fn passes(case: &Case) -> Result<(), String> {
    let given = Given::new(&case.givens)?;
    let attempt = || play::play(case, &given, &mut OverPty::start(&given)?);
    attempt().or_else(|_| attempt())
}

struct OverPty {
    real: Real,
    /// How much of the module's time was skipped.
    skipped: Duration,
    control: BufReader<UnixStream>,
    service: Child,
    /// Where the service runs.
    folder: TempDir,
    package: Package,
}

impl Drop for OverPty {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}

impl OverPty {
    fn start(given: &Given) -> Result<OverPty, String> {
        let package = given.package()?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("rig.yaml"), &given.rig).map_err(|error| error.to_string())?;
        std::fs::write(path("package.yaml"), &given.package).map_err(|error| error.to_string())?;
        let mut service = Command::new(env!("CARGO_BIN_EXE_fotarig"))
            .current_dir(folder.path())
            .args(["simulate", "--pty", "port", "--control", "control", "--rig", "rig.yaml"])
            .args(["--package", "package.yaml", "--speed", &SPEED.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut ready = String::new();
        let stdout = service.stdout.take().expect("it is piped");
        let said = BufReader::new(stdout).read_line(&mut ready);
        if said.is_err() || ready.is_empty() {
            return Err("the binary does not serve this module".to_owned());
        }
        let real = open(&path("port")).map_err(|broken| format!("{broken:?}"))?;
        let control = UnixStream::connect(path("control")).map_err(|error| error.to_string())?;
        let control = BufReader::new(control);
        Ok(OverPty { real, skipped: Duration::ZERO, control, service, folder, package })
    }

    /// One request of the control socket with its answer.
    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let mut line = String::new();
        writeln!(self.control.get_mut(), "{request}").map_err(|error| error.to_string())?;
        self.control.read_line(&mut line).map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer.get("result").cloned().unwrap_or(Value::Null)),
        }
    }
}

fn open(path: &Path) -> Result<Real, Broken> {
    let speed = NonZeroU32::new(SPEED).expect("it is not zero");
    let settings = SerialSettings {
        path: path.display().to_string(),
        baud: 115_200,
        flow: Flow::None,
        dtr: LinePolicy::On,
        rts: LinePolicy::On,
        speed,
    };
    Real::open(&settings, Clock::start().at_speed(speed), Interrupts::default())
}

impl Bench for OverPty {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.real.write(bytes).map(drop).map_err(|broken| format!("{broken:?}"))
    }

    fn listen(&mut self, end: Duration) -> Result<Vec<u8>, String> {
        let until = Moment::START + end.saturating_sub(self.skipped);
        match self.real.wait(until) {
            Ok(Wake::Bytes { bytes, .. }) => Ok(bytes),
            Ok(Wake::Deadline | Wake::Interrupted) => Ok(Vec::new()),
            Err(broken) => Err(format!("{broken:?}")),
        }
    }

    fn now(&self) -> Duration {
        self.real.now().since(Moment::START) + self.skipped
    }

    fn skip_towards(&mut self, moment: Duration) -> Result<(), String> {
        let far = moment.saturating_sub(self.now()).saturating_sub(NEAR);
        if far.is_zero() {
            return Ok(());
        }
        let time = format!("{}ms", far.as_millis());
        let request = json!({"role": "clock", "method": "skip", "params": {"time": time}});
        self.ask(&request)?;
        self.skipped += far;
        Ok(())
    }

    fn call(&mut self, call: &Call) -> Result<Value, String> {
        if let Some(name) = call.params.get("file").and_then(Value::as_str) {
            let bytes = PackageFile::named(name)?.bytes(&self.package)?;
            let path = self.folder.path().join(name);
            std::fs::write(path, bytes).map_err(|error| error.to_string())?;
        }
        let request = json!({"role": call.role, "method": call.method, "params": call.sent()});
        self.ask(&request)
    }

    fn firmware(&mut self) -> Result<String, String> {
        let state = self.ask(&json!({"role": "module", "method": "state"}))?;
        Ok(state["firmware"].as_str().unwrap_or_default().to_owned())
    }

    fn set_dtr(&mut self, _dtr: Dtr) -> Result<(), String> {
        Err("a PTY has no DTR".to_owned())
    }

    fn measurable(&self, window: Window) -> Window {
        let earliest = (window.earliest - SCHEDULING_S).max(0.0);
        Window { earliest, latest: window.latest + SCHEDULING_S }
    }

    fn crossing(&self) -> Skip {
        Skip::Progress
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}
