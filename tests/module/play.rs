//! Plays a conversation with the virtual module and compares it with what was written down.
//!
//! A conversation has one thing a line; two blanks end what is sent or said:
//!
//! ```text
//! > AT+WDSS=1,1            the host sends this and a CR
//! < OK            +0.2 s   the next line that the module says, and how long after the line before
//! ..+WDSI: 18,40           the same, but lines of download progress may come before it
//! power off                the supply is switched
//! power wake               the WAKEUP pin
//! quiet 30 min             the module says nothing for so long
//! firmware HL7800.4.5.4.0  the version that is installed now
//! ```
//!
//! Every line that the module says must be written down. Times may differ by the jitter of a
//! tenth; a time that is not written is not checked.

use std::collections::VecDeque;
use std::time::Duration;

use fotarig::duration;
use fotarig::moment::Moment;
use fotarig::package::{Package, PackageKind};
use fotarig::rig::{Credentials, VirtualSettings};
use fotarig::sim::{Module, PackageShelf, Refused, Supply};
use serde_json::Value;

/// The jitter of a tenth, and what rounding may add.
const JITTER: f64 = 0.1001;

/// Nothing that a flow waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);

/// The worked example of note 9.5.
pub(crate) fn demo_package() -> Package {
    Package {
        name: "demo".to_owned(),
        from: "BHL7800.1.6.3.0.20180803".to_owned(),
        to: "THL7800.1.6.3.0.99.20180803".to_owned(),
        kind: PackageKind::Delta,
        size_bytes: 1464,
        content: None,
    }
}

/// Four minutes on the default link.
pub(crate) fn large_package() -> Package {
    Package { size_bytes: 1_200_000, ..demo_package() }
}

/// A conversation names no package files.
struct NoPackages;

impl PackageShelf for NoPackages {
    fn fetch(&self, name: &str) -> Result<Package, String> {
        Err(format!("there is no `{name}` here"))
    }
}

/// With an APN and credentials, as after the first session.
pub(crate) fn provisioned() -> VirtualSettings {
    VirtualSettings {
        apn: "internet.test".to_owned(),
        credentials: Credentials::Valid,
        ..VirtualSettings::default()
    }
}

/// A provisioned module and the large package; all indications are on.
pub(crate) fn play(conversation: &str) {
    play_on(&provisioned(), &large_package(), conversation);
}

/// Plays `conversation` with each of a few seeds; all indications are on.
pub(crate) fn play_on(settings: &VirtualSettings, package: &Package, conversation: &str) {
    for seed in 0..4 {
        let mut bench = Bench::new(Module::new(settings, package, seed));
        bench.play("> AT+WDSI=4479\n< OK");
        bench.play(conversation);
    }
}

/// A module with a host on its port.
pub(crate) struct Bench {
    pub(crate) module: Module,
    pub(crate) now: Moment,
    pub(crate) alarm: Option<Moment>,
    /// When the line before was said or the last thing was done.
    before: Moment,
    said: VecDeque<(Moment, String)>,
    unfinished: Vec<u8>,
}

impl Bench {
    pub(crate) fn new(module: Module) -> Bench {
        Bench {
            module,
            now: Moment::START,
            alarm: None,
            before: Moment::START,
            said: VecDeque::new(),
            unfinished: Vec::new(),
        }
    }

    pub(crate) fn play(&mut self, conversation: &str) {
        for (number, line) in conversation.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(trouble) = self.step(line) {
                panic!("line {}: `{line}`: {trouble}\n{conversation}", number + 1);
            }
        }
    }

    fn step(&mut self, line: &str) -> Result<(), String> {
        if let Some(text) = line.strip_prefix('>') {
            self.silent_so_far()?;
            self.before = self.now;
            self.send(format!("{}\r", text.trim()).as_bytes());
            return Ok(());
        }
        if let Some(text) = line.strip_prefix("..") {
            return self.hear(text, Skip::Progress);
        }
        if let Some(text) = line.strip_prefix('<') {
            return self.hear(text, Skip::Nothing);
        }
        match line.split_once(' ') {
            Some(("power", "wake")) => {
                self.silent_so_far()?;
                self.call(("power", "wake"), &Value::Null)
            }
            Some(("power", supply)) => {
                self.silent_so_far()?;
                self.power(if supply == "on" { Supply::On } else { Supply::Off });
                Ok(())
            }
            Some(("quiet", length)) => {
                self.run_until(self.now + duration::parse(length).expect("a duration"));
                self.before = self.now;
                self.silent_so_far()
            }
            Some(("firmware", version)) if version == self.module.firmware() => Ok(()),
            Some(("firmware", _)) => Err(format!("it is {}", self.module.firmware())),
            _ => Err("not a line of a conversation".to_owned()),
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let mut out = Vec::new();
        self.alarm = self.module.advance(self.now, bytes, &mut out);
        self.take(&out);
    }

    /// Something happens around the module, by the name of its role and method.
    pub(crate) fn call(&mut self, what: (&str, &str), params: &Value) -> Result<(), String> {
        let called = self.module.call(self.now, what, params, &NoPackages);
        self.send(b"");
        called.map(|_| ()).map_err(|Refused(why)| why)
    }

    pub(crate) fn power(&mut self, supply: Supply) {
        self.module.power(self.now, supply);
        self.before = self.now;
        self.unfinished.clear();
        self.send(b"");
    }

    pub(crate) fn run_until(&mut self, until: Moment) {
        while let Some(alarm) = self.alarm.filter(|alarm| *alarm <= until) {
            self.now = alarm;
            self.send(b"");
        }
        self.now = until;
    }

    /// The next line that the module says, however long that takes.
    pub(crate) fn next_line(&mut self) -> Option<(Moment, String)> {
        let patience = self.now + PATIENCE;
        while self.said.is_empty() {
            self.now = self.alarm.filter(|alarm| *alarm <= patience)?;
            self.send(b"");
        }
        self.said.pop_front()
    }

    fn hear(&mut self, text: &str, skip: Skip) -> Result<(), String> {
        let (wanted, time) = match text.trim().split_once("  ") {
            Some((wanted, time)) => (wanted.trim(), Some(time.trim())),
            None => (text.trim(), None),
        };
        loop {
            let Some((at, said)) = self.next_line() else {
                return Err("nothing came".to_owned());
            };
            let passed = at.since(self.before).as_secs_f64();
            self.before = at;
            if said == wanted {
                return on_time(passed, time);
            }
            if skip == Skip::Nothing || !said.starts_with("+WDSI: 18,") {
                return Err(format!("`{said}` came, {passed:.3} s after the line before"));
            }
        }
    }

    fn silent_so_far(&self) -> Result<(), String> {
        match self.said.front() {
            Some((at, line)) => Err(format!("before it, `{line}` was said at {at} s")),
            None => Ok(()),
        }
    }

    /// Lines end by CR LF; what ends by CR alone is the echo of a command.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.unfinished.push(byte);
            if !self.unfinished.ends_with(b"\r\n") {
                continue;
            }
            let text = String::from_utf8_lossy(&self.unfinished).into_owned();
            self.unfinished.clear();
            let last = text.trim_end_matches("\r\n").rsplit('\r').next();
            match last {
                Some(line) if !line.is_empty() => self.said.push_back((self.now, line.to_owned())),
                _ => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Skip {
    Nothing,
    Progress,
}

/// `wanted` as `+2 s`; None is any time.
fn on_time(passed: f64, wanted: Option<&str>) -> Result<(), String> {
    let Some(wanted) = wanted else { return Ok(()) };
    let length = duration::parse(wanted.trim_start_matches('+')).expect("a duration");
    let wanted = length.as_secs_f64();
    if (passed - wanted).abs() <= wanted * JITTER + 1e-6 {
        return Ok(());
    }
    Err(format!("it came {passed:.3} s after the line before"))
}
