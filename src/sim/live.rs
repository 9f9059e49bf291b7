//! A module that has power, for the time of one event: everything that an event may touch.

use std::fmt::Arguments;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use crate::behaviour::Defect;
use crate::moment::Moment;
use crate::package::Package;
use crate::rig::VirtualSettings;
use crate::sim::agenda::Event;
use crate::sim::chance::Chance;
use crate::sim::cloud::Cloud;
use crate::sim::flash::Flash;
use crate::sim::indication::Indication;
use crate::sim::local::{self, LocalTransfer};
use crate::sim::network::Network;
use crate::sim::noise::Line;
use crate::sim::ram::Ram;
use crate::sim::sleep::Dtr;
use crate::sim::{
    boot, coverage, download, front, install, polling, request, retry, session, sleep,
};

pub(crate) struct Live<'m> {
    pub(crate) now: Moment,
    pub(crate) settings: &'m VirtualSettings,
    /// Packages that are known by their bytes.
    pub(crate) known: &'m [Arc<Package>],
    pub(crate) flash: &'m mut Flash,
    pub(crate) ram: &'m mut Ram,
    pub(crate) network: &'m mut Network,
    pub(crate) cloud: &'m mut Cloud,
    pub(crate) chance: &'m mut Chance,
    pub(crate) line: &'m mut Line,
    pub(crate) dtr: Dtr,
    pub(crate) out: &'m mut Vec<u8>,
}

/// What becomes of the power after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    StaysOn,
    /// `AT+CPWROFF`: off until a pin or the supply starts it.
    SwitchesOff,
}

impl Live<'_> {
    pub(crate) fn carry_out(&mut self, event: Event) -> Fate {
        match event {
            Event::Answer => front::answer(self),
            Event::Boot(step) => boot::step(self, step),
            Event::Session(step) => session::step(self, step),
            Event::Download(step) => download::step(self, step),
            Event::Install(step) => install::step(self, step),
            Event::Local(step) => local::step(self, step),
            Event::Poll => polling::due(self),
            Event::Retry => retry::due(self),
            Event::NetworkLost => coverage::too_long(self),
            Event::ContextLost => coverage::drop_context(self),
            Event::ContextBack => coverage::context_back(self),
            Event::RepeatRequest => request::repeat(self),
            Event::Say(indication) => self.say(indication),
            Event::Reboot => boot::restart(self),
            Event::FallAsleep => sleep::fall_asleep(self),
            Event::Awake => sleep::rouse(self),
            Event::ForeignProbe => front::intrude(self),
            Event::SwitchOff => return Fate::SwitchesOff,
        }
        Fate::StaysOn
    }

    /// Puts `event` on the agenda, give or take a tenth of `delay`.
    pub(crate) fn after(&mut self, delay: Duration, event: Event) {
        let delay = self.chance.around(delay);
        self.exactly_after(delay, event);
    }

    /// For timers whose length the app note gives, or the host.
    pub(crate) fn exactly_after(&mut self, delay: Duration, event: Event) {
        self.ram.agenda.add(self.now + delay, event);
    }

    /// Whether the module has this defect.
    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.settings.defects.has(defect)
    }

    /// Whether a defect that shows itself once does so now.
    pub(crate) fn strikes(&mut self, defect: Defect) -> bool {
        let now = self.has(defect) && !self.flash.struck.has(defect);
        if now {
            self.flash.struck.add(defect);
        }
        now
    }

    /// Prints an indication, if its bit is on.
    pub(crate) fn say(&mut self, indication: Indication) {
        let level = if self.has(Defect::IgnoresMask) { u32::MAX } else { self.flash.level };
        if indication.is_on(level) && !indication.is_muted(&self.settings.defects) {
            sleep::rouse(self);
            indication.print(self.unasked());
            sleep::touch(self);
        }
    }

    /// Where URCs are printed: they are held back while a file is received (reference 6.1).
    fn unasked(&mut self) -> &mut Vec<u8> {
        match self.ram.local.as_mut().and_then(LocalTransfer::held) {
            Some(held) => held,
            None => self.out,
        }
    }

    /// Prints a URC of another family.
    pub(crate) fn urc(&mut self, text: Arguments<'_>) {
        sleep::rouse(self);
        write!(self.unasked(), "\r\n{text}\r\n").expect("writing to memory cannot fail");
        sleep::touch(self);
    }
}
