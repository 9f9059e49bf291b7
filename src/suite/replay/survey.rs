//! What a journal says of its run, its rigs and its tests, gathered before any of them is replayed.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use crate::fault::Verdict;
use crate::journal::{Entry, Event, Plan, Rig, TestAt};
use crate::moment::Moment;
use crate::rig::{POWER, Proof, roles};
use crate::run::SUPPLY_MARGIN;
use crate::world::{Abilities, Kind};

/// The port of a rig whose module was in the program itself.
const VIRTUAL: &str = "virtual";

/// What a module is asked that should be silent.
const PROBE: &[u8] = b"AT\r";

/// What a journal has.
#[derive(Default)]
pub struct Survey {
    pub plan: Option<Plan>,
    /// Each attempt for itself, in the order in which they began.
    pub tests: Vec<TestAt>,
    pub rigs: BTreeMap<String, RigSeen>,
    /// Which rig writes under which name; a single one has none.
    names: BTreeMap<String, String>,
}

/// A rig by its journal.
#[derive(Clone, Debug)]
pub struct RigSeen {
    pub rig: Rig,
    called: BTreeSet<(String, String)>,
    cuts: Cuts,
}

/// What followed the cuts of a rig's supply.
#[derive(Clone, Debug, Default)]
struct Cuts {
    /// The cut whose proof may still follow.
    open: Option<Cut>,
    /// The longest proof that followed one.
    proof: Vec<Proof>,
    all: u64,
    with_port_gone: u64,
    /// Cuts that counted although nothing is seen of a proof.
    believed: u64,
    /// The shortest time from a cut to the question whether it is silent.
    margin: Option<Duration>,
}

#[derive(Clone, Debug)]
struct Cut {
    at: Moment,
    proof: Vec<Proof>,
}

impl Survey {
    pub fn hear(&mut self, entry: &Entry<'_>) {
        let on = entry.on.as_deref().unwrap_or_default();
        if let Event::RunStarted(plan) = &entry.is {
            self.plan = Some(plan.clone());
        } else if let Event::TestStarted(at) = &entry.is {
            self.tests.push(at.clone());
        } else if let Event::RigReady(rig) = &entry.is {
            self.names.insert(on.to_owned(), rig.name.clone());
            self.rigs.entry(rig.name.clone()).or_insert_with(|| RigSeen::of(rig));
        } else if let Some(name) = self.names.get(on)
            && let Some(rig) = self.rigs.get_mut(name)
        {
            rig.hear(Moment::from_nanos(entry.ns), &entry.is);
        }
    }
}

impl RigSeen {
    fn of(rig: &Rig) -> RigSeen {
        RigSeen { rig: rig.clone(), called: BTreeSet::new(), cuts: Cuts::default() }
    }

    fn hear(&mut self, at: Moment, event: &Event<'_>) {
        if let Event::Called { role, method, .. } = event {
            self.called.insert((role.to_string(), method.to_string()));
        }
        self.cuts.hear(at, event);
    }

    pub(super) fn is_virtual(&self) -> bool {
        self.rig.port == VIRTUAL
    }

    /// Whether the journal is of a time when it did not say what a rig can do.
    pub fn is_of_earlier_version(&self) -> bool {
        self.rig.roles.is_empty() && (self.is_virtual() || !self.called.is_empty())
    }

    /// A journal of an earlier version shows only what was asked for.
    pub(super) fn abilities(&self) -> Abilities {
        let mut abilities = Abilities {
            roles: self.rig.roles.iter().cloned().collect(),
            methods: self.called.clone(),
            kind: if self.is_virtual() { Kind::Virtual } else { Kind::Real },
        };
        if self.is_of_earlier_version() {
            abilities.roles.extend(self.called.iter().map(|(role, _)| role.clone()));
            if self.is_virtual() {
                abilities.roles.extend(roles().map(str::to_owned));
            }
        }
        abilities
    }

    /// What proved its cuts; nothing where none was proven.
    pub(super) fn proof(&self) -> Vec<Proof> {
        let mut proof = self.cuts.proof.clone();
        if self.cuts.with_port_gone < self.cuts.all {
            proof.retain(|one| *one != Proof::UsbGone);
        }
        proof
    }

    /// Whether nothing is asked after its cuts, as on a virtual rig.
    pub(super) fn is_believed(&self) -> bool {
        self.is_virtual() || self.cuts.believed > 0 && self.cuts.proof.is_empty()
    }

    /// How many times faster than real time its clock went, as far as the margin of a cut shows.
    pub(super) fn speed(&self) -> NonZeroU32 {
        let times =
            self.cuts.margin.map_or(1, |margin| margin.as_nanos() / SUPPLY_MARGIN.as_nanos());
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN)
    }
}

impl Cuts {
    fn hear(&mut self, at: Moment, event: &Event<'_>) {
        let call = if let Event::Called { role, method, refused, .. } = event {
            (role == POWER).then_some((method.as_ref(), refused.is_none()))
        } else {
            None
        };
        if let Some(open) = &mut self.open {
            if let Event::Received(_) | Event::PortBack { .. } | Event::Logged(_) = event {
                return;
            }
            if call.is_some_and(|(method, _)| method == "state") {
                open.proof.push(Proof::ReadBack);
                return;
            }
            if let Event::PortGone { .. } = event {
                open.proof.push(Proof::UsbGone);
                return;
            }
            if let Event::Sent(bytes) = event
                && *bytes.0 == *PROBE
            {
                open.proof.push(Proof::Silence);
                let margin = at.since(open.at);
                self.margin = Some(self.margin.map_or(margin, |least| least.min(margin)));
                return;
            }
            self.close(event);
        }
        if call == Some(("off", true)) {
            self.open = Some(Cut { at, proof: Vec::new() });
        }
    }

    /// Beside a proof that was asked for, a port that vanished may be chance.
    fn close(&mut self, by: &Event<'_>) {
        let Some(cut) = self.open.take() else { return };
        self.all += 1;
        if let Event::StepEnded { verdict: Verdict::Passed, .. } = by
            && cut.proof.is_empty()
        {
            self.believed += 1;
        }
        self.with_port_gone += u64::from(cut.proof.contains(&Proof::UsbGone));
        let worth = |proof: &[Proof]| {
            (proof.iter().filter(|one| **one != Proof::UsbGone).count(), proof.len())
        };
        if worth(&cut.proof) > worth(&self.proof) {
            self.proof = cut.proof;
        }
    }
}
