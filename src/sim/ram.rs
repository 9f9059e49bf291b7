//! What a module forgets without power.

use std::time::Duration;

use crate::behaviour::Defect;
use crate::moment::Moment;
use crate::rig::VirtualSettings;
use crate::sim::agenda::Agenda;
use crate::sim::answer::{ErrorStyle, Switch};
use crate::sim::flash::{Flash, Profile};
use crate::sim::front::Front;
use crate::sim::local::LocalTransfer;
use crate::sim::sleep::Sleep;

/// Everything that a power cut drops (reference chapter 7).
#[derive(Clone, Debug)]
pub(crate) struct Ram {
    pub(crate) agenda: Agenda,
    pub(crate) cause: BootCause,
    pub(crate) front: Front,
    pub(crate) port: Port,
    /// The active profile.
    pub(crate) profile: Profile,
    pub(crate) sleep: Sleep,
    /// `AT+CMEE`
    pub(crate) errors: ErrorStyle,
    /// `AT+CFUN`: 0, 1 or 4.
    pub(crate) function: u32,
    pub(crate) sim: Sim,
    pub(crate) registration: Registration,
    pub(crate) resumption: Resumption,
    /// Whether requests are still to be shown after a boot (switch `boot_offer`).
    pub(crate) offers: Resumption,
    pub(crate) session: Session,
    /// The host has accepted request 2, and the download has not begun yet.
    pub(crate) download_accepted: bool,
    pub(crate) transfer: Option<Transfer>,
    /// How often the transfer was tried again in this session.
    pub(crate) transport_retries: u8,
    /// While `AT+WDSD` receives a file.
    pub(crate) local: Option<LocalTransfer>,
    /// Percent that 18 showed last; 0 when none.
    pub(crate) percent_told: u8,
    /// HTTP status of the last download, `AT+WDSE`.
    pub(crate) http_status: Option<u16>,
    /// A download stopped because the network is lost, with its session still open.
    pub(crate) paused: bool,
    pub(crate) bootstrap: Bootstrap,
    /// In a row; they outlive a reset but no power cut.
    pub(crate) authentication_failures: u32,
    pub(crate) registration_failures: u32,
    pub(crate) defects: DefectMemory,
}

/// What made the module boot last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BootCause {
    PowerOn,
    Reset,
}

/// Whether anybody listens on the AT port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// Booting or installing: input is lost.
    Dead,
    Alive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sim {
    Ready,
    NeedsPin,
    /// There is none: the virtual module has no ICCID.
    Absent,
}

/// `<stat>` of `AT+CEREG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registration {
    Off = 0,
    Home = 1,
    Searching = 2,
}

/// Whether the module still has to look at what waits for this registration. It does so once: a
/// session that the host stopped is not opened again because the host sets its context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resumption {
    Awaited,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Session {
    Idle,
    Connecting(Opener),
    Up(Opener),
}

/// Who wanted the session: it decides when it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opener {
    /// Open until the host closes it (note 7.4).
    Host,
    /// Polling, status report, automatic resume: closes after 20 s of silence.
    Module,
}

/// Where an attempt to connect is with the bootstrap server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bootstrap {
    Unneeded,
    /// The next login goes there, although there is a key.
    Next,
    /// It has been there: another time would be a circle.
    Done,
}

/// What defects that come once, or every other time, have to remember.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DefectMemory {
    /// `deny-7`: the last session was denied.
    pub(crate) denied: bool,
    /// `pdn-drop`: the context has been lost.
    pub(crate) context_dropped: bool,
}

/// How it comes that the servers do not want the module (switch `denied`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// There is nothing to log in with.
    NoCredentials,
    AtLogin,
    AfterJoining,
}

/// A running download.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer {
    pub(crate) started: Moment,
    /// What was in flash at the start.
    pub(crate) from_bytes: u64,
    /// How long the whole package would take on this link.
    pub(crate) whole: Duration,
}

impl Sim {
    /// The SIM of a module whose radio was switched on.
    pub(crate) fn after_power(settings: &VirtualSettings) -> Sim {
        match &settings.pin {
            _ if settings.iccid.is_empty() => Sim::Absent,
            Some(_) => Sim::NeedsPin,
            None => Sim::Ready,
        }
    }
}

impl Ram {
    /// The memory of a module that begins to boot.
    pub(crate) fn at_boot(flash: &Flash, settings: &VirtualSettings) -> Ram {
        Ram {
            agenda: Agenda::default(),
            cause: BootCause::PowerOn,
            front: Front::default(),
            port: Port::Dead,
            profile: Profile {
                echo: if settings.defects.has(Defect::EchoBack) {
                    Switch::On
                } else {
                    flash.profile.echo
                },
                ..flash.profile
            },
            sleep: Sleep::Awake,
            errors: ErrorStyle::Plain,
            function: 1,
            sim: Sim::after_power(settings),
            registration: Registration::Searching,
            resumption: Resumption::Awaited,
            offers: Resumption::Done,
            session: Session::Idle,
            download_accepted: false,
            transfer: None,
            transport_retries: 0,
            local: None,
            percent_told: 0,
            http_status: None,
            paused: false,
            bootstrap: Bootstrap::Unneeded,
            authentication_failures: 0,
            registration_failures: 0,
            defects: DefectMemory::default(),
        }
    }

    /// The memory after a reset without a power cut (reference chapter 7).
    pub(crate) fn after_reset(before: &Ram, flash: &Flash, settings: &VirtualSettings) -> Ram {
        Ram {
            cause: BootCause::Reset,
            bootstrap: match before.bootstrap {
                Bootstrap::Next => Bootstrap::Next,
                Bootstrap::Unneeded | Bootstrap::Done => Bootstrap::Unneeded,
            },
            authentication_failures: before.authentication_failures,
            registration_failures: before.registration_failures,
            defects: before.defects,
            ..Ram::at_boot(flash, settings)
        }
    }

    /// The memory of a module that has been on and registered for a while.
    pub(crate) fn settled(flash: &Flash, settings: &VirtualSettings) -> Ram {
        let sim = match Sim::after_power(settings) {
            Sim::Ready | Sim::NeedsPin => Sim::Ready,
            Sim::Absent => Sim::Absent,
        };
        Ram {
            port: Port::Alive,
            sim,
            registration: match sim {
                Sim::Ready | Sim::NeedsPin => Registration::Home,
                Sim::Absent => Registration::Searching,
            },
            resumption: Resumption::Done,
            ..Ram::at_boot(flash, settings)
        }
    }
}
