//! The virtual HL78xx module.

use crate::moment::Moment;
use crate::package::Package;
use crate::rig::VirtualSettings;

/// Placeholder until the module lands.
pub struct Module;

/// Whether the module has its supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    Off,
    On,
}

impl Module {
    pub fn new(_: &VirtualSettings, _: &Package, _: u64) -> Module {
        Module
    }

    pub fn advance(&mut self, _: Moment, _: &[u8], _: &mut Vec<u8>) -> Option<Moment> {
        None
    }

    pub fn power(&mut self, _: Moment, _: Supply) {}
}
