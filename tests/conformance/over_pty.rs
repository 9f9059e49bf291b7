//! The bench of the real binary: `fotarig simulate` on a PTY.
//!
//! Order and lines are as exact as in process. Times are less so: nobody sleeps here for the
//! minutes and days of an update. While nothing comes, the control socket skips time, in strides
//! that grow with the silence, and what is said in a stride is heard at its end.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fotarig::package::Package;
use fotarig::sim::Dtr;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::given::Given;
use crate::package_file::PackageFile;
use crate::play::{self, Bench};
use crate::step::{Call, Skip, Window};
use crate::table::Case;

/// A PTY never holds more.
const PTY_BYTES: usize = 4096;
/// What was said is here long before, however busy the machine is.
const HANGS_AFTER_S: i64 = 20;
/// The first stride into a silence; each further one is longer by a quarter.
const FIRST_STRIDE: Duration = Duration::from_millis(50);
const LAST_STRIDE: Duration = Duration::from_secs(1);
/// A line is heard late by up to a stride, and so may be the line before, from which it is timed;
/// beside the skips, time goes on while the machine is busy.
const LATE_S: f64 = 2.0;
/// Nothing without a written time takes longer.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

/// Plays a case on a binary of its own.
pub(crate) fn passes(case: &Case) -> Result<(), String> {
    let given = Given::new(&case.givens)?;
    play::play(case, &given, &mut OverPty::start(&given)?)
}

struct OverPty {
    port: File,
    /// The module's time, as the service told it last.
    now: Duration,
    sent_bytes: u64,
    /// How much the module has said, as the service told it last.
    said_bytes: u64,
    received_bytes: u64,
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
        let port = open(&path("port")).map_err(|error| error.to_string())?;
        let control = UnixStream::connect(path("control")).map_err(|error| error.to_string())?;
        let control = BufReader::new(control);
        Ok(OverPty {
            port,
            now: Duration::ZERO,
            sent_bytes: 0,
            said_bytes: 0,
            received_bytes: 0,
            control,
            service,
            folder,
            package,
        })
    }

    /// All that the module has said so far.
    fn heard(&mut self) -> Result<Vec<u8>, String> {
        let mut heard = Vec::new();
        while self.received_bytes < self.said_bytes {
            self.wait_for_port(PollFlags::IN)?;
            let mut bytes = vec![0; PTY_BYTES];
            let length = self.port.read(&mut bytes).map_err(|error| error.to_string())?;
            self.received_bytes += length as u64;
            heard.extend(&bytes[..length]);
        }
        Ok(heard)
    }

    fn wait_for_port(&self, what: PollFlags) -> Result<(), String> {
        let limit = Timespec { tv_sec: HANGS_AFTER_S, tv_nsec: 0 };
        match poll(&mut [PollFd::new(&self.port, what)], Some(&limit)) {
            Ok(0) => Err("the port hangs".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Moves the module's time ahead; the service tells how much has gone over the port.
    fn skip(&mut self, length: Duration) -> Result<u64, String> {
        let time = format!("{}ms", length.as_millis());
        let told =
            self.ask(&json!({"role": "clock", "method": "skip", "params": {"time": time}}))?;
        let number = |key: &str| told[key].as_u64().ok_or(format!("a skip tells no `{key}`"));
        self.said_bytes = number("said_bytes")?;
        self.now = Duration::from_secs_f64(told["time_s"].as_f64().unwrap_or_default());
        number("heard_bytes")
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

/// As a terminal program opens a port, but without waiting for anything.
fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOCTTY | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)
}

impl Bench for OverPty {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.wait_for_port(PollFlags::OUT)?;
            let length = self.port.write(rest).map_err(|error| error.to_string())?;
            self.sent_bytes += length as u64;
            rest = &rest[length..];
        }
        while self.skip(Duration::ZERO)? < self.sent_bytes {
            // The kernel carries it; there is nothing else to do.
            std::thread::yield_now();
        }
        Ok(())
    }

    fn listen(&mut self, end: Duration) -> Result<Vec<u8>, String> {
        let mut stride = FIRST_STRIDE;
        loop {
            let bytes = self.heard()?;
            let rest = end.saturating_sub(self.now);
            if !bytes.is_empty() || rest.is_zero() {
                return Ok(bytes);
            }
            // A duration is written in whole milliseconds.
            self.skip(stride.min(rest).max(Duration::from_millis(1)))?;
            stride = LAST_STRIDE.min(stride * 5 / 4);
        }
    }

    fn now(&self) -> Duration {
        self.now
    }

    fn skip_towards(&mut self, moment: Duration) -> Result<(), String> {
        self.skip(moment.saturating_sub(self.now)).map(drop)
    }

    fn call(&mut self, call: &Call) -> Result<Value, String> {
        if let Some(name) = call.params.get("file").and_then(Value::as_str) {
            let bytes = PackageFile::named(name)?.bytes(&self.package)?;
            let path = self.folder.path().join(name);
            std::fs::write(path, bytes).map_err(|error| error.to_string())?;
        }
        let request = json!({"role": call.role, "method": call.method, "params": call.sent()});
        let answer = self.ask(&request)?;
        self.skip(Duration::ZERO)?;
        Ok(answer)
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
