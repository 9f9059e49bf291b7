//! What can be done to a virtual module from outside of its port, by name: its roles.
//!
//! One vocabulary serves the steps of a scenario, the control socket of `fotarig simulate` and the
//! conformance tables.

use std::sync::Arc;

use serde_json::Value;

use crate::behaviour::{Defect, Noise, Unknown};
use crate::diagnostic::{did_you_mean, either};
use crate::moment::Moment;
use crate::package::{Package, check_version};
use crate::rig::{methods_of, roles};
use crate::sim::cloud::{Device, Operation};
use crate::sim::module::{Module, Supply};
use crate::sim::network::{ApnPolicy, Coverage, Reach};
use crate::sim::wishes::{
    AllowWish, CredentialsWish, DefectWish, InstallWish, NetworkWish, NoiseWish, PinWish,
    RefuseWish, SwitchWish, VersionWish, What, length, nothing, read,
};
use crate::sim::{coverage, server, session, sleep, state};

/// Where `cloud install` finds a package file by its name; the module itself reads no files.
pub trait PackageShelf {
    fn fetch(&self, name: &str) -> Result<Package, String>;
}

/// Why a call was not carried out, as a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl Module {
    /// Carries out `method` of `role` at `now`; a refused call changes nothing.
    pub fn call(
        &mut self,
        now: Moment,
        (role, method): (&str, &str),
        params: &Value,
        shelf: &dyn PackageShelf,
    ) -> Result<Value, Refused> {
        self.interfere(now, |_| {});
        match role {
            "power" => self.power_method(now, method, params),
            "network" => self.network_method(now, method, params),
            "cloud" => return self.cloud_method(now, method, params, shelf),
            "module" => return self.module_method(now, method, params),
            _ => Err(Refused::no_role(role, roles())),
        }?;
        Ok(Value::Null)
    }

    fn power_method(&mut self, now: Moment, method: &str, params: &Value) -> Result<(), Refused> {
        nothing(params)?;
        match method {
            "on" => self.power(now, Supply::On),
            "off" => self.power(now, Supply::Off),
            "reset" => self.reset(now),
            "wake" => self.interfere(now, sleep::wake),
            _ => return Err(unknown_method("power", method)),
        }
        Ok(())
    }

    fn network_method(&mut self, now: Moment, method: &str, params: &Value) -> Result<(), Refused> {
        if method == "set" {
            self.set_network(&read(params)?)?;
            self.interfere(now, server::wake_up);
            return Ok(());
        }
        nothing(params)?;
        match method {
            "down" => {
                self.network.coverage = Coverage::Lost;
                self.interfere(now, coverage::lost);
            }
            "up" => {
                self.network.coverage = Coverage::Covered;
                self.interfere(now, coverage::found);
            }
            "release_nat" => self.network.release(),
            "drop_context" => self.interfere(now, coverage::drop_context),
            _ => return Err(unknown_method("network", method)),
        }
        Ok(())
    }

    fn set_network(&mut self, wanted: &NetworkWish) -> Result<(), Refused> {
        if wanted.link_bits_per_second == Some(0) {
            let sentence = "a link needs at least 1 bit per second; `network down` cuts it";
            return Err(Refused(sentence.to_owned()));
        }
        let nat = match wanted.nat.as_deref() {
            None => self.network.nat,
            Some("never") => None,
            Some(text) => Some(length(text)?),
        };
        self.network.nat = nat;
        if let Some(speed) = wanted.link_bits_per_second {
            self.network.link_bits_per_second = speed;
        }
        if let Some(refuses) = wanted.refuses_apn {
            self.network.apn = if refuses { ApnPolicy::Refused } else { ApnPolicy::Accepted };
        }
        if let Some(answers) = wanted.answers {
            self.network.servers = if answers { Reach::Answer } else { Reach::Silent };
        }
        Ok(())
    }

    fn cloud_method(
        &mut self,
        now: Moment,
        method: &str,
        params: &Value,
        shelf: &dyn PackageShelf,
    ) -> Result<Value, Refused> {
        match method {
            "install" => {
                let wish: InstallWish = read(params)?;
                let package = self.chosen(&wish, shelf)?;
                self.cloud.operation =
                    Some(Operation { flaw: wish.flaw, ..Operation::new(package) });
                self.interfere(now, server::deliver);
                return Ok(Value::Null);
            }
            "refuse" => self.refuse(&read(params)?),
            "fail_download" => self.cloud.fail_download(read(params)?),
            "allow" => match read::<AllowWish>(params)?.what {
                What::Authentication => self.cloud.allow_authentication(),
                What::Registration => self.cloud.refuse_registrations(0),
            },
            _ => {
                nothing(params)?;
                match method {
                    "cancel" => self.cloud.cancel(),
                    "register" => self.cloud.device = Device::Registered,
                    "unregister" => self.cloud.device = Device::Unknown,
                    "rotate" => self.cloud.renew_now(),
                    "state" => return Ok(state::of_cloud(&self.cloud)),
                    _ => return Err(unknown_method("cloud", method)),
                }
            }
        }
        Ok(Value::Null)
    }

    fn chosen(
        &self,
        wish: &InstallWish,
        shelf: &dyn PackageShelf,
    ) -> Result<Arc<Package>, Refused> {
        match (&wish.package, &wish.file) {
            (None, None) => Ok(self.package.clone()),
            (Some(package), None) => package.package(shelf).map(Arc::new),
            (None, Some(file)) => shelf.fetch(file).map(Arc::new).map_err(Refused),
            (Some(_), Some(_)) => Err(Refused("give either `package` or `file`".to_owned())),
        }
    }

    fn refuse(&mut self, wish: &RefuseWish) {
        match wish.what {
            What::Authentication => self.cloud.refuse_authentication(wish.times),
            What::Registration => self.cloud.refuse_registrations(wish.times.unwrap_or(u32::MAX)),
        }
    }

    fn module_method(
        &mut self,
        now: Moment,
        method: &str,
        params: &Value,
    ) -> Result<Value, Refused> {
        match method {
            "credentials" => self.flash.credentials = read::<CredentialsWish>(params)?.to,
            "firmware" => {
                let VersionWish { to } = read(params)?;
                check_version(&to)
                    .map_err(|unfit| Refused(format!("{unfit}: {}", unfit.remedy())))?;
                self.flash.firmware = to;
            }
            "pin" => self.settings.pin = read::<PinWish>(params)?.to,
            "defect" => {
                let DefectWish { name, on } = read(params)?;
                let defect = Defect::named(&name).ok_or(Unknown::Defect(name))?;
                if on {
                    self.settings.defects.add(defect);
                } else {
                    self.settings.defects.remove(defect);
                }
            }
            "switch" => {
                let SwitchWish { name, value } = read(params)?;
                self.settings.switches.set(&name, &value)?;
            }
            "noise" => {
                let NoiseWish { level } = read(params)?;
                self.settings.noise = Noise::named(&level).ok_or(Unknown::Noise(level))?;
            }
            "send" => {
                nothing(params)?;
                self.interfere(now, session::touch);
            }
            "state" => {
                nothing(params)?;
                return Ok(state::of(self));
            }
            _ => return Err(unknown_method("module", method)),
        }
        Ok(Value::Null)
    }
}

/// A role or method that there is not, with those that there are.
fn unknown(
    complaint: &str,
    name: &str,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Refused {
    let remedy =
        did_you_mean(name, known.clone()).unwrap_or_else(|| format!("known: {}", either(known)));
    Refused(format!("{complaint}; {remedy}"))
}

fn unknown_method(role: &str, method: &str) -> Refused {
    unknown(&format!("`{role}` has no method `{method}`"), method, methods_of(role).iter().copied())
}

impl Refused {
    /// There is no such role among those that are known where it was called.
    pub fn no_role(role: &str, known: impl Iterator<Item = &'static str> + Clone) -> Refused {
        unknown(&format!("there is no role `{role}`"), role, known)
    }
}

impl From<Unknown> for Refused {
    fn from(unknown: Unknown) -> Refused {
        Refused(format!("{unknown}; {}", unknown.remedy()))
    }
}
