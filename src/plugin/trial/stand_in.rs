//! The program that plays a plugin's device: its settings, what it gets, what it is told.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::fault::Broken;
use crate::plugin::Manifest;
use crate::plugin::process::{Process, Start};
use crate::plugin::secrets::Secrets;
use crate::plugin::streams::Event;
use crate::plugin::trial::spoken;
use crate::plugin::trial::transcript::Transcript;
use crate::yaml::Node;

/// How long it may take to be ready: labgrid's starts three servers.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take to do what it is told.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
/// How long a line of the device is waited for.
const DEVICE_WITHIN: Duration = Duration::from_secs(2);
/// How long it may take to end when its stdin is closed.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// What a stand-in says when it has done what it was told.
const TOLD: &str = "told";

pub(super) struct StandIn {
    process: Process,
    /// The first line that it said.
    pub(super) settings: Node,
    line: Vec<u8>,
    /// Lines that nobody has looked at.
    lines: Vec<String>,
}

impl StandIn {
    /// Starts the one of a transcript, if it has one.
    pub(super) fn start(script: &Transcript, folder: &Path) -> Result<Option<StandIn>, Broken> {
        if script.stand_in.is_empty() {
            return Ok(None);
        }
        let mut manifest = Manifest::of_program(script.stand_in.clone());
        manifest.name = format!("stand-in of {}", script.name);
        let (secrets, kept_back) = (Secrets::default(), BTreeSet::new());
        let (secrets, kept_back) = (&secrets, &kept_back);
        let start = Start { manifest: &manifest, folder, secrets, kept_back };
        let process = Process::start(&start)?;
        let settings = spoken("its first line", "{}").expect("an empty mapping");
        let (line, lines) = (Vec::new(), Vec::new());
        let mut stand_in = StandIn { process, settings, line, lines };
        let first = stand_in.next(READY_WITHIN).ok_or_else(|| {
            stand_in
                .broken("says no settings")
                .help("its first line on stdout is a JSON object: settings for the plugin, or {}")
        })?;
        stand_in.settings = spoken("its first line", &first)
            .map_err(|_| stand_in.broken(&format!("says no settings but `{first}`")))?;
        Ok(Some(stand_in))
    }

    /// The next line.
    fn next(&mut self, within: Duration) -> Option<String> {
        let (due, _alarm) = self.process.set_alarm(within).ok()?;
        loop {
            if !self.lines.is_empty() {
                return Some(self.lines.remove(0));
            }
            match self.process.next(within)? {
                Event::Said(bytes) => self.take(&bytes),
                Event::SaidAll => return None,
                Event::Alarm(number) if number == due => return None,
                Event::Alarm(_) | Event::Ended | Event::LoggedAll => {}
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.lines.push(String::from_utf8_lossy(&line).trim_end().to_owned());
            } else {
                self.line.push(*byte);
            }
        }
    }

    /// Forgets what the device got so far.
    pub(super) fn forget(&mut self) {
        while let Some(event) = self.process.next(Duration::ZERO) {
            if let Event::Said(bytes) = event {
                self.take(&bytes);
            }
        }
        self.lines.clear();
    }

    pub(super) fn tell(&mut self, what: &str) -> Result<(), Broken> {
        self.process.tell(format!("{what}\n").into_bytes());
        loop {
            match self.next(TOLD_WITHIN) {
                Some(line) if line == TOLD => return Ok(()),
                Some(_) => {}
                None => {
                    return Err(self.broken(&format!("has not done what it was told: `{what}`")));
                }
            }
        }
    }

    /// Waits until the device has got a line; else all that it got instead.
    pub(super) fn got(&mut self, wanted: &str) -> Result<(), Vec<String>> {
        let mut others = Vec::new();
        while let Some(line) = self.next(DEVICE_WITHIN) {
            if line == wanted {
                return Ok(());
            }
            others.push(line);
        }
        Err(others)
    }

    fn broken(&mut self, did: &str) -> Broken {
        self.process.kill();
        let words = self.process.last_words().join("\n");
        let broken = Broken::new(format!("the stand-in {did}"));
        if words.is_empty() { broken } else { broken.note(format!("its last words:\n{words}")) }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.process.close();
        self.process.until(FINISH_WITHIN, Process::has_ended);
    }
}
