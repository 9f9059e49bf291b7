//! The cloud as the module meets it: who is known, whose key is good, what shall be installed.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::moment::Moment;
use crate::package::Package;
use crate::sim::chance::Chance;
use crate::sim::download_fault::DownloadFault;
use crate::sim::flash::Outcome;

const DAY: Duration = Duration::from_secs(86_400);

/// The device-management server refuses a key that is older (note 7.4).
const KEY_LIFE: Duration = Duration::from_secs(90 * 86_400);

/// After how long the bootstrap server renews a key that is still good (note 7.4).
const RENEWAL_DAYS: std::ops::RangeInclusive<u64> = 30..=45;

/// Lives outside of the module: a power cut does not touch it.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    /// The newest install operation.
    pub(crate) operation: Option<Operation>,
    pub(crate) device: Device,
    key: Key,
    chance: Chance,
    /// Authentications with the device-management server that fail whatever the key.
    authentications_refused: u32,
    /// Registrations with the device-management server that fail.
    registrations_refused: u32,
    /// What goes wrong with the next download.
    pub(crate) download_fault: Option<DownloadFault>,
}

/// Whether the servers know this module (note 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Registered,
    Unknown,
}

/// An operation that installs a package on this module (note 8).
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) package: Arc<Package>,
    pub(crate) flaw: Option<Flaw>,
    pub(crate) state: OperationState,
}

/// What is wrong with the bytes that the server has, beside what they say themselves.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flaw {
    Corrupt,
    Unsigned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OperationState {
    /// Waits until the module has a session.
    Pending,
    /// From the offer to the report (note 8).
    InProgress,
    Success,
    Failure,
    Cancelled,
}

/// What the servers know of the module's device-management credentials.
#[derive(Clone, Copy, Debug)]
struct Key {
    issued: Moment,
    /// How old it becomes before the bootstrap server renews it.
    renewal: Duration,
    /// Somebody made it invalid before its time.
    revoked: bool,
}

/// Why the device-management server does not let the module in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The key has lived its 90 days.
    Rotation,
    Other,
}

impl Cloud {
    /// The cloud has a chance of its own: what it draws changes no time of the module.
    pub(crate) fn new(package: Option<Arc<Package>>, mut chance: Chance) -> Cloud {
        Cloud {
            operation: package.map(Operation::new),
            device: Device::Registered,
            key: Key::issued(Moment::START, &mut chance),
            chance,
            authentications_refused: 0,
            registrations_refused: 0,
            download_fault: None,
        }
    }

    /// The operation that the server still wants done.
    pub(crate) fn open_operation(&self) -> Option<&Operation> {
        self.operation.as_ref().filter(|operation| operation.is_open())
    }

    /// The next download goes wrong.
    pub(crate) fn fail_download(&mut self, fault: DownloadFault) {
        self.download_fault = Some(fault);
    }

    /// Whether there is an operation that the module has not been told of.
    pub(crate) fn has_news(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| match operation.state {
            OperationState::Pending => true,
            OperationState::InProgress
            | OperationState::Success
            | OperationState::Failure
            | OperationState::Cancelled => false,
        })
    }

    /// The module has been told of the operation.
    pub(crate) fn offered(&mut self) {
        self.move_on(OperationState::InProgress);
    }

    /// F30: with the report the operation is over. Failures of a download end it as well. An
    /// operation that the module has not been told of is not meant.
    pub(crate) fn hear_report(&mut self, outcome: Outcome) {
        if self.has_news() {
            return;
        }
        self.move_on(match outcome {
            Outcome::Updated => OperationState::Success,
            Outcome::Refused => OperationState::Failure,
        });
    }

    /// Whether the operation that the module knows has been cancelled.
    pub(crate) fn has_cancelled(&self) -> bool {
        let state = self.operation.as_ref().map(|operation| operation.state);
        state == Some(OperationState::Cancelled)
    }

    pub(crate) fn cancel(&mut self) {
        self.move_on(OperationState::Cancelled);
    }

    fn move_on(&mut self, state: OperationState) {
        if let Some(operation) = self.operation.as_mut().filter(|operation| operation.is_open()) {
            operation.state = state;
        }
    }

    /// Whether the module's key opens the device-management server at `now`.
    pub(crate) fn authenticate(&mut self, now: Moment) -> Result<(), Refusal> {
        if let Some(left) = self.authentications_refused.checked_sub(1) {
            self.authentications_refused = left;
            return Err(Refusal::Other);
        }
        if self.key.revoked {
            return Err(Refusal::Other);
        }
        if now.since(self.key.issued) >= KEY_LIFE { Err(Refusal::Rotation) } else { Ok(()) }
    }

    /// Whether the device-management server takes the module's registration.
    pub(crate) fn register(&mut self) -> Result<(), ()> {
        if let Some(left) = self.registrations_refused.checked_sub(1) {
            self.registrations_refused = left;
            return Err(());
        }
        match self.device {
            Device::Registered => Ok(()),
            Device::Unknown => Err(()),
        }
    }

    /// F07 step 3: the bootstrap server wants to renew a key that is still good.
    pub(crate) fn wants_renewal(&self, now: Moment) -> bool {
        let age = now.since(self.key.issued);
        age >= self.key.renewal && age < KEY_LIFE && !self.key.revoked
    }

    /// The bootstrap server writes a new key.
    pub(crate) fn issue_key(&mut self, now: Moment) {
        self.key = Key::issued(now, &mut self.chance);
    }

    /// The next session begins with a renewal.
    pub(crate) fn renew_now(&mut self) {
        self.key.renewal = Duration::ZERO;
    }

    /// The next `times` authentications fail; None makes the key invalid until it is renewed.
    pub(crate) fn refuse_authentication(&mut self, times: Option<u32>) {
        match times {
            Some(times) => self.authentications_refused = times,
            None => self.key.revoked = true,
        }
    }

    pub(crate) fn allow_authentication(&mut self) {
        self.authentications_refused = 0;
        self.key.revoked = false;
    }

    /// The next `times` registrations fail; 0 allows them again.
    pub(crate) fn refuse_registrations(&mut self, times: u32) {
        self.registrations_refused = times;
    }
}

impl Operation {
    pub(crate) fn new(package: Arc<Package>) -> Operation {
        Operation { package, flaw: None, state: OperationState::Pending }
    }

    fn is_open(&self) -> bool {
        match self.state {
            OperationState::Pending | OperationState::InProgress => true,
            OperationState::Success | OperationState::Failure | OperationState::Cancelled => false,
        }
    }
}

impl OperationState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            OperationState::Pending => "pending",
            OperationState::InProgress => "in_progress",
            OperationState::Success => "success",
            OperationState::Failure => "failure",
            OperationState::Cancelled => "cancelled",
        }
    }
}

impl Key {
    fn issued(now: Moment, chance: &mut Chance) -> Key {
        let days = u32::try_from(chance.within(RENEWAL_DAYS)).unwrap_or(u32::MAX);
        Key { issued: now, renewal: DAY.saturating_mul(days), revoked: false }
    }
}
