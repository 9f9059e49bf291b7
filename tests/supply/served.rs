//! The real binary with a served module: which module it is, and a supply that a plugin switches.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::program::{fotarig, seen};

/// How many times faster than real time the module goes.
const SPEED: u32 = 10;

/// `fotarig simulate` behind a PTY in a folder of its own, until it is dropped.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    simulate: Child,
}

impl Served {
    pub(crate) fn start() -> Served {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut simulate = fotarig(folder.path());
        simulate.args(["simulate", "--pty", "port", "--control", "control", "--speed"]);
        simulate.arg(SPEED.to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut simulate = simulate.spawn().expect("our own program can be started");
        let mut ready = String::new();
        let out = simulate.stdout.take().expect("a pipe was asked for");
        BufReader::new(out).read_line(&mut ready).expect("a line that says it is ready");
        assert!(ready.contains("is on"), "simulate said {ready:?}");
        Served { folder, simulate }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A rig at this port, with these lines.
    pub(crate) fn rig(&self, lines: &str) {
        let port = self.folder.path().join("port");
        let port =
            format!("{{ serial: '{}', speed: {SPEED}, returns_within: 1s }}", port.display());
        self.write("desk.yaml", &format!("name: desk\nport: {port}\n{lines}\n"));
    }

    /// Nobody is at the port any more.
    pub(crate) fn kill(&mut self) {
        self.simulate.kill().expect("it runs");
        self.simulate.wait().expect("it ends");
        // The system gives the name behind the link to somebody else.
        fs::remove_file(self.folder.path().join("port")).expect("our own link");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Command {
        let mut run = fotarig(self.folder.path());
        run.args(["run", "--rig", "desk.yaml"]).args(arguments);
        run
    }

    /// Asks the module's control socket.
    pub(crate) fn ask(&self, request: &str) -> String {
        let control = self.folder.path().join("control");
        let mut control = BufReader::new(UnixStream::connect(control).expect("it listens"));
        writeln!(control.get_mut(), "{request}").expect("it listens");
        let mut answer = String::new();
        control.read_line(&mut answer).expect("an answer");
        answer
    }

    /// What a person sees of a run of two tests, and what was sent.
    fn identified(&self, identity: &str) -> (Option<i32>, String, Vec<String>) {
        self.rig(&format!("identity: {identity}"));
        self.write("a.yaml", "name: a\nsteps:\n  - send: AT+CFUN=4\n");
        self.write("b.yaml", "name: b\nsteps:\n  - send: AT+CFUN=1\n");
        let output = self.run(&["a.yaml", "b.yaml"]).output().expect("our own program");
        let journal = self.folder.path().join("reports/latest/journal.jsonl");
        let journal = fs::read_to_string(journal).expect("a journal");
        let sent = journal.lines().filter_map(|line| {
            let (_, sent) = line.split_once(r#""sent":""#)?;
            Some(sent.split("\\r").next()?.to_owned())
        });
        (output.status.code(), seen(&output), sent.collect())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.simulate.kill();
        let _ = self.simulate.wait();
    }
}

#[test]
fn another_module_is_left_alone() {
    let served = Served::start();
    let (code, text, sent) = served.identified("{ model: HL7812, serial: VM000000000001 }");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("the rig file says model `HL7812`, the module says `HL7800`"), "{text}");
    assert!(text.contains("2 broken"), "{text}");
    assert_eq!(sent, ["AT", "AT+CGMM", "AT+KGSN=3"]);
    let (code, text, sent) = served.identified("{ imei: '1' }");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("the rig file says IMEI `1`, the module says `0010"), "{text}");
    assert_eq!(sent, ["AT", "AT+CGSN"]);
}

#[test]
fn the_module_that_is_meant_is_asked_once() {
    let served = Served::start();
    let (code, text, sent) = served.identified("{ model: HL7800, serial: VM000000000001 }");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(sent, ["AT", "AT+CGMM", "AT+KGSN=3", "AT+CFUN=4", "AT+CFUN=1"]);
}

#[test]
fn a_silent_module_is_told() {
    let served = Served::start();
    served.ask(r#"{"role":"power","method":"off"}"#);
    let (code, text, sent) = served.identified("{ model: HL7800 }");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("the module does not answer, so that its model is not known"), "{text}");
    assert!(text.contains("2 broken"), "{text}");
    assert_eq!(sent, ["AT"; 5]);
}
