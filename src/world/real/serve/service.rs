//! A module that is served: its time, its alarm, and what its client has not taken yet.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::{Value, json};

use crate::duration;
use crate::moment::Moment;
use crate::rig::roles;
use crate::sim::{Dtr, Module, PackageShelf, PortPresence, Refused};
use crate::world::real::Clock;
use crate::world::real::serve::Cable;
use crate::world::real::serve::backlog::Backlog;
use crate::world::real::serve::entrance::{Heard, Outbox};
use crate::world::real::serve::request::Request;

/// The longest skip at a time: longer than any rotation or retry of the app note. A module that
/// polls every minute needs some seconds for it, and meanwhile nobody else is served.
const MAX_SKIP: Duration = Duration::from_secs(366 * 86_400);

/// The role that is the service's own.
const CLOCK: &str = "clock";

pub(super) struct Service {
    module: Module,
    time: ModuleTime,
    cable: Cable,
    shelf: Box<dyn PackageShelf>,
    /// When the module must be advanced next.
    alarm: Option<Moment>,
    backlog: Backlog,
    client: Client,
    port: Port,
    /// How much has come over the port: a controller that compares this, and what was said there,
    /// with its own counts knows when all has arrived.
    heard_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Present,
    /// What is said is lost.
    Absent,
    /// The port has come back: what is said since is kept for the first one who opens it.
    Awaited,
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
            backlog: Backlog::default(),
            client: Client::Absent,
            port: Port::There,
            heard_bytes: 0,
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
            Heard::Purge => {
                self.client = Client::Present;
                self.backlog.clear();
            }
            Heard::Dtr(dtr) => {
                self.client = Client::Present;
                self.set_dtr(dtr);
            }
            Heard::Nobody => match self.client {
                Client::Present => self.part(),
                Client::Absent | Client::Awaited => {}
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

    fn set_dtr(&mut self, dtr: Dtr) {
        self.catch_up();
        let now = self.time.now();
        self.module.set_dtr(now, dtr);
        // What it said meanwhile, and its new alarm.
        self.advance(now, &[]);
    }

    /// What the client should be given next.
    pub(super) fn waiting(&self) -> &[u8] {
        self.backlog.waiting()
    }

    pub(super) fn outbox(&self) -> Outbox {
        if self.waiting().is_empty() { Outbox::Empty } else { Outbox::Waiting }
    }

    /// So much of it has been given.
    pub(super) fn taken(&mut self, length: usize) {
        self.backlog.taken(length);
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
        let Request { role, method, params, .. } = request;
        if role == CLOCK {
            return self.clock(request);
        }
        if !roles().any(|known| known == role) {
            return Err(Refused::no_role(role, roles().chain([CLOCK])).0);
        }
        self.catch_up();
        let now = self.time.now();
        let answer = self.module.call(now, (role, method), params, &*self.shelf);
        // What it said meanwhile, and its new alarm.
        self.advance(now, &[]);
        answer.map_err(|refused| refused.0)
    }

    /// `skip` moves the module's time ahead.
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
        self.time.skip(length)?;
        self.catch_up();
        Ok(json!({
            "time_s": self.time.now().since(Moment::START).as_secs_f64(),
            "heard_bytes": self.heard_bytes,
            "said_bytes": self.backlog.said_bytes(),
            "lost_bytes": self.backlog.lost_bytes(),
        }))
    }

    fn advance(&mut self, at: Moment, input: &[u8]) {
        let mut said = Vec::new();
        self.alarm = self.module.advance(at, input, &mut said);
        match (self.cable, self.module.port(), self.port) {
            (Cable::Uart, _, _) | (Cable::Usb, PortPresence::There, Port::There | Port::Back) => {}
            (Cable::Usb, PortPresence::There, Port::Gone) => {
                self.port = Port::Back;
                // Nothing in the module is left of who was there before. Whether he is there still
                // (on TCP he is) will show.
                self.client = Client::Awaited;
            }
            (Cable::Usb, PortPresence::Gone, _) => {
                self.port = Port::Gone;
                self.backlog.clear();
                return;
            }
        }
        match self.client {
            Client::Present | Client::Awaited => self.backlog.keep(&said),
            Client::Absent => {}
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

    /// Moves ahead, but not beyond the end of all moments.
    fn skip(&mut self, length: Duration) -> Result<(), String> {
        let left = Moment::NEVER.since(self.now());
        if length >= left {
            let left = duration::show(left);
            return Err(format!("the module's clock ends after 584 years, which is in {left}"));
        }
        self.skipped = self.skipped.saturating_add(length);
        Ok(())
    }

    /// How long, really, until the module's time is `moment`.
    fn until(&self, moment: Moment) -> Duration {
        // A nanosecond more, so that a division that rounds down does not wake us too early.
        moment.since(self.now()) / self.speed.get() + Duration::from_nanos(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_does_not_skip_beyond_its_end() {
        let mut time = ModuleTime::start(Clock::start(), NonZeroU32::MIN);
        let centuries = Duration::from_secs(580 * 365 * 86_400);
        assert_eq!(time.skip(centuries), Ok(()));
        let before = time.now();
        let refused = time.skip(centuries).expect_err("it is refused");
        assert!(refused.contains("ends after 584 years, which is in 1"), "{refused}");
        assert!(time.now().since(before) < centuries, "nothing was skipped");
    }
}
