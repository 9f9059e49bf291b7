//! What fills the roles of a rig: plugins with their settings, and the rules for its supply.

use std::time::Duration;

use crate::source::Place;
use crate::yaml::Node;

/// A role and the plugin that fills it.
#[derive(Clone, Debug)]
pub struct Filled {
    /// `power`, `network`, `cloud`, `lab`, or one that only the plugin knows.
    pub role: String,
    pub plugin: String,
    /// Where the plugin is named, for complaints.
    pub place: Place,
    /// The plugin's settings as they were written: what they mean its manifest says, and what is
    /// secret in them is not read before it is handed over.
    pub with: Option<Node>,
    /// How long each answer may take, instead of what the manifest says.
    pub answer_within: Option<Duration>,
}

/// How the supply of a rig is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplyRules {
    /// How long it stays off at least: capacitors keep a module alive for some hundred
    /// milliseconds, and a short gap is no power cut.
    pub off_for: Duration,
    /// How a power-off is proven; nothing chooses by what there is.
    pub proof: Vec<Proof>,
    pub safe_state: SafeState,
}

/// What proves that the power is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The switch says so when it is asked (`power.state`).
    ReadBack,
    /// The module does not answer.
    Silence,
    /// The module's own USB port is gone.
    UsbGone,
}

/// How a rig is left at the end of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SafeState {
    #[default]
    On,
    Off,
    /// As it was last.
    Keep,
}

impl Default for SupplyRules {
    fn default() -> SupplyRules {
        SupplyRules {
            off_for: Duration::from_secs(2),
            proof: Vec::new(),
            safe_state: SafeState::default(),
        }
    }
}
