//! The bench of the real binary: `fotarig simulate` on a PTY.
//!
//! Order and lines are as exact as in process. Times are less so: nobody sleeps here for the
//! minutes and days of an update. While nothing comes, the control socket skips time, in strides
//! that grow with the silence, and what is said in a stride is heard at its end.

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

/// As long as this it takes until what was said in a stride is here.
const GLANCE: Duration = Duration::from_millis(1);
/// The first stride into a silence; each further one is twice as long.
const FIRST_STRIDE: Duration = Duration::from_millis(50);
const LAST_STRIDE: Duration = Duration::from_secs(1);
/// A silence of known length is skipped at once up to here: what was said in it has come by its end.
const NEAR: Duration = Duration::from_secs(1);
/// A line is heard late by up to two strides and what scheduling may cost; the line before, from
/// which it is timed, may have been as late.
const LATE_S: f64 = 2.5;
/// Nothing without a written time takes longer.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

/// Whether the binary has a control socket; without one, what needs it is left out.
pub(crate) fn has_control() -> bool {
    let help = Command::new(env!("CARGO_BIN_EXE_fotarig")).args(["simulate", "--help"]).output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--control"))
}

/// Plays a case on a binary of its own.
pub(crate) fn passes(case: &Case) -> Result<(), String> {
    let given = Given::new(&case.givens)?;
    play::play(case, &given, &mut OverPty::start(&given)?)
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
            .args(["--package", "package.yaml"])
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

    fn glance(&mut self) -> Result<Vec<u8>, String> {
        let until = self.real.now() + GLANCE;
        match self.real.wait(until) {
            Ok(Wake::Bytes { bytes, .. }) => Ok(bytes),
            Ok(Wake::Deadline | Wake::Interrupted) => Ok(Vec::new()),
            Err(broken) => Err(format!("{broken:?}")),
        }
    }

    fn skip(&mut self, length: Duration) -> Result<(), String> {
        if length.is_zero() {
            return Ok(());
        }
        // A duration is written in whole milliseconds.
        let length = Duration::from_millis(u64::try_from(length.as_millis()).unwrap_or(u64::MAX));
        let length = length.max(Duration::from_millis(1));
        let time = format!("{}ms", length.as_millis());
        self.ask(&json!({"role": "clock", "method": "skip", "params": {"time": time}}))?;
        self.skipped += length;
        Ok(())
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
    let settings = SerialSettings {
        path: path.display().to_string(),
        baud: 115_200,
        flow: Flow::None,
        dtr: LinePolicy::On,
        rts: LinePolicy::On,
        speed: NonZeroU32::MIN,
    };
    Real::open(&settings, Clock::start(), Interrupts::default())
}

impl Bench for OverPty {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.real.write(bytes).map(drop).map_err(|broken| format!("{broken:?}"))
    }

    fn listen(&mut self, end: Duration) -> Result<Vec<u8>, String> {
        let mut stride = FIRST_STRIDE;
        loop {
            let bytes = self.glance()?;
            let rest = end.saturating_sub(self.now());
            if !bytes.is_empty() || rest.is_zero() {
                return Ok(bytes);
            }
            self.skip(stride.min(rest))?;
            stride = LAST_STRIDE.min(stride * 2);
        }
    }

    fn now(&self) -> Duration {
        self.real.now().since(Moment::START) + self.skipped
    }

    fn skip_towards(&mut self, moment: Duration) -> Result<(), String> {
        self.skip(moment.saturating_sub(self.now()).saturating_sub(NEAR))
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
        let earliest = (window.earliest - LATE_S).max(0.0);
        Window { earliest, latest: window.latest + LATE_S }
    }

    fn crossing(&self) -> Skip {
        Skip::Progress
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}
