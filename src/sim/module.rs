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
use crate::sim::ram::Ram;
use crate::sim::sleep::Dtr;
use crate::sim::{boot, front, sleep};

/// A virtual HL78xx with its network and its cloud.
#[derive(Clone, Debug)]
pub struct Module {
    settings: VirtualSettings,
    /// Up to when everything has happened.
    now: Moment,
    supply: Supply,
    dtr: Dtr,
    flash: Flash,
    /// None without power.
    ram: Option<Ram>,
    network: Network,
    cloud: Cloud,
    chance: Chance,
    /// Said in time before the supply was switched, and not handed out yet.
    unheard: Vec<u8>,
}

/// The supply of the module, as a power switch sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    Off,
    On,
}

impl Module {
    /// A module that has been powered and registered for a while at [`Moment::START`]. `package`
    /// is what the cloud may offer; the same `seed` gives the same times.
    pub fn new(settings: &VirtualSettings, package: &Package, seed: u64) -> Module {
        let flash = Flash::new(settings, package);
        let ram = Ram::settled(&flash, settings);
        let operation = match settings.offer {
            Offer::Package => Some(Arc::new(package.clone())),
            Offer::Nothing => None,
        };
        Module {
            settings: settings.clone(),
            now: Moment::START,
            supply: Supply::On,
            dtr: Dtr::Asserted,
            flash,
            ram: Some(ram),
            network: Network::new(settings.link_bits_per_second),
            cloud: Cloud::new(operation),
            chance: Chance::from_seed(seed),
            unheard: Vec::new(),
        }
    }

    /// Everything due up to `now` happens in order, then `input` is taken in; what the module says
    /// is appended to `out`. Returns the moment by which it must be called again.
    pub fn advance(&mut self, now: Moment, input: &[u8], out: &mut Vec<u8>) -> Option<Moment> {
        out.append(&mut self.unheard);
        self.catch_up(now, out);
        if let Some(mut live) = self.live(out) {
            front::hear(&mut live, input);
        }
        self.ram.as_ref()?.agenda.next()
    }

    /// Switches the supply at `now`. A cut drops `Ram` and nothing else; on means boot.
    pub fn power(&mut self, now: Moment, supply: Supply) {
        let mut unheard = std::mem::take(&mut self.unheard);
        self.catch_up(now, &mut unheard);
        match (self.supply, supply) {
            (Supply::Off, Supply::Off) | (Supply::On, Supply::On) => {}
            (Supply::On, Supply::Off) => self.ram = None,
            (Supply::Off, Supply::On) => {
                self.ram = Some(Ram::at_boot(&self.flash, &self.settings));
                if let Some(mut live) = self.live(&mut unheard) {
                    boot::begin(&mut live);
                }
            }
        }
        self.supply = supply;
        self.unheard = unheard;
    }

    /// The WAKEUP pin ends sleep and hibernation.
    pub fn wake(&mut self, now: Moment) {
        self.pull(now, sleep::wake);
    }

    /// The host's DTR changes, which matters under `AT+KSLEEP=0`.
    pub fn set_dtr(&mut self, now: Moment, dtr: Dtr) {
        self.pull(now, |_| {});
        self.dtr = dtr;
        self.pull(now, |live| match dtr {
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

    /// The version that is installed now.
    pub fn firmware(&self) -> &str {
        &self.flash.firmware
    }

    /// Does at `now` what a line or a pin of the module does; what it says is heard later.
    fn pull(&mut self, now: Moment, act: impl FnOnce(&mut Live<'_>)) {
        let mut unheard = std::mem::take(&mut self.unheard);
        self.catch_up(now, &mut unheard);
        if let Some(mut live) = self.live(&mut unheard) {
            act(&mut live);
        }
        self.unheard = unheard;
    }

    fn catch_up(&mut self, now: Moment, out: &mut Vec<u8>) {
        while let Some((at, event)) = self.ram.as_mut().and_then(|ram| ram.agenda.take_due(now)) {
            self.now = at;
            match self.live(out).map(|mut live| live.carry_out(event)) {
                Some(Fate::SwitchesOff) => self.ram = None,
                Some(Fate::StaysOn) | None => {}
            }
        }
        self.now = self.now.max(now);
    }

    fn live<'m>(&'m mut self, out: &'m mut Vec<u8>) -> Option<Live<'m>> {
        Some(Live {
            now: self.now,
            settings: &self.settings,
            flash: &mut self.flash,
            ram: self.ram.as_mut()?,
            network: &self.network,
            cloud: &mut self.cloud,
            chance: &mut self.chance,
            dtr: self.dtr,
            out,
        })
    }
}
