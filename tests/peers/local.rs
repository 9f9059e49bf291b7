//! A whole local update of the served module, in which Debian's `sx` carries the package file.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fotarig::world::real::Clock;
use libtest_mimic::Failed;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::served::{Served, told};

/// Longer than anything here takes at the speed of the service.
const PATIENCE: Duration = Duration::from_secs(60);

const FROM: &str = "BHL7800.1.6.3.0.20180803";
const TO: &str = "THL7800.1.6.3.0.99.20180803";

pub(crate) fn long_blocks() -> Result<(), Failed> {
    update(&["-q", "-k"])
}

pub(crate) fn short_blocks() -> Result<(), Failed> {
    update(&["-q"])
}

fn update(options: &[&str]) -> Result<(), Failed> {
    let served = Served::start();
    let package = served.folder.path().join("package.ua");
    let mut make = Command::new(env!("CARGO_BIN_EXE_fotarig"));
    make.args(["package", "make", "--from", FROM, "--to", TO, "--kind", "delta"]);
    let made = make.args(["--size", "5000", "-o"]).arg(&package).output()?;
    if !made.status.success() {
        return Err(told(&made).into());
    }
    let mut line = Line::open(&served.folder.path().join("port"))?;
    line.ask("ATE0", "OK")?;
    line.ask("AT+WDSI=4479", "OK")?;
    line.port.write_all(b"AT+WDSD=5000\r")?;
    let mut sx = Command::new("sx");
    sx.args(options).arg(&package).stdin(line.port.try_clone()?);
    let status = sx.stdout(line.port.try_clone()?).stderr(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("sx {options:?}: {status}").into());
    }
    line.raw()?;
    // `OK` and 3 follow the last ACK so closely that `sx` may have read them along with it.
    line.ask("AT+WDSR=4", "+WDSI: 12")?;
    line.hear("+WDSI: 16")?;
    line.ask("AT+CGMR", TO)
}

/// The host's side of the port.
struct Line {
    port: File,
    heard: Vec<u8>,
    clock: Clock,
}

impl Line {
    fn open(path: &Path) -> Result<Line, Failed> {
        let port = OpenOptions::new().read(true).write(true).open(fs::canonicalize(path)?)?;
        let line = Line { port, heard: Vec::new(), clock: Clock::start() };
        line.raw()?;
        Ok(line)
    }

    /// `sx` sets the terminal to what it thinks it was.
    fn raw(&self) -> Result<(), Failed> {
        let mut raw = tcgetattr(&self.port)?;
        raw.make_raw();
        tcsetattr(&self.port, OptionalActions::Now, &raw)?;
        Ok(())
    }

    fn ask(&mut self, command: &str, answer: &str) -> Result<(), Failed> {
        self.port.write_all(format!("{command}\r").as_bytes())?;
        self.hear(answer)
    }

    /// Waits for a line; what came before it is dropped.
    fn hear(&mut self, wanted: &str) -> Result<(), Failed> {
        let line = format!("\r\n{wanted}\r\n");
        let end = self.clock.now() + PATIENCE;
        loop {
            let found = self.heard.windows(line.len()).position(|part| part == line.as_bytes());
            if let Some(place) = found {
                self.heard.drain(..place + line.len());
                return Ok(());
            }
            let left = end.since(self.clock.now());
            if left == Duration::ZERO || !self.fill(left)? {
                let heard = String::from_utf8_lossy(&self.heard).into_owned();
                return Err(format!("no `{wanted}` in {heard:?}").into());
            }
        }
    }

    fn fill(&mut self, limit: Duration) -> Result<bool, Failed> {
        let limit = Timespec::try_from(limit)?;
        if poll(&mut [PollFd::new(&self.port, PollFlags::IN)], Some(&limit))? == 0 {
            return Ok(false);
        }
        let mut buffer = [0; 4096];
        let length = self.port.read(&mut buffer)?;
        self.heard.extend_from_slice(&buffer[..length]);
        Ok(true)
    }
}
