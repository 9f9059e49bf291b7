//! A module behind a switch, in time of its own: what both do wrong is up to the test.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use fotarig::fault::Broken;
use fotarig::moment::Moment;
use fotarig::world::{Interrupts, Wake, World};
use serde_json::{Value, json};

/// A command's answer comes so soon.
const ANSWER: Duration = Duration::from_millis(5);
/// From the supply to the ready sign.
const BOOT: Duration = Duration::from_secs(5);

/// How a switch and its module are.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that can be wrong")]
#[derive(Clone, Copy)]
pub(crate) struct Manners {
    pub(crate) model: &'static str,
    pub(crate) imei: &'static str,
    /// From the call to its answer.
    pub(crate) takes: Duration,
    /// From the answer until the module is really without its supply; nothing is never.
    pub(crate) cuts_after: Option<Duration>,
    /// What the switch reads back: nothing when it cannot, `true` for what was asked last.
    pub(crate) reads_back: Option<&'static str>,
    /// The switch switches, and its answer is lost.
    pub(crate) loses_answers: bool,
    /// What the module still says by itself after a cut, as its buffers run empty.
    pub(crate) last_words: &'static str,
    /// Whether the port goes with the module's supply.
    pub(crate) usb_vanishes: bool,
    pub(crate) begins_off: bool,
    pub(crate) is_deaf: bool,
    /// The interrupts that come as soon as the supply is off.
    pub(crate) interrupts: u32,
}

impl Default for Manners {
    fn default() -> Manners {
        Manners {
            model: "HL7800",
            imei: "001010123456780",
            takes: Duration::from_millis(30),
            cuts_after: Some(Duration::ZERO),
            reads_back: None,
            loses_answers: false,
            last_words: "",
            usb_vanishes: false,
            begins_off: false,
            is_deaf: false,
            interrupts: 0,
        }
    }
}

/// What is left when the world is gone.
#[derive(Default)]
pub(crate) struct Seen {
    /// `12.345 power.off`, with the world's time.
    pub(crate) calls: Vec<String>,
    pub(crate) sent: Vec<String>,
}

pub(crate) struct Bench {
    manners: Manners,
    seen: Rc<RefCell<Seen>>,
    now: Moment,
    /// The switch's own opinion.
    claims: &'static str,
    /// From when on the module has no supply.
    dead_from: Moment,
    arriving: VecDeque<(Moment, Vec<u8>)>,
    interrupts: Interrupts,
    told: u32,
}

impl Bench {
    pub(crate) fn new(manners: Manners, seen: &Rc<RefCell<Seen>>, interrupts: Interrupts) -> Bench {
        let dead_from = if manners.begins_off { Moment::START } else { Moment::NEVER };
        Bench {
            manners,
            seen: Rc::clone(seen),
            now: Moment::START,
            claims: "on",
            dead_from,
            arriving: VecDeque::new(),
            interrupts,
            told: 0,
        }
    }

    fn is_fed(&self) -> bool {
        self.now < self.dead_from
    }

    fn say(&mut self, after: Duration, text: &str) {
        let at = self.now + after;
        self.arriving.push_back((at, format!("\r\n{text}\r\n").into_bytes()));
        self.arriving.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    fn answer(&mut self, command: &str) {
        let Manners { model, imei, .. } = self.manners;
        match command {
            "AT+CGMM" => self.say(ANSWER, model),
            "AT+CGSN" => self.say(ANSWER, imei),
            "AT+CUE" => self.say(ANSWER * 4, "+WDSI: 14"),
            _ => {}
        }
        self.say(ANSWER, "OK");
    }

    fn switch_off(&mut self) {
        self.claims = "off";
        if let Some(after) = self.manners.cuts_after {
            self.dead_from = self.now + after;
            self.arriving.retain(|(at, _)| *at < self.dead_from);
        }
        if !self.manners.last_words.is_empty() {
            self.say(ANSWER, self.manners.last_words);
        }
        for _ in 0..self.manners.interrupts {
            self.interrupts.raise();
        }
    }

    fn switch_on(&mut self) {
        self.claims = "on";
        if self.dead_from != Moment::NEVER {
            self.dead_from = Moment::NEVER;
            self.say(BOOT, "+KSUP: 0");
        }
    }
}

impl World for Bench {
    fn now(&self) -> Moment {
        self.now
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        let command = String::from_utf8_lossy(bytes).trim_end().to_owned();
        if self.is_fed() && !self.manners.is_deaf {
            self.answer(&command);
        }
        self.seen.borrow_mut().sent.push(command);
        Ok(self.now)
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        if self.interrupts.count() > self.told {
            self.told += 1;
            return Ok(Wake::Interrupted);
        }
        if self.arriving.front().is_some_and(|(at, _)| *at <= until)
            && let Some((at, bytes)) = self.arriving.pop_front()
        {
            self.now = self.now.max(at);
            return Ok(Wake::Bytes { at, bytes });
        }
        self.now = self.now.max(until);
        Ok(Wake::Deadline)
    }

    fn call(&mut self, role: &str, method: &str, _: &Value) -> Result<Value, Broken> {
        self.seen.borrow_mut().calls.push(format!("{} {role}.{method}", self.now));
        self.now = self.now + self.manners.takes;
        match method {
            "off" => self.switch_off(),
            "on" => self.switch_on(),
            "state" => {
                let said = self.manners.reads_back.unwrap_or_default();
                let power = if said == "true" { self.claims } else { said };
                return Ok(json!({ "power": power }));
            }
            _ => {}
        }
        match method {
            "off" if self.manners.loses_answers => {
                Err(Broken::new("the plugin `relay` did not answer `power.off` within 30 s"))
            }
            _ => Ok(Value::Null),
        }
    }

    fn offers(&self, role: &str) -> bool {
        role == "power"
    }

    fn can(&self, _: &str, method: &str) -> bool {
        method != "state" || self.manners.reads_back.is_some()
    }

    fn port_is_there(&self) -> bool {
        !self.manners.usb_vanishes || self.is_fed()
    }
}
