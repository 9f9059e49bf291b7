//! From power or reset to a module that is registered and goes on with what it was doing.
//!
//! Order (reference 1.3): silence, result of a finished update, `+KSUP`, interrupted requests,
//! registration, 0, and then whatever the module does by itself.

use std::io::Write;

use crate::behaviour::Defect;
use crate::sim::agenda::{BootStep, DownloadStep, Event, InstallStep};
use crate::sim::answer::Switch;
use crate::sim::flash::{Outcome, Request, Stage, Told};
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::network::Network;
use crate::sim::ram::{Opener, Port, Ram, Registration, Resumption, Session, Sim};
use crate::sim::recovery::Cause;
use crate::sim::{download, recovery, request, session, times};

/// A reset: what is volatile is gone, and the module boots.
pub(crate) fn restart(live: &mut Live<'_>) {
    *live.ram = Ram::at_boot(live.flash, live.settings);
    recovery::take_stock(live, Cause::Reset);
    go_on(live);
}

/// The power is back.
pub(crate) fn begin(live: &mut Live<'_>) {
    recovery::take_stock(live, Cause::PowerCut);
    go_on(live);
}

/// Begins to boot, or goes on with an install that lost its power (F24: silence, no second 14).
fn go_on(live: &mut Live<'_>) {
    match live.flash.stage() {
        Some(Stage::Installing) => live.after(times::INSTALL, Event::Install(InstallStep::Applied)),
        Some(Stage::Fetching { .. } | Stage::Fetched | Stage::Stored) | None => {
            live.after(times::BOOT, Event::Boot(BootStep::Ready));
        }
    }
}

pub(crate) fn step(live: &mut Live<'_>, step: BootStep) {
    match step {
        BootStep::Ready => ready(live),
        BootStep::Requests => ask_again(live),
        BootStep::Registered => registered(live),
        BootStep::ContextSet => services_ready(live),
        BootStep::Resume => resume(live),
    }
}

/// Looks for a network, unless the radio is off or the SIM waits for its PIN.
pub(crate) fn seek_network(live: &mut Live<'_>) {
    if live.ram.function == 1 && live.ram.sim == Sim::Ready {
        set_registration(live, Registration::Searching);
        live.after(times::REGISTRATION, Event::Boot(BootStep::Registered));
    }
}

/// The radio is switched off: no registration, and nothing that waits for one.
pub(crate) fn leave_network(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::Boot(BootStep::Registered));
    live.ram.agenda.cancel(Event::Boot(BootStep::Resume));
    live.ram.agenda.cancel(Event::Poll);
    live.ram.resumption = Resumption::Awaited;
    set_registration(live, Registration::Off);
}

/// 0: registered with an APN set (reference switch `ready_event`). What waited goes on after it.
pub(crate) fn services_ready(live: &mut Live<'_>) {
    if live.ram.registration == Registration::Home && !live.flash.apn().is_empty() {
        live.say(Indication::ServicesReady);
        if live.ram.resumption == Resumption::Awaited {
            live.ram.resumption = Resumption::Done;
            live.after(times::AUTOMATIC_CONNECTION, Event::Boot(BootStep::Resume));
        }
        session::arm_polling(live);
    }
}

fn ready(live: &mut Live<'_>) {
    live.ram.port = Port::Alive;
    // Reference switch `result_order`: before `+KSUP`.
    if let Some(result) = &mut live.flash.result
        && result.told == Told::NotYet
    {
        result.told = Told::Yes;
        let indication = match result.outcome {
            Outcome::Updated => Indication::UpdateDone,
            Outcome::Refused => Indication::UpdateFailed,
        };
        live.say(indication);
    }
    match live.flash.boot_report {
        Switch::Off => {}
        Switch::On => write!(live.out, "\r\n+KSUP: {}\r\n", start_state(live.ram))
            .expect("writing to memory cannot fail"),
    }
    live.after(times::REQUESTS_AFTER_BOOT, Event::Boot(BootStep::Requests));
    seek_network(live);
}

/// `<n>` of `+KSUP`: 0 ready, 1 waits for the PIN.
pub(crate) fn start_state(ram: &Ram) -> u32 {
    match ram.sim {
        Sim::Ready => 0,
        Sim::NeedsPin => 1,
    }
}

/// Requests at start-up do not wait for the network (reference switch `boot_offer`).
fn ask_again(live: &mut Live<'_>) {
    match live.flash.stage() {
        Some(Stage::Fetching { .. }) if live.has(Defect::NoOfferAtBoot) => {
            live.flash.request = None;
        }
        Some(Stage::Fetching { .. }) if download::needs_agreement(live) => {
            live.flash.request = Some(Request::Download);
        }
        Some(Stage::Fetched) => {
            live.after(times::SIGNATURE_CHECK, Event::Download(DownloadStep::Checked));
        }
        Some(Stage::Fetching { .. } | Stage::Stored | Stage::Installing) | None => {}
    }
    if let Some(pending) = live.flash.request {
        request::ask(live, pending);
    }
}

fn registered(live: &mut Live<'_>) {
    set_registration(live, Registration::Home);
    services_ready(live);
}

/// Goes on by itself with what a reset or the loss of the network interrupted (F18, F30).
fn resume(live: &mut Live<'_>) {
    let flash = &live.flash;
    if live.ram.session != Session::Idle || live.ram.registration != Registration::Home {
        return;
    }
    if live.ram.download_accepted {
        return session::begin(live, Opener::Host);
    }
    if flash.request.is_some() {
        return;
    }
    let unfinished = match flash.stage() {
        Some(Stage::Fetching { .. }) if live.has(Defect::NoOfferAtBoot) => return,
        Some(Stage::Fetching { .. }) if download::needs_agreement(live) => {
            return request::ask(live, Request::Download);
        }
        Some(Stage::Fetching { .. } | Stage::Stored) => true,
        Some(Stage::Fetched | Stage::Installing) | None => false,
    };
    if unfinished || flash.result.is_some() {
        match flash.agreements.connect {
            Switch::On => request::ask(live, Request::Connect),
            Switch::Off => session::begin(live, Opener::Module),
        }
    }
}

fn set_registration(live: &mut Live<'_>, registration: Registration) {
    if live.ram.registration == registration {
        return;
    }
    live.ram.registration = registration;
    let stat = registration as u32;
    let cell = Network::CELL;
    let written = match (live.ram.profile.cereg, registration) {
        (0, _) => Ok(()),
        (1, _) | (_, Registration::Off | Registration::Searching) => {
            write!(live.out, "\r\n+CEREG: {stat}\r\n")
        }
        (_, Registration::Home) => write!(live.out, "\r\n+CEREG: {stat},{cell}\r\n"),
    };
    written.expect("writing to memory cannot fail");
}
