//! A running `fotarig simulate`, its clients and its controllers.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Nothing of what is awaited here takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// In a folder of its own; ended when it is dropped.
pub(crate) struct Simulate {
    pub(crate) folder: TempDir,
    /// What it said when it was ready.
    pub(crate) ready: String,
    child: Child,
}

impl Simulate {
    /// Starts it, a hundred times faster than real time; `PATH` stands for the folder.
    pub(crate) fn start(arguments: &str) -> Simulate {
        Simulate::at_speed(100, arguments)
    }

    pub(crate) fn at_speed(speed: u32, arguments: &str) -> Simulate {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = command(&folder, arguments);
        command.args(["--speed", &speed.to_string()]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("our own program can be started");
        let mut ready = String::new();
        let out = child.stdout.take().expect("a pipe was asked for");
        BufReader::new(out).read_line(&mut ready).expect("a line that says it is ready");
        assert!(ready.contains(" is on "), "it said {ready:?}");
        Simulate { folder, ready, child }
    }

    /// A second one in the same folder, which is refused.
    pub(crate) fn refused(&self, arguments: &str) -> String {
        let Output { status, stderr, .. } =
            command(&self.folder, arguments).output().expect("our own program can be started");
        assert_eq!(status.code(), Some(2), "it is a mistake of the one who typed it");
        String::from_utf8(stderr).expect("UTF-8")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `HOST:PORT` of the ready line.
    pub(crate) fn address(&self) -> &str {
        let rest = self.ready.split(" is on ").nth(1).expect("it says where");
        let place = rest.split(',').next().expect("a comma follows");
        place.split(' ').nth(1).expect("kind and address")
    }

    pub(crate) fn connect(&self) -> Client {
        Client::new(TcpStream::connect(self.address()).expect("it listens"))
    }

    pub(crate) fn control(&self) -> Controller {
        let stream = UnixStream::connect(self.path("control")).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Controller(BufReader::new(stream))
    }

    /// How many descriptors it has open, where the system tells.
    pub(crate) fn descriptors(&self) -> Option<usize> {
        Some(fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok()?.count())
    }

    /// Kilobytes of memory that it holds, where the system tells.
    pub(crate) fn memory_kib(&self) -> Option<usize> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// Ends it by SIGTERM.
    pub(crate) fn end(mut self) -> (ExitStatus, TempDir) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("an id");
        kill_process(id, Signal::TERM).expect("it runs");
        let status = self.child.wait().expect("it ends");
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        (status, folder)
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Simulate {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `fotarig simulate`, not yet started.
pub(crate) fn command(folder: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fotarig"));
    command.arg("simulate").args(arguments.split_whitespace()).current_dir(folder);
    command.env("NO_COLOR", "1");
    command
}

/// A client over TCP that knows nothing of telnet.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Client {
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream.set_nodelay(true).expect("no delay");
        Client(stream)
    }

    /// Sends a line and returns what comes up to its `OK`.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.0.write_all(format!("{line}\r").as_bytes()).expect("it is there");
        self.hear("OK\r\n")
    }

    /// What comes up to `end`.
    pub(crate) fn hear(&mut self, end: &str) -> String {
        let mut heard = Vec::new();
        let mut buffer = [0; 4096];
        while !heard.ends_with(end.as_bytes()) {
            match self.0.read(&mut buffer) {
                Ok(0) => panic!("closed after {:?}", String::from_utf8_lossy(&heard)),
                Ok(length) => heard.extend(&buffer[..length]),
                Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&heard)),
            }
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Whether it is closed by the other side without a word.
    pub(crate) fn is_turned_away(&mut self) -> bool {
        match self.0.read(&mut [0; 1]) {
            Ok(length) => length == 0,
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        }
    }
}

/// A client of the control socket.
pub(crate) struct Controller(pub(crate) BufReader<UnixStream>);

impl Controller {
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).expect("it is there");
    }

    /// The next line, as JSON; none when it was closed.
    pub(crate) fn answer(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).expect("an answer is JSON")),
            Err(error) => panic!("no answer: {error}"),
        }
    }

    pub(crate) fn ask(&mut self, request: &str) -> Value {
        self.send(format!("{request}\n").as_bytes());
        self.answer().expect("an answer")
    }

    pub(crate) fn call(&mut self, role: &str, method: &str) -> Value {
        self.ask(&format!(r#"{{"role":"{role}","method":"{method}"}}"#))
    }
}

/// Waits until something holds, but not for ever.
pub(crate) fn patiently(what: &str, mut holds: impl FnMut() -> bool) {
    const LOOK: Duration = Duration::from_millis(2);
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        if holds() {
            return;
        }
        pause(LOOK);
    }
    panic!("in vain: {what}");
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
pub(crate) fn pause(length: Duration) {
    std::thread::sleep(length);
}
