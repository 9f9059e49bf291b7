//! A rig made ready: the way to its module, with what fills its roles, for all tests of a run.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::rc::Rc;

use serde_json::Value;

use crate::fault::Broken;
use crate::plugin::{Begun, Call, Host};
use crate::rig::{Address, DeviceSettings, LAB, Port};
use crate::run::Test;
use crate::suite::prepare::seed_at;
use crate::suite::rest::rest;
use crate::suite::{Conduct, Instruments};
use crate::world::real::Real;
use crate::world::{Simulated, World};

/// The plugins of a rig are started with its first test, and ended by [`Bench::finish`] or by
/// dropping it, which also gives its lab back what it has lent.
pub(crate) struct Bench<'c> {
    conduct: &'c Conduct<'c>,
    host: RefCell<Option<Rc<Host>>>,
    /// Whether the lab may have lent something.
    lent: Cell<Lent>,
    /// The lock of a port in the network, under its name.
    claimed: RefCell<Option<(String, File)>>,
}

/// What a lab has done for this rig.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lent {
    #[default]
    Nothing,
    Maybe,
}

impl<'c> Bench<'c> {
    pub(crate) fn of(conduct: &'c Conduct<'c>) -> Bench<'c> {
        let (host, lent, claimed) = Default::default();
        Bench { conduct, host, lent, claimed }
    }

    /// The world for a test: a fresh module of its own, or the port, opened anew.
    pub(crate) fn world(&self, test: &Test) -> Result<Box<dyn World>, Broken> {
        let Conduct { desk, seed, interrupts, .. } = self.conduct;
        Ok(match &desk.rig.port {
            Port::Virtual(settings) => {
                let seed = seed_at(*seed, &test.at);
                let world = Simulated::new(settings, &test.package, seed, interrupts.clone());
                Box::new(world.stocked(&desk.packages))
            }
            Port::Device(settings) => self.device(settings)?,
        })
    }

    /// The module at a port, with what the plugins fill.
    pub(crate) fn device(&self, settings: &DeviceSettings) -> Result<Box<dyn World>, Broken> {
        let Conduct { clock, interrupts, .. } = self.conduct;
        let host = self.host()?;
        let settings = self.located(settings, &host)?;
        self.claim(&settings.address)?;
        let clock = clock.at_speed(settings.speed);
        Ok(Box::new(Real::open(&settings, clock, interrupts.clone())?.equipped(&host)))
    }

    /// A server may let in anybody, or send the second one away after a while. So a lock of this
    /// host keeps other rigs off, before they do anything to the module or to its supply.
    fn claim(&self, address: &Address) -> Result<(), Broken> {
        let (Address::Tcp(place) | Address::Rfc2217(place)) = address else { return Ok(()) };
        let name = lock_of(place);
        if self.claimed.borrow().as_ref().is_some_and(|(known, _)| *known == name) {
            return Ok(());
        }
        let locks = Instruments::of_this_host().map_err(|complaint| {
            let broken = Broken::new(complaint.message);
            complaint.help.into_iter().fold(broken, Broken::help)
        })?;
        let rig = &self.conduct.desk.rig.name;
        let file = locks.claim(&name, &format!("the port `{address}`"), rig)?;
        *self.claimed.borrow_mut() = Some((name, file));
        Ok(())
    }

    /// Starts each plugin, whatever the others come to, and tells how each began.
    pub(crate) fn begin(&self) -> Result<Vec<Begun>, Broken> {
        let desk = self.conduct.desk;
        let host = Rc::new(Host::ready(&desk.rig.name, &desk.outfit)?);
        *self.host.borrow_mut() = Some(Rc::clone(&host));
        Ok(self.patiently(|is_interrupted| host.begin(is_interrupted)))
    }

    /// The plugins, started when they are first needed. What could not be started is tried anew.
    pub(crate) fn host(&self) -> Result<Rc<Host>, Broken> {
        if let Some(host) = &*self.host.borrow() {
            return Ok(Rc::clone(host));
        }
        let desk = self.conduct.desk;
        let host = self.patiently(|is_interrupted| {
            Host::start(&desk.rig.name, &desk.outfit, is_interrupted)
        })?;
        let host = Rc::new(host);
        *self.host.borrow_mut() = Some(Rc::clone(&host));
        Ok(host)
    }

    /// The port with its address, for which a lab is asked each time: it may have moved.
    pub(crate) fn located(
        &self,
        settings: &DeviceSettings,
        host: &Host,
    ) -> Result<DeviceSettings, Broken> {
        if settings.address != Address::Lab {
            return Ok(settings.clone());
        }
        // From the attempt on: who was killed in the middle of it may have got the place.
        self.lent.set(Lent::Maybe);
        let answer = self.lab(host, "acquire")?;
        let address = address(&answer).ok_or_else(|| {
            Broken::new(format!("the lab does not say where the module is: {answer}"))
                .help("its plugin answers `lab.acquire` with one of `serial`, `tcp` and `rfc2217`")
        })?;
        Ok(DeviceSettings { address, ..settings.clone() })
    }

    fn lab(&self, host: &Host, method: &str) -> Result<Value, Broken> {
        let call = Call { role: LAB, method, params: &Value::Null };
        self.patiently(|is_interrupted| host.call(&call, is_interrupted))
    }

    /// An interrupt that comes meanwhile makes a plugin hurry, and so do two that came before.
    fn patiently<T>(&self, call: impl FnOnce(&dyn Fn() -> bool) -> T) -> T {
        let interrupts = &self.conduct.interrupts;
        let before = interrupts.count();
        call(&|| interrupts.count() > before || before > 1)
    }

    /// Leaves the supply as the rig file wants it, gives the lab back what it has lent and ends all
    /// plugins; what went wrong with that.
    pub(crate) fn finish(&self) -> Vec<Broken> {
        let Some(host) = self.host.take() else { return Vec::new() };
        let call =
            |call: &Call<'_>| self.patiently(|is_interrupted| host.call(call, is_interrupted));
        let rested = rest(self.conduct.desk.rig.supply.safe_state, &host, &call).err();
        let released = match self.lent.replace(Lent::Nothing) {
            Lent::Maybe => self.lab(&host, "release").err(),
            Lent::Nothing => None,
        };
        rested.into_iter().chain(released).chain(host.finish()).collect()
    }
}

impl Drop for Bench<'_> {
    /// On every way out, also when something panics.
    fn drop(&mut self) {
        self.finish();
    }
}

/// The name of the lock of a port in the network.
fn lock_of(place: &str) -> String {
    let place = place.replace("localhost", "127.0.0.1");
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' };
    format!("port-{}", place.chars().map(plain).collect::<String>())
}

fn address(answer: &Value) -> Option<Address> {
    let fields = answer.as_object()?;
    let mut known = fields.iter().filter_map(|(kind, place)| {
        let place = place.as_str()?.to_owned();
        match kind.as_str() {
            "serial" => Some(Address::Serial(place)),
            "tcp" => Some(Address::Tcp(place)),
            "rfc2217" => Some(Address::Rfc2217(place)),
            _ => None,
        }
    });
    known.next()
}
