//! Looks for modules at the ports of this machine, as `fotarig rig scan` tells it.
//!
//! What the system knows costs nothing to tell. To ask a port means to open it, which some devices
//! take for a reset, and to write `AT` to it, whatever is there: that is done only when wanted.

mod ask;
mod kind;
mod proposal;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::world::Interrupts;
use crate::world::real::{Clock, Glance, Listed, Machine, glance};

pub use ask::Asked;
pub use kind::Kind;
pub use proposal::Proposal;

/// A search for modules.
pub struct Scan {
    pub machine: Machine,
    pub clock: Clock,
    pub interrupts: Interrupts,
    pub questions: Questions,
}

/// Whether ports are opened and asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Questions {
    Asked,
    None,
}

/// A port with what was found out about it.
#[derive(Clone, Debug)]
pub struct Spotted {
    pub listed: Listed,
    pub kind: Kind,
    /// What can be seen without opening it.
    pub glance: Glance,
    /// Nothing when it was not asked.
    pub asked: Option<Asked>,
}

impl Scan {
    /// All ports of this machine, or those that are named.
    pub fn ports(&self, named: &[String]) -> Vec<Listed> {
        let all = self.machine.ports();
        if named.is_empty() {
            return all;
        }
        let real = |path: &str| Path::new(path).canonicalize().ok();
        let known = |path: &String| {
            let known = all.iter().find(|port| {
                port.path == *path || (real(path).is_some() && real(&port.path) == real(path))
            });
            let unknown = || Listed { path: path.clone(), by_id: None, usb: None };
            known.cloned().unwrap_or_else(unknown)
        };
        named.iter().map(known).collect()
    }

    /// Looks at a port.
    pub fn spot(&self, listed: Listed) -> Spotted {
        let kind = Kind::of(&listed);
        let glance = glance(&listed.path);
        let asked = match (self.questions, &glance) {
            (Questions::Asked, Glance::Free) if kind.can_be_asked() => {
                Some(ask::ask(self, &listed.path))
            }
            (Questions::Asked | Questions::None, _) => None,
        };
        Spotted { listed, kind, glance, asked }
    }

    /// Rig files for what was found: one for each device that has shown itself as a module, or that
    /// can have one behind it where nothing was asked.
    pub fn propose(&self, spotted: &[Spotted]) -> Vec<Proposal> {
        let mut seen = BTreeSet::new();
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        let mut proposals = Vec::new();
        for one in spotted.iter().filter(|one| self.is_worth(one)) {
            // Of the ports of one device the first; a module that was asked has one that answers.
            let device = one.listed.usb.as_ref().map(|usb| usb.socket.clone());
            let device = device.unwrap_or_else(|| one.listed.path.clone());
            if !seen.insert(device) {
                continue;
            }
            let mut proposal = proposal::of(one, spotted);
            let count = names.entry(proposal.name.clone()).or_default();
            *count += 1;
            if *count > 1 {
                proposal.rename(*count);
            }
            proposals.push(proposal);
        }
        proposals
    }

    fn is_worth(&self, one: &Spotted) -> bool {
        match self.questions {
            Questions::Asked => matches!(one.asked, Some(Asked::Module { .. })),
            Questions::None => matches!(one.kind, Kind::Module | Kind::Adapter(_)),
        }
    }
}
