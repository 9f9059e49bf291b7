//! What a module keeps without power.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use crate::behaviour::{Defect, Defects, RetryDefault, VersionStyle};
use crate::moment::Moment;
use crate::package::Package;
use crate::rig::{Credentials, VirtualSettings};
use crate::sim::answer::Switch;
use crate::sim::cloud::Flaw;
use crate::sim::flash_strip::FlashStrip;
use crate::sim::local_package::LocalPackage;
use crate::sim::retry::Retry;

/// What the module collects before it writes to flash; a smaller package starts again from zero
/// after any suspension (F23, note 11.5: "about 1500 bytes").
const BLOCK_BYTES: NonZeroU64 = NonZeroU64::new(1500).expect("not zero");

/// A package of more blocks than this is written in larger ones, so that each has an end (guess).
const MAX_BLOCKS: u64 = 1000;

/// Reference switch `retry_default`, minutes; siblings have seven timers.
const EIGHT_RETRIES: [u32; 8] = [15, 60, 240, 480, 1440, 2880, 0, 0];
const SEVEN_RETRIES: [u32; 8] = [15, 60, 240, 960, 2880, 10_080, 10_080, 0];

/// Reference switch `version`: an HL7800 in the field, and the worked example of note 9.5.
const FIELD_VERSION: &str = "HL7800.4.5.4.0";
const NOTE_VERSION: &str = "BHL7800.1.6.3.0.20180803";

/// Everything that survives a power cut (reference chapter 7).
#[derive(Clone, Debug)]
pub(crate) struct Flash {
    /// Version installed now.
    pub(crate) firmware: String,
    /// What `AT&W` stored.
    pub(crate) profile: Profile,
    pub(crate) boot_report: Switch,
    /// `AT+KSLEEP`: mode, level, delay in seconds.
    pub(crate) sleep: [u32; 3],
    /// PDP contexts by their id.
    pub(crate) contexts: BTreeMap<u32, Context>,
    /// Level of `AT+WDSI`.
    pub(crate) level: u32,
    pub(crate) agreements: Agreements,
    pub(crate) polling_minutes: u32,
    /// When polling connects next, also if the module is off until then.
    pub(crate) poll_at: Option<Moment>,
    pub(crate) retry_minutes: [u32; 8],
    /// A series of attempts that is going on.
    pub(crate) retry: Option<Retry>,
    /// Context that sessions use, `AT+WDSS=2`.
    pub(crate) session_context: u32,
    pub(crate) credentials: Credentials,
    pub(crate) update: Option<Update>,
    pub(crate) request: Option<Request>,
    pub(crate) result: Option<UpdateResult>,

    pub(crate) news: Option<News>,
    /// The image that an install writes beside the one that boots.
    pub(crate) image: Option<FlashStrip>,
    pub(crate) local: Option<LocalPackage>,
    /// Updates that were installed since the factory.
    pub(crate) updates: u32,
    /// Defects that show themselves once, and have.
    pub(crate) struck: Defects,
}

/// Settings that a reset takes from the stored profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) echo: Switch,
    /// `ATQ`: no result codes.
    pub(crate) quiet: Switch,
    /// `ATV`: result codes are words.
    pub(crate) verbose: Switch,
    pub(crate) flow: FlowControl,
    pub(crate) bits_per_second: u32,
    /// `<n>` of `AT+CEREG` and of `AT+CREG`.
    pub(crate) cereg: u32,
    pub(crate) creg: u32,
}

/// As the number of `AT&K`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowControl {
    None = 0,
    /// RTS/CTS.
    Hardware = 3,
    /// XON/XOFF.
    Software = 4,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    /// `IP`, `IPV6` or `IPV4V6`.
    pub(crate) protocol: String,
    pub(crate) apn: String,
}

/// `AT+WDSC` modes 0, 1, 2, 5 and 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreements {
    pub(crate) connect: Switch,
    pub(crate) download: Switch,
    pub(crate) install: Switch,
    pub(crate) reboot: Switch,
    pub(crate) uninstall: Switch,
}

/// A package on its way into the module.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    pub(crate) package: Arc<Package>,
    /// What is wrong with its bytes; the module finds out when it checks them.
    pub(crate) flaw: Option<Flaw>,
    pub(crate) stage: Stage,
    /// Memory of the defect `crash-ksup`.
    pub(crate) crashed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Offered, being downloaded, or suspended.
    Fetching { strip: FlashStrip },
    /// All bytes are there, the signature is not checked yet.
    Fetched,
    /// Complete and good.
    Stored,
    /// 14 was said: from here the module installs, whatever happens to its power.
    Installing,
}

/// A question to the host that waits for `AT+WDSR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Connect,
    Download,
    Install,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Updated,
    Refused,
}

/// How an update ended, until the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UpdateResult {
    pub(crate) outcome: Outcome,
}

/// How an update ended, until the host was told by 16 or 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct News {
    pub(crate) outcome: Outcome,
    /// At how many boots it is still told.
    pub(crate) boots: u32,
}

impl Flash {
    pub(crate) fn new(settings: &VirtualSettings, package: &Package) -> Flash {
        let context = Context { protocol: "IP".to_owned(), apn: settings.apn.clone() };
        Flash {
            firmware: match settings.switches.version {
                VersionStyle::Given => settings.firmware.as_ref().unwrap_or(&package.from).clone(),
                VersionStyle::Field => FIELD_VERSION.to_owned(),
                VersionStyle::Note => NOTE_VERSION.to_owned(),
            },
            profile: Profile::FACTORY,
            boot_report: Switch::Off,
            sleep: [2, 0, 10],
            contexts: BTreeMap::from([(1, context)]),
            level: 0,
            agreements: Agreements::NONE,
            polling_minutes: 0,
            poll_at: None,
            retry_minutes: match settings.switches.retry_default {
                RetryDefault::Eight => EIGHT_RETRIES,
                RetryDefault::Seven => SEVEN_RETRIES,
            },
            retry: None,
            session_context: 1,
            credentials: settings.credentials,
            update: None,
            request: None,
            result: None,
            news: None,
            image: None,
            local: None,
            updates: 0,
            struck: Defects::default(),
        }
    }

    /// APN of the context that sessions use; empty when there is none.
    pub(crate) fn apn(&self) -> &str {
        match self.contexts.get(&self.session_context) {
            Some(context) => &context.apn,
            None => "",
        }
    }

    /// What a module with these defects forgets at a reset.
    pub(crate) fn forget(&mut self, defects: &Defects) {
        if defects.has(Defect::ForgetsLevel) {
            self.level = 0;
        }
        if defects.has(Defect::ForgetsAgreements) {
            self.agreements = Agreements::NONE;
        }
        if defects.has(Defect::ForgetsApn) {
            self.contexts.values_mut().for_each(|context| context.apn.clear());
        }
    }

    pub(crate) fn stage(&self) -> Option<Stage> {
        self.update.as_ref().map(|update| update.stage)
    }

    pub(crate) fn set_stage(&mut self, stage: Stage) {
        if let Some(update) = &mut self.update {
            update.stage = stage;
        }
    }
}

impl Profile {
    /// Echo on, 115200 bits per second, no registration URCs (reference 1.1 and 1.4).
    pub(crate) const FACTORY: Profile = Profile {
        echo: Switch::On,
        quiet: Switch::Off,
        verbose: Switch::On,
        flow: FlowControl::Hardware,
        bits_per_second: 115_200,
        cereg: 0,
        creg: 0,
    };
}

impl Agreements {
    /// Note 9.1: deactivated by default.
    pub(crate) const NONE: Agreements = Agreements {
        connect: Switch::Off,
        download: Switch::Off,
        install: Switch::Off,
        reboot: Switch::Off,
        uninstall: Switch::Off,
    };
}

impl Update {
    /// Nothing of `package` is there yet.
    pub(crate) fn offered(package: Arc<Package>, flaw: Option<Flaw>) -> Update {
        let needed = NonZeroU64::new(package.size_bytes.div_ceil(MAX_BLOCKS));
        let block_bytes = needed.map_or(BLOCK_BYTES, |needed| needed.max(BLOCK_BYTES));
        let strip = FlashStrip::erased(package.size_bytes, block_bytes);
        Update { package, flaw, stage: Stage::Fetching { strip }, crashed: false }
    }

    /// The strip that a download fills.
    pub(crate) fn strip(&mut self) -> Option<&mut FlashStrip> {
        match &mut self.stage {
            Stage::Fetching { strip } => Some(strip),
            Stage::Fetched | Stage::Stored | Stage::Installing => None,
        }
    }

    /// What 9 shows when the download resumes.
    pub(crate) fn remaining_bytes(&self) -> u64 {
        match self.stage {
            Stage::Fetching { strip } => strip.remaining_bytes(),
            Stage::Fetched | Stage::Stored | Stage::Installing => 0,
        }
    }
}
