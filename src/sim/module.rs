//! The module as its callers see it: bytes and time in, bytes and the next alarm out.

use std::sync::Arc;

use crate::moment::Moment;
use crate::package::Package;
use crate::rig::{Offer, VirtualSettings};
use crate::sim::chance::Chance;
use crate::sim::cloud::Cloud;
use crate::sim::flash::Flash;
use crate::sim::live::{Fate, Live};
use crate::sim::network::Network;
use crate::sim::noise::Line;
use crate::sim::ram::{Port, Ram};
use crate::sim::sleep::Dtr;
use crate::sim::{boot, front, sleep};

/// Events at one moment. A chain that lets no time pass would hang every run; the longest ones,
/// at a boot, have about ten.
const MAX_EVENTS_AT_ONCE: u32 = 10_000;

/// A virtual HL78xx with its network and its cloud.
#[derive(Clone, Debug)]
pub struct Module {
    pub(crate) settings: VirtualSettings,
    /// What the cloud installs when nothing else is named.
    pub(crate) package: Arc<Package>,
    /// Files of vendors among these are known by their bytes; nothing in them can be checked.
    known: Vec<Arc<Package>>,
    /// Up to when everything has happened.
    pub(crate) now: Moment,
    pub(crate) supply: Supply,
    dtr: Dtr,
    pub(crate) flash: Flash,
    /// None without power.
    pub(crate) ram: Option<Ram>,
    pub(crate) network: Network,
    pub(crate) cloud: Cloud,
    chance: Chance,
    line: Line,
    /// Said in time before a call, and not handed out yet.
    unheard: Vec<u8>,
}

/// The supply of the module, as a power switch sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    Off,
    On,
}

/// Whether the module's USB port can be seen: it is gone without power, in boot and in install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortPresence {
    There,
    Gone,
}

impl Module {
    /// A module that has been powered and registered for a while at [`Moment::START`]. `package`
    /// is what the cloud may offer; the same `seed` gives the same times.
    pub fn new(settings: &VirtualSettings, package: &Package, seed: u64) -> Module {
        let flash = Flash::new(settings, package);
        let ram = Ram::settled(&flash, settings);
        let package = Arc::new(package.clone());
        let operation = match settings.offer {
            Offer::Package => Some(package.clone()),
            Offer::Nothing => None,
        };
        Module {
            settings: settings.clone(),
            known: vec![Arc::clone(&package)],
            package,
            now: Moment::START,
            supply: Supply::On,
            dtr: Dtr::Asserted,
            flash,
            ram: Some(ram),
            network: Network::new(settings.link_bits_per_second, settings.nat),
            cloud: Cloud::new(operation, Chance::from_seed(seed.wrapping_add(1))),
            chance: Chance::from_seed(seed),
            line: Line::new(Chance::from_seed(seed.wrapping_add(2))),
            unheard: Vec::new(),
        }
    }

    /// Packages that somebody may send over the AT port, beside the one it was made with.
    pub fn get_to_know(&mut self, packages: &[Arc<Package>]) {
        self.known.extend(packages.iter().cloned());
    }

    /// Everything due up to `now` happens in order, then `input` is taken in; what the module says
    /// is appended to `out`. Returns the moment by which it must be called again.
    pub fn advance(&mut self, now: Moment, input: &[u8], out: &mut Vec<u8>) -> Option<Moment> {
        let unheard = std::mem::take(&mut self.unheard);
        self.say(self.now, unheard, out);
        self.catch_up(now, out);
        if self.line.is_quiet(self.settings.noise) {
            self.hear(input, out);
        } else {
            let input = self.line.heard(self.settings.noise, now, input);
            let mut said = Vec::new();
            self.hear(&input, &mut said);
            self.say(now, said, out);
            self.line.deliver(now, out);
        }
        let event = self.ram.as_ref().and_then(|ram| ram.agenda.next());
        [event, self.line.next()].into_iter().flatten().min()
    }

    /// Switches the supply at `now`. A cut drops `Ram` and nothing else; on means boot, also of a
    /// module that `AT+CPWROFF` switched off while its supply stayed: a pulse on its `PWR_ON` pin.
    pub fn power(&mut self, now: Moment, supply: Supply) {
        self.interfere(now, |_| {});
        match (self.supply, supply) {
            (Supply::Off, Supply::Off) => {}
            (Supply::On, Supply::Off) => {
                self.ram = None;
                self.line.cut();
            }
            (Supply::Off | Supply::On, Supply::On) => self.start(now),
        }
        self.supply = supply;
    }

    /// A pulse on the reset pin at `now`: it also starts a module that switched itself off (guess).
    pub fn reset(&mut self, now: Moment) {
        self.interfere(now, |_| {});
        match self.supply {
            Supply::Off => {}
            Supply::On if self.ram.is_none() => self.start(now),
            Supply::On => self.interfere(now, boot::restart),
        }
    }

    /// A module that runs already goes on as it is.
    fn start(&mut self, now: Moment) {
        if self.ram.is_none() {
            self.ram = Some(Ram::at_boot(&self.flash, &self.settings));
            self.interfere(now, boot::begin);
        }
    }

    /// The host's DTR changes, which matters under `AT+KSLEEP=0`.
    pub fn set_dtr(&mut self, now: Moment, dtr: Dtr) {
        self.interfere(now, |_| {});
        self.dtr = dtr;
        self.interfere(now, |live| match dtr {
            Dtr::Asserted => sleep::wake(live),
            Dtr::Dropped => sleep::touch(live),
        });
    }

    /// Speed of the AT port now, `AT+IPR`.
    pub fn bits_per_second(&self) -> u32 {
        match &self.ram {
            Some(ram) => ram.profile.bits_per_second,
            None => self.flash.profile.bits_per_second,
        }
    }

    /// The host closes its port at `now`: the next one finds a clean line.
    pub fn hang_up(&mut self, now: Moment) {
        self.interfere(now, |live| front::hang_up(&mut live.ram.front));
        self.line.cut();
    }

    /// The version that is installed now.
    pub fn firmware(&self) -> &str {
        &self.flash.firmware
    }

    pub fn port(&self) -> PortPresence {
        match self.ram.as_ref().map(|ram| ram.port) {
            Some(Port::Alive) => PortPresence::There,
            Some(Port::Dead) | None => PortPresence::Gone,
        }
    }

    /// Something happens to the module at `now` from outside of its port. Without power there is
    /// nothing that it could happen to.
    pub(crate) fn interfere(&mut self, now: Moment, happens: impl FnOnce(&mut Live<'_>)) {
        let mut unheard = std::mem::take(&mut self.unheard);
        self.catch_up(now, &mut unheard);
        if let Some(mut live) = self.live(&mut unheard) {
            happens(&mut live);
        }
        self.unheard = unheard;
    }

    fn catch_up(&mut self, now: Moment, out: &mut Vec<u8>) {
        let mut at_once = 0;
        while let Some((at, event)) = self.ram.as_mut().and_then(|ram| ram.agenda.take_due(now)) {
            at_once = if at > self.now { 0 } else { at_once + 1 };
            assert!(at_once < MAX_EVENTS_AT_ONCE, "the module does not get beyond {at}: {event:?}");
            self.now = at;
            let mut said = Vec::new();
            match self.live(&mut said).map(|mut live| live.carry_out(event)) {
                Some(Fate::SwitchesOff) => self.ram = None,
                Some(Fate::StaysOn) | None => {}
            }
            self.say(at, said, out);
        }
        self.now = self.now.max(now);
    }

    fn hear(&mut self, input: &[u8], out: &mut Vec<u8>) {
        if let Some(mut live) = self.live(out) {
            front::hear(&mut live, input);
        }
    }

    /// What the module says goes to the host, past a quiet line or over a disturbed one.
    fn say(&mut self, at: Moment, mut said: Vec<u8>, out: &mut Vec<u8>) {
        if self.line.is_quiet(self.settings.noise) {
            out.append(&mut said);
        } else if !said.is_empty() {
            self.line.carry(self.settings.noise, at, &said);
        }
    }

    fn live<'m>(&'m mut self, out: &'m mut Vec<u8>) -> Option<Live<'m>> {
        Some(Live {
            now: self.now,
            settings: &self.settings,
            known: &self.known,
            flash: &mut self.flash,
            ram: self.ram.as_mut()?,
            network: &mut self.network,
            cloud: &mut self.cloud,
            chance: &mut self.chance,
            line: &mut self.line,
            dtr: self.dtr,
            out,
        })
    }
}
