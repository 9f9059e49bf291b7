//! The supply of a device: how a real one is treated, what proves that it is off, and what is said
//! when it is not as its switch claims.
//!
//! A relay says that it has switched; it does not say what hangs on it. So a power-off is proven:
//! the switch reads back `off`, or the module is silent, or its own USB port has vanished. A
//! simulated supply cannot lie: nothing is proven there, and nothing takes time.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Trouble;
use crate::journal::readable;
use crate::moment::Moment;
use crate::profile::Profile;
use crate::rig::{Address, POWER, Port, Proof, Rig, SafeState, SupplyRules};

/// From the plugin's answer until nothing may come any more: contacts of a relay settle within 20
/// ms, and drivers of USB adapters hold bytes back for 16 ms; a socket in a network is later.
pub(crate) const MARGIN: Duration = Duration::from_millis(300);
/// How long a module must then leave `AT` unanswered: one that is awake answers within some ms.
pub(crate) const SILENT_FOR: Duration = Duration::from_secs(1);
/// Within what time a USB port has vanished from the system: hubs look at their ports every quarter
/// of a second, and capacitors keep a module alive for some more.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// How the supply was last switched, so that no way out leaves a device without it.
#[derive(Debug, Default)]
pub(crate) struct Supply {
    pub(crate) state: State,
    /// Since when it is off.
    pub(crate) off_since: Moment,
    /// Nothing on a simulated rig.
    pub(crate) real: Option<RealSupply>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    #[default]
    On,
    Off,
}

/// A supply that is switched by a plugin.
#[derive(Clone, Debug)]
pub(crate) struct RealSupply {
    /// The plugin, for what is said.
    plugin: String,
    pub(crate) rules: SupplyRules,
    /// From the answer until silence, on the world's clock.
    pub(crate) margin: Duration,
    /// Within what time a port of the module itself has vanished, on the world's clock.
    pub(crate) gone_within: Duration,
    /// Whether the port is a server's: when that is gone, it says nothing about the module.
    pub(crate) is_far: bool,
    /// Whether the port is the module's own USB.
    has_own_usb: bool,
}

impl Supply {
    pub(crate) fn of(rig: &Rig, profile: &Profile) -> Supply {
        let Port::Device(settings) = &rig.port else { return Supply::default() };
        let plugin = rig.filled(POWER);
        let has_own_usb = match &settings.address {
            Address::Usb(usb) => Some(usb.vendor) == profile.usb_vendor,
            Address::Serial(_) | Address::Tcp(_) | Address::Rfc2217(_) | Address::Lab => false,
        };
        let real = RealSupply {
            plugin: plugin.map_or_else(|| POWER.to_owned(), |filled| filled.plugin.clone()),
            rules: rig.supply.clone(),
            // What it allows for happens in real time, however fast the rig's clock goes.
            margin: MARGIN * settings.speed.get(),
            gone_within: GONE_WITHIN * settings.speed.get(),
            is_far: match settings.address {
                Address::Tcp(_) | Address::Rfc2217(_) | Address::Lab => true,
                Address::Serial(_) | Address::Usb(_) => false,
            },
            has_own_usb,
        };
        Supply { real: Some(real), ..Supply::default() }
    }

    pub(crate) fn is_real(&self) -> bool {
        self.real.is_some()
    }

    /// Whether it was off before the run, by the rig's own wish.
    pub(crate) fn rests_off(&self) -> bool {
        self.real.as_ref().is_some_and(|real| real.rules.safe_state == SafeState::Off)
    }
}

/// Whether the switch can be asked how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadBack {
    There,
    Missing,
}

impl RealSupply {
    /// What proves that it is off: what the rig file says, or what there is.
    pub(crate) fn proofs(&self, read_back: ReadBack) -> Vec<Proof> {
        if !self.rules.proof.is_empty() {
            return self.rules.proof.clone();
        }
        let mut proofs = match read_back {
            ReadBack::There => vec![Proof::ReadBack],
            ReadBack::Missing => vec![Proof::Silence],
        };
        if self.has_own_usb {
            proofs.push(Proof::UsbGone);
        }
        proofs
    }

    /// The switch itself says something else than it said.
    pub(crate) fn contradicted(&self, wanted: &str, found: &str) -> Trouble {
        let plugin = &self.plugin;
        let message = format!("the power is {wanted}, says `{plugin}`, but reads back as {found}");
        Trouble::broken(Diagnostic::new(message).help(
            "see to the switch: its supply, its channel in the rig file, another program that uses \
             it",
        ))
    }

    /// What it means that the port takes or gives nothing: a module's own port is silent without
    /// its supply, a server's tells of itself only.
    pub(crate) fn nothing_heard(&self) -> Result<Option<Spoken>, Trouble> {
        if !self.is_far {
            return Ok(None);
        }
        let message = "the power-off cannot be proven: the server of the port is gone";
        let help = "see to that server and the network, or give the supply `proof: readback`";
        Err(Trouble::broken(Diagnostic::new(message).help(help)))
    }

    /// There is no way to ask the switch.
    pub(crate) fn no_read_back(&self) -> Trouble {
        let plugin = &self.plugin;
        let message =
            format!("the rig file wants a read-back, and `{plugin}` has no `power.state`");
        let help = "choose another `proof` in the rig file: `silence` needs nothing of the plugin";
        Trouble::broken(Diagnostic::new(message).help(help))
    }

    pub(crate) fn still_speaks(&self, spoken: &Spoken) -> Trouble {
        let plugin = &self.plugin;
        let message = format!("the power is off, says `{plugin}`, but the module still speaks");
        let said = readable(&spoken.bytes[..spoken.bytes.len().min(MAX_QUOTED_BYTES)]);
        let more = match spoken.bytes.len().saturating_sub(MAX_QUOTED_BYTES) {
            0 => String::new(),
            more => format!(" and {more} bytes more"),
        };
        let (came, asked) = (show(spoken.first), show(spoken.asked));
        let seen = format!(
            "`{said}`{more} came {came} after the plugin's answer; `AT` was sent {asked} after it"
        );
        Trouble::broken(Diagnostic::new(message).note(seen).help(
            "is the relay wired into the module's supply? the module may be fed through USB or \
             through its UART lines; for a slow switch let the plugin answer later",
        ))
    }

    pub(crate) fn still_plugged(&self) -> Trouble {
        let plugin = &self.plugin;
        let message = format!("the power is off, says `{plugin}`, but the USB port is still there");
        let seen = format!("it must vanish within {}", show(GONE_WITHIN));
        Trouble::broken(Diagnostic::new(message).note(seen).help(
            "is the relay wired into the module's supply (VBUS counts)? when the port is that of \
             an adapter, write `proof: silence` in the rig file",
        ))
    }
}

/// What is quoted of a module that should have no power: a line or two.
const MAX_QUOTED_BYTES: usize = 60;

/// What a module said that should have been silent.
#[derive(Debug)]
pub(crate) struct Spoken {
    pub(crate) bytes: Vec<u8>,
    /// When it began and when it was asked, since the plugin's answer.
    pub(crate) first: Duration,
    pub(crate) asked: Duration,
}

/// A cut that came later after its line than the scenario allows: the rig was too slow for it.
pub(crate) fn late(line: &str, took: Duration, within: Duration) -> Trouble {
    let (took, within) = (show(took), show(within));
    let message =
        format!("the cut was done {took} after `{line}`, later than the {within} allowed");
    Trouble::broken(
        Diagnostic::new(message)
            .help("the rig is too slow for this scenario: a faster switch, or a longer `within`"),
    )
}

/// A cut whose time is bounded, without a line to count from.
pub(crate) fn no_cue() -> Trouble {
    let message = "`within` of a cut counts from the line taken before it, and there is none";
    let help = "put an `expect` right before it: what is sent or called between ends the count";
    Trouble::broken(Diagnostic::new(message).help(help))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn real(proof: Vec<Proof>) -> RealSupply {
        let rules = SupplyRules { proof, ..SupplyRules::default() };
        let margin = MARGIN * NonZeroU32::MIN.get();
        RealSupply {
            plugin: "relay".to_owned(),
            rules,
            margin,
            gone_within: GONE_WITHIN,
            is_far: false,
            has_own_usb: true,
        }
    }

    #[test]
    fn proof_is_chosen_by_what_there_is() {
        let usual = real(Vec::new());
        assert_eq!(usual.proofs(ReadBack::There), [Proof::ReadBack, Proof::UsbGone]);
        assert_eq!(usual.proofs(ReadBack::Missing), [Proof::Silence, Proof::UsbGone]);
        assert_eq!(real(vec![Proof::Silence]).proofs(ReadBack::There), [Proof::Silence]);
    }
}
