//! A module that is served: its time, its alarm, and what its client has not taken yet.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::{Value, json};

use crate::duration;
use crate::moment::Moment;
use crate::sim::{Module, PackageShelf, PortPresence};
use crate::world::real::Clock;
use crate::world::real::serve::Cable;
use crate::world::real::serve::entrance::{Heard, Outbox};
use crate::world::real::serve::request::Request;

/// How much of what the module says waits for a client that does not read: more than a minute of
/// a UART at 115200 baud. What does not fit is lost, as from a UART whose host has overrun.
const BACKLOG_BYTES: usize = 1 << 20;

/// The longest skip at a time: longer than any rotation or retry of the app note. A module that
/// polls every minute needs some seconds for it, and meanwhile nobody else is served.
const MAX_SKIP: Duration = Duration::from_secs(366 * 86_400);

pub(super) struct Service {
    module: Module,
    time: ModuleTime,
    cable: Cable,
    shelf: Box<dyn PackageShelf>,
    /// When the module must be advanced next.
    alarm: Option<Moment>,
    backlog: VecDeque<u8>,
    client: Client,
    port: Port,
    /// How much has come over the port, and how much was said there: a controller that compares it
    /// with its own count knows when all has arrived.
    heard_bytes: u64,
    said_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Present,
    Absent,
}

/// What the entrance has to do about the module's own port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    There,
    /// It is there, and was gone since the entrance was told last.
    Back,
    Gone,
}

impl Service {
    pub(super) fn new(
        module: Module,
        time: ModuleTime,
        cable: Cable,
        shelf: Box<dyn PackageShelf>,
    ) -> Service {
        Service {
            module,
            time,
            cable,
            shelf,
            alarm: Some(Moment::START),
            backlog: VecDeque::new(),
            client: Client::Absent,
            port: Port::There,
            heard_bytes: 0,
            said_bytes: 0,
        }
    }

    /// Everything that is due happens, event by event.
    pub(super) fn catch_up(&mut self) {
        let now = self.time.now();
        while let Some(alarm) = self.alarm.filter(|alarm| *alarm <= now) {
            self.advance(alarm, &[]);
        }
    }

    /// How long, really, until something is due.
    pub(super) fn idle(&self) -> Option<Duration> {
        self.alarm.map(|alarm| self.time.until(alarm))
    }

    /// Takes in what a look at the entrance gave. Nothing that was meant for a client is left when
    /// it has gone.
    pub(super) fn hear(&mut self, heard: Heard, buffer: &[u8]) {
        match heard {
            Heard::Bytes(length) => {
                self.client = Client::Present;
                self.heard_bytes += length as u64;
                self.catch_up();
                self.advance(self.time.now(), &buffer[..length]);
            }
            Heard::Silence => self.client = Client::Present,
            Heard::Purge => self.backlog.clear(),
            Heard::Nobody => match self.client {
                Client::Present => self.part(),
                Client::Absent => {}
            },
        }
    }

    /// The client has gone.
    fn part(&mut self) {
        self.client = Client::Absent;
        self.backlog.clear();
        self.catch_up();
        self.module.hang_up(self.time.now());
    }

    /// What the client should be given next.
    pub(super) fn waiting(&self) -> &[u8] {
        self.backlog.as_slices().0
    }

    pub(super) fn outbox(&self) -> Outbox {
        if self.backlog.is_empty() { Outbox::Empty } else { Outbox::Waiting }
    }

    /// So much of it has been given.
    pub(super) fn taken(&mut self, length: usize) {
        self.backlog.drain(..length);
    }

    /// Tells what became of the module's own port; [`Port::Back`] is told once.
    pub(super) fn port(&mut self) -> Port {
        let port = self.port;
        if port == Port::Back {
            self.port = Port::There;
        }
        port
    }

    /// Carries out what a controller wants; the error is a sentence for people.
    pub(super) fn call(&mut self, request: &Request) -> Result<Value, String> {
        if request.role == "clock" {
            return self.clock(request);
        }
        self.catch_up();
        let Request { role, method, params, .. } = request;
        let now = self.time.now();
        let answer = self.module.call(now, (role, method), params, &*self.shelf);
        // What it said meanwhile, and its new alarm.
        self.advance(now, &[]);
        answer.map_err(|refused| refused.0)
    }

    /// The role that is the service's own: `skip` moves the module's time ahead.
    fn clock(&mut self, request: &Request) -> Result<Value, String> {
        if request.method != "skip" {
            return Err(format!("`clock` has no `{}`, only `skip`", request.method));
        }
        let time = request.params.as_object().filter(|params| params.len() == 1);
        let time = time.and_then(|params| params.get("time")?.as_str());
        let time = time.ok_or(r#"`clock skip` needs `{"time": "90d"}` and nothing else"#)?;
        let length = duration::parse(time)
            .map_err(|bad| format!("`{time}` is no duration: {}", bad.remedy()))?;
        if length > MAX_SKIP {
            let longest = duration::show(MAX_SKIP);
            return Err(format!("`{time}` is too long for one skip: at most {longest}"));
        }
        self.time.skip(length);
        self.catch_up();
        Ok(json!({
            "time_s": self.time.now().since(Moment::START).as_secs_f64(),
            "heard_bytes": self.heard_bytes,
            "said_bytes": self.said_bytes,
        }))
    }

    fn advance(&mut self, at: Moment, input: &[u8]) {
        let mut said = Vec::new();
        self.alarm = self.module.advance(at, input, &mut said);
        if self.client == Client::Present {
            let room = BACKLOG_BYTES.saturating_sub(self.backlog.len());
            let fits = said.len().min(room);
            self.backlog.extend(&said[..fits]);
            self.said_bytes += fits as u64;
        }
        match (self.cable, self.module.port(), self.port) {
            (Cable::Uart, _, _) | (Cable::Usb, PortPresence::There, Port::There | Port::Back) => {}
            (Cable::Usb, PortPresence::There, Port::Gone) => self.port = Port::Back,
            (Cable::Usb, PortPresence::Gone, _) => {
                self.port = Port::Gone;
                self.backlog.clear();
            }
        }
    }
}

/// The module's time: real time, faster, and what was skipped.
pub(super) struct ModuleTime {
    clock: Clock,
    began: Moment,
    speed: NonZeroU32,
    skipped: Duration,
}

impl ModuleTime {
    /// It is [`Moment::START`] now.
    pub(super) fn start(clock: Clock, speed: NonZeroU32) -> ModuleTime {
        ModuleTime { clock, began: clock.now(), speed, skipped: Duration::ZERO }
    }

    fn now(&self) -> Moment {
        let elapsed = self.clock.now().since(self.began);
        Moment::START + elapsed.saturating_mul(self.speed.get()).saturating_add(self.skipped)
    }

    fn skip(&mut self, length: Duration) {
        self.skipped = self.skipped.saturating_add(length);
    }

    /// How long, really, until the module's time is `moment`.
    fn until(&self, moment: Moment) -> Duration {
        // A nanosecond more, so that a division that rounds down does not wake us too early.
        moment.since(self.now()) / self.speed.get() + Duration::from_nanos(1)
    }
}
