//! `fotarig simulate` in a folder of its own, with rig files beside it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::program::{fotarig, seen};

/// How many times faster than real time the module goes.
pub(crate) const SPEED: u32 = 10;

/// A module in a folder, until it is dropped.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    /// As a rig file has it: `serial: '…'`, `tcp: '127.0.0.1:4001'`.
    pub(crate) place: String,
    simulate: Child,
}

/// What a person sees of a command, and its exit code.
pub(crate) struct Seen {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Served {
    /// On a PTY.
    pub(crate) fn start() -> Served {
        Served::at(&["--pty", "port"])
    }

    /// On this place of simulate.
    pub(crate) fn at(place: &[&str]) -> Served {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut simulate = fotarig(folder.path());
        simulate.arg("simulate").args(place).args(["--control", "control", "--speed"]);
        simulate.arg(SPEED.to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut simulate = simulate.spawn().expect("our own program can be started");
        let mut ready = String::new();
        let out = simulate.stdout.take().expect("a pipe was asked for");
        BufReader::new(out).read_line(&mut ready).expect("a line that says it is ready");
        assert!(ready.contains("is on"), "simulate said {ready:?}");
        let kind = place[0].trim_start_matches("--");
        let place = if kind == "pty" {
            format!("serial: '{}'", folder.path().join("port").display())
        } else {
            let mut words = ready.split([' ', ',']);
            let address = words.find(|word| word.starts_with("127.0.0.1:")).expect("an address");
            format!("{kind}: '{}'", address.trim())
        };
        Served { folder, place, simulate }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A rig at this module's port, with these lines.
    pub(crate) fn rig(&self, name: &str, lines: &str) {
        let port = format!("{{ {}, speed: {SPEED} }}", self.place);
        self.write(&format!("{name}.yaml"), &format!("name: {name}\nport: {port}\n{lines}\n"));
    }

    pub(crate) fn check(&self, arguments: &[&str]) -> Seen {
        self.fotarig(&[&["rig", "check"], arguments].concat())
    }

    pub(crate) fn fotarig(&self, arguments: &[&str]) -> Seen {
        let output = fotarig(self.folder.path()).args(arguments).output().expect("it runs");
        Seen::of(&output)
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
}

/// Starts a program that says when it has what it is to hold, and ends with its standard input.
pub(crate) fn held(command: &mut Command) -> Child {
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut holder = started.expect("the program is there");
    let mut line = String::new();
    let out = holder.stdout.take().expect("a pipe was asked for");
    BufReader::new(out).read_line(&mut line).expect("it has the port");
    holder
}

#[expect(clippy::disallowed_methods, reason = "what is waited for is another process")]
pub(crate) fn sleep_ms(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.simulate.kill();
        let _ = self.simulate.wait();
    }
}

impl Seen {
    pub(crate) fn of(output: &Output) -> Seen {
        Seen { code: output.status.code(), text: seen(output) }
    }

    /// Whether a line about this part has this word and these further words.
    pub(crate) fn says(&self, part: &str, word: &str, words: &str) {
        let start = format!("  {part:<10}  {word:<9}  ");
        let lines = self.text.lines().filter(|line| line.starts_with(&start));
        let found = lines.into_iter().any(|line| line.contains(words));
        assert!(found, "no line `{start}… {words}` in:\n{}", self.text);
    }

    /// Whether these words stand anywhere.
    pub(crate) fn has(&self, words: &str) {
        assert!(self.text.contains(words), "no `{words}` in:\n{}", self.text);
    }

    pub(crate) fn ends(&self, code: i32, last: &str) {
        assert_eq!(self.code, Some(code), "{}", self.text);
        assert_eq!(self.text.lines().last(), Some(last), "{}", self.text);
    }
}
