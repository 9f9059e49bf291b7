//! Plays a conversation on a bench and compares what comes with what is written.

use std::collections::VecDeque;
use std::time::Duration;

use fotarig::duration;
use fotarig::moment::Moment;
use fotarig::package::Package;
use fotarig::sim::Dtr;
use fotarig::xmodem::{Sender, Sending};
use serde_json::{Map, Value};

use crate::given::{Given, Host};
use crate::step::{Call, PROGRESS, Skip, Step, Window};
use crate::table::{Case, Line};
use crate::transfer::Transfer;

/// Longer than any command takes to be answered in full.
const ANSWER: Duration = Duration::from_secs(12);
/// Ten bits at 115200 bits per second.
const BYTE_TIME: Duration = Duration::from_nanos(86_806);
/// What an XMODEM receiver says stands in no line: ACK, NAK and CAN.
const XMODEM_ANSWERS: [char; 3] = ['\x06', '\x15', '\x18'];
/// So much of what came before is told with a failure.
const TOLD_LINES: usize = 12;

/// A module with a host on its port. Times are the module's, from its start.
pub(crate) trait Bench {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String>;
    /// Lets time pass up to `end`, but no further than to what the module says next.
    fn listen(&mut self, end: Duration) -> Result<Vec<u8>, String>;
    fn now(&self) -> Duration;
    /// Nothing that is wanted comes before `moment`, so a bench may go there faster.
    fn skip_towards(&mut self, moment: Duration) -> Result<(), String>;
    fn call(&mut self, call: &Call) -> Result<Value, String>;
    fn firmware(&mut self) -> Result<String, String>;
    fn set_dtr(&mut self, dtr: Dtr) -> Result<(), String>;
    /// A window as it can be measured on this bench.
    fn measurable(&self, window: Window) -> Window;
    /// What may cross with what the host does, because the host is not at once.
    fn crossing(&self) -> Skip;
    /// Nothing that has no written time takes longer.
    fn patience(&self) -> Duration;
}

/// Plays the whole case; an error says where it stands, what was wanted and what came.
pub(crate) fn play(case: &Case, given: &Given, bench: &mut dyn Bench) -> Result<(), String> {
    let mut player = Player {
        bench,
        package: given.package()?,
        before: Duration::ZERO,
        said: VecDeque::new(),
        told: Vec::new(),
        unfinished: Vec::new(),
        wire: Vec::new(),
    };
    match given.host {
        Host::Prepared => player.prepare()?,
        Host::Unprepared => {}
    }
    for (line, step) in &case.steps {
        player.step(step).map_err(|why| player.failure(line, &why))?;
    }
    Ok(())
}

struct Player<'b> {
    bench: &'b mut dyn Bench,
    /// Which the host would send.
    package: Package,
    /// When the line before was said or the last thing was done.
    before: Duration,
    said: VecDeque<(Duration, String)>,
    /// Everything so far, for a person.
    told: Vec<String>,
    unfinished: Vec<u8>,
    /// Bytes since the host sent something.
    wire: Vec<u8>,
}

impl Player<'_> {
    fn prepare(&mut self) -> Result<(), String> {
        for command in ["AT+WDSI=4479\r", "AT+CMEE=1\r"] {
            self.step(&Step::Send(command.into()))?;
            self.hear("OK", Skip::Nothing, None)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Send(bytes) => {
                self.done()?;
                self.wire.clear();
                self.tell('>', &bytes.escape_ascii().to_string());
                self.bench.send(bytes)
            }
            Step::Hear { line, window, skip } => self.hear(line, *skip, *window),
            Step::Wire { bytes, window } => self.hear_wire(bytes, *window),
            Step::Quiet { time, skip } => self.quiet(*time, *skip),
            Step::Wait(time) => {
                self.pass(*time)?;
                self.before = self.bench.now();
                Ok(())
            }
            Step::Ignore(time) => {
                self.pass(*time)?;
                self.said.clear();
                self.before = self.bench.now();
                Ok(())
            }
            Step::Firmware(version) => match self.bench.firmware()? {
                now if now == *version => Ok(()),
                now => Err(format!("it is {now}")),
            },
            Step::Transfer { transfer, window } => self.transfer(transfer, *window),
            Step::Call(call) => self.call(call),
            Step::SetDtr(dtr) => {
                self.done()?;
                self.bench.set_dtr(*dtr)
            }
        }
    }

    /// What was said is all taken; what comes from now on is timed from now.
    fn done(&mut self) -> Result<(), String> {
        self.silent_so_far(self.bench.crossing())?;
        self.before = self.bench.now();
        Ok(())
    }

    /// What the module says meanwhile is for the sender, and lines in it for the entry as well.
    fn transfer(&mut self, transfer: &Transfer, window: Option<Window>) -> Result<(), String> {
        self.done()?;
        let file = transfer.file.bytes(&self.package)?;
        let command = transfer.command(&file);
        self.tell('>', &command.escape_default().to_string());
        self.bench.send(command.as_bytes())?;
        let begun = self.bench.now();
        let mut sender = Sender::new(transfer.settings.clone(), file, Moment::START + begun);
        let mut heard = Vec::new();
        let ended = loop {
            let mut rest = heard.as_slice();
            let wish = sender.advance(Moment::START + self.bench.now(), &mut rest);
            heard = rest.to_vec();
            match wish {
                Sending::Say(bytes) => {
                    let length = u32::try_from(bytes.len()).expect("a block is short");
                    let carried = self.bench.now() + BYTE_TIME * length;
                    while self.bench.now() < carried {
                        heard.extend(self.listen(carried)?);
                    }
                    self.bench.send(bytes)?;
                }
                Sending::Wait(until) => heard.extend(self.listen(until.since(Moment::START))?),
                Sending::Ended(ended) => break ended,
            }
        };
        self.before = self.bench.now();
        self.tell('*', &format!("the transfer ended: {ended:?}"));
        if ended != transfer.ends {
            return Err(format!("the sender ended with {ended:?}"));
        }
        let took = self.before.saturating_sub(begun).as_secs_f64();
        match window.map(|window| self.bench.measurable(window)) {
            Some(it) if took < it.earliest || took > it.latest => {
                Err(format!("it took {took:.3} s"))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn call(&mut self, call: &Call) -> Result<(), String> {
        if call.method == "state" {
            let state = self.bench.call(call)?;
            return contains(&state, &call.params);
        }
        self.done()?;
        if call.role == "power" {
            // A line that is cut short by the supply never ends.
            self.unfinished.clear();
        }
        self.tell('*', &format!("{} {}", call.role, call.method));
        self.bench.call(call).map(drop)
    }

    fn listen(&mut self, end: Duration) -> Result<Vec<u8>, String> {
        let bytes = self.bench.listen(end)?;
        self.take(&bytes);
        Ok(bytes)
    }

    /// The next line, if it is said before `end`.
    fn next(&mut self, end: Duration) -> Result<Option<(Duration, String)>, String> {
        while self.said.is_empty() && self.bench.now() < end {
            self.listen(end)?;
        }
        Ok(self.said.pop_front())
    }

    fn hear(&mut self, text: &str, skip: Skip, window: Option<Window>) -> Result<(), String> {
        let window = window.map(|window| self.bench.measurable(window));
        let patience = window
            .map_or_else(|| self.bench.patience(), |window| Duration::from_secs_f64(window.latest));
        if let Some(window) = window {
            self.bench.skip_towards(self.before + Duration::from_secs_f64(window.earliest))?;
        }
        loop {
            let Some((at, said)) = self.next(self.before + patience)? else {
                return Err(format!("nothing came within {}", duration::show(patience)));
            };
            let passed = at.saturating_sub(self.before).as_secs_f64();
            self.before = at;
            if said == text {
                return match window {
                    Some(it) if passed < it.earliest || passed > it.latest => {
                        Err(format!("it came {passed:.3} s after the line before"))
                    }
                    Some(_) | None => Ok(()),
                };
            }
            let crossed = self.bench.crossing().covers(&said) && !text.starts_with(PROGRESS);
            if !skip.covers(&said) && !crossed {
                return Err(format!("`{said}` came, {passed:.3} s after the line before"));
            }
        }
    }

    fn hear_wire(&mut self, wanted: &[u8], window: Option<Window>) -> Result<(), String> {
        let window = window.map(|window| self.bench.measurable(window));
        let end = match window {
            Some(window) => self.before + Duration::from_secs_f64(window.latest),
            None => self.bench.now() + ANSWER,
        };
        while self.bench.now() < end && self.wire.len() < wanted.len() {
            self.listen(end)?;
        }
        if self.wire != wanted {
            return Err(format!("the bytes were \"{}\"", self.wire.escape_ascii()));
        }
        let passed = self.bench.now().saturating_sub(self.before).as_secs_f64();
        if window.is_some_and(|window| passed < window.earliest) {
            return Err(format!("they came after {passed:.3} s"));
        }
        self.wire.clear();
        self.unfinished.clear();
        self.said.clear();
        self.before = self.bench.now();
        Ok(())
    }

    fn quiet(&mut self, time: Duration, skip: Skip) -> Result<(), String> {
        self.pass(time)?;
        self.before = self.bench.now();
        self.silent_so_far(skip)
    }

    fn pass(&mut self, time: Duration) -> Result<(), String> {
        let end = self.bench.now() + time;
        self.bench.skip_towards(end)?;
        // Once at least: what was said on the way there waits.
        self.listen(end)?;
        while self.bench.now() < end {
            self.listen(end)?;
        }
        Ok(())
    }

    fn silent_so_far(&mut self, skip: Skip) -> Result<(), String> {
        self.said.retain(|(_, line)| !skip.covers(line));
        match self.said.front() {
            Some((at, line)) => {
                Err(format!("before it, `{line}` was said at {:.3} s", at.as_secs_f64()))
            }
            None => Ok(()),
        }
    }

    /// Lines end by CR LF; what ends by CR alone is the echo of a command.
    fn take(&mut self, bytes: &[u8]) {
        self.wire.extend(bytes);
        for &byte in bytes {
            self.unfinished.push(byte);
            if !self.unfinished.ends_with(b"\r\n") {
                continue;
            }
            let text = String::from_utf8_lossy(&self.unfinished).into_owned();
            self.unfinished.clear();
            let last = text.trim_end_matches("\r\n").rsplit('\r').next();
            let last = last.map(|line| line.trim_start_matches(XMODEM_ANSWERS));
            if let Some(line) = last.filter(|line| !line.is_empty()).map(written) {
                self.tell('<', &line);
                self.said.push_back((self.bench.now(), line));
            }
        }
    }

    fn tell(&mut self, sign: char, text: &str) {
        self.told.push(format!("{:>12.3} s {sign} {text}", self.bench.now().as_secs_f64()));
    }

    fn failure(&self, line: &Line, why: &str) -> String {
        let told = &self.told[self.told.len().saturating_sub(TOLD_LINES)..];
        format!("{}\nwhat happened:\n{}", line.wrong(why), told.join("\n"))
    }
}

/// A line as a table writes it: a run of one byte that is no letter is `"\x00" * 4096`.
fn written(line: &str) -> String {
    match line.chars().next() {
        Some(first) if first.is_control() && line.chars().all(|letter| letter == first) => {
            format!("\"\\x{:02x}\" * {}", u32::from(first), line.len())
        }
        Some(_) | None => line.to_owned(),
    }
}

/// Whether each of `wanted` is in the answer of a `state` call; `a.b` is inside of `a`.
fn contains(state: &Value, wanted: &Map<String, Value>) -> Result<(), String> {
    for (key, value) in wanted {
        let found = key.split('.').try_fold(state, |inside, key| inside.get(key));
        if found != Some(value) {
            return Err(format!("`{key}` is {}", found.unwrap_or(&Value::Null)));
        }
    }
    Ok(())
}
