//! From power or reset to a module that is registered and goes on with what it was doing.
//!
//! Order (reference 1.3): silence, result of a finished update, `+KSUP`, interrupted requests,
//! registration, 0, and then whatever the module does by itself.

use crate::behaviour::{BootOffer, Defect, ReadyEvent};
use crate::rig::Credentials;
use crate::sim::agenda::{BootStep, Event, InstallStep};
use crate::sim::answer::Switch;
use crate::sim::flash::{Profile, Request, Stage};
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::network::{Coverage, Network};
use crate::sim::ram::{BootCause, Opener, Port, Ram, Registration, Resumption, Session, Sim};
use crate::sim::result::Place;
use crate::sim::{coverage, download, install, polling, recovery, request, result, retry, session};
use crate::sim::{sleep, times};

/// What siblings print around their boot (defect `sibling-urcs`).
const SIBLING_URCS: [&str; 3] = ["+SIM: 1", "+PBREADY", "+NVBU_IND: 1,0"];

/// All that a bricked module says.
const BOOTLOADER: &str = "bootloader: no valid image";

/// A reset: what is volatile is gone, and the module boots.
pub(crate) fn restart(live: &mut Live<'_>) {
    if live.has(Defect::ForgetsCredentials) {
        live.flash.credentials = live.flash.credentials.min(Credentials::Bootstrap);
    }
    if live.has(Defect::PollsAtReset) {
        live.flash.poll_at = live.flash.poll_at.map(|_| live.now);
    }
    *live.ram = Ram::after_reset(live.ram, live.flash, live.settings);
    begin(live);
}

/// Drops what a cut left half-written and what was received of a local package (chapter 7), then
/// begins to boot or goes on with an install that lost its power.
pub(crate) fn begin(live: &mut Live<'_>) {
    live.flash.forget(&live.settings.defects);
    recovery::take_stock(live);
    live.flash.local.take_if(|package| !package.is_complete());
    if is_spoilt(live, Defect::Brick) {
        return live.urc(format_args!("{BOOTLOADER}"));
    }
    if !install::take_up(live) {
        live.after(times::BOOT, Event::Boot(BootStep::Ready));
    }
}

/// Whether an update has left the module with `defect`.
fn is_spoilt(live: &Live<'_>, defect: Defect) -> bool {
    live.flash.updates > 0 && live.has(defect)
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
        if live.network.coverage == Coverage::Lost {
            return;
        }
        live.after(times::REGISTRATION, Event::Boot(BootStep::Registered));
    }
}

/// The radio is switched off: no registration, and nothing that waits for one.
pub(crate) fn leave_network(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::Boot(BootStep::Registered));
    live.ram.agenda.cancel(Event::Boot(BootStep::Resume));
    live.ram.agenda.cancel(Event::Poll);
    retry::end(live);
    await_resumption(live);
    set_registration(live, Registration::Off);
}

/// 0: registered with an APN set (reference switch `ready_event`). What waited goes on after it.
pub(crate) fn services_ready(live: &mut Live<'_>) {
    let usable = !live.flash.apn().is_empty();
    if live.ram.registration == Registration::Home
        && (usable || live.has(Defect::ReadyWithoutApn))
        && live.settings.switches.ready_event == ReadyEvent::Services
    {
        live.say(Indication::ServicesReady);
        result::tell(live, Place::AfterReady);
    }
    if live.ram.registration == Registration::Home && usable {
        if live.ram.resumption == Resumption::Awaited {
            live.ram.resumption = Resumption::Done;
            live.after(times::AUTOMATIC_CONNECTION, Event::Boot(BootStep::Resume));
        }
        polling::arm(live);
        retry::wait(live);
    }
}

fn ready(live: &mut Live<'_>) {
    live.ram.port = Port::Alive;
    let nuls = live.line.nuls(live.settings.noise);
    live.out.extend(nuls);
    let ksup_is_replaced = result::replaces_ksup(live);
    result::tell(live, Place::BeforeKsup);
    if !ksup_is_replaced {
        announce(live);
    }
    result::tell(live, Place::AfterKsup);
    if is_spoilt(live, Defect::BootLoop) {
        return live.exactly_after(times::BOOT_LOOP, Event::Reboot);
    }
    if live.has(Defect::SiblingUrcs) {
        for line in SIBLING_URCS {
            live.urc(format_args!("{line}"));
        }
    }
    match live.settings.switches.ready_event {
        ReadyEvent::Services => {}
        ReadyEvent::Boot if live.flash.credentials == Credentials::Missing => {}
        ReadyEvent::Boot => {
            live.say(Indication::ServicesReady);
            result::tell(live, Place::AfterReady);
        }
    }
    recovery::check(live);
    match live.settings.switches.boot_offer {
        // What waits is shown by the server's next word, so nothing bars that session. A local
        // package is nothing to the server.
        BootOffer::NextSession if live.flash.local.is_none() => live.flash.request = None,
        BootOffer::StartUp | BootOffer::NextSession => {
            live.after(times::REQUESTS_AFTER_BOOT, Event::Boot(BootStep::Requests));
        }
        BootOffer::Registration => live.ram.offers = Resumption::Awaited,
    }
    seek_network(live);
}

/// `+KSUP`, if the host wants that; also at the end of hibernation (reference 1.5).
pub(crate) fn announce(live: &mut Live<'_>) {
    match live.flash.boot_report {
        Switch::On if !live.has(Defect::SilentBoot) => {
            let state = start_state(live.ram);
            live.urc(format_args!("+KSUP: {state}"));
        }
        Switch::On | Switch::Off => sleep::touch(live),
    }
}

/// `<n>` of `+KSUP`: 0 ready, 1 waits for the PIN, 2 no SIM.
pub(crate) fn start_state(ram: &Ram) -> u32 {
    match ram.sim {
        Sim::Ready => 0,
        Sim::NeedsPin => 1,
        Sim::Absent => 2,
    }
}

/// Requests at start-up do not wait for the network (reference switch `boot_offer`).
fn ask_again(live: &mut Live<'_>) {
    live.ram.offers = Resumption::Done;
    let forgets = forgets_request(live);
    if forgets {
        live.flash.request = None;
    }
    match live.flash.stage() {
        Some(Stage::Fetching { .. }) if forgets || live.has(Defect::NoOfferAtBoot) => {
            live.flash.request = None;
        }
        Some(Stage::Fetching { .. }) if download::needs_agreement(live) => {
            live.flash.request = Some(Request::Download);
        }
        Some(Stage::Stored) if live.has(Defect::InstallsTwice) && live.flash.updates == 1 => {
            live.after(times::INSTALL_AFTER_ACCEPT, Event::Install(InstallStep::Start));
        }
        // Accepted, and the power was cut before 14.
        None if live.flash.local.is_some() && !forgets => {
            live.flash.request = Some(Request::Install);
        }
        Some(Stage::Fetching { .. } | Stage::Fetched | Stage::Stored | Stage::Installing)
        | None => {}
    }
    if let Some(pending) = live.flash.request {
        request::ask(live, pending);
    }
}

/// Defects that drop the request that waited, by what made the module boot.
fn forgets_request(live: &Live<'_>) -> bool {
    match live.ram.cause {
        BootCause::Reset => live.has(Defect::ForgetsRequest),
        BootCause::PowerOn => live.has(Defect::LosesRequest),
    }
}

fn registered(live: &mut Live<'_>) {
    if live.network.coverage == Coverage::Lost {
        return;
    }
    set_registration(live, Registration::Home);
    match live.settings.switches.boot_offer {
        BootOffer::Registration if live.ram.offers == Resumption::Awaited => {
            live.after(times::SOON, Event::Boot(BootStep::Requests));
        }
        BootOffer::StartUp | BootOffer::Registration | BootOffer::NextSession => {}
    }
    match live.ram.session {
        // F20: a short loss is told by nothing but `+CEREG`.
        Session::Up(_) => coverage::go_on(live),
        Session::Connecting(_) => {}
        Session::Idle => services_ready(live),
    }
}

/// What was going on is taken up again at the next registration.
pub(crate) fn await_resumption(live: &mut Live<'_>) {
    live.ram.resumption = Resumption::Awaited;
}

/// Goes on by itself with what a reset or the loss of the network interrupted (F18, F30).
fn resume(live: &mut Live<'_>) {
    let flash = &live.flash;
    if !session::is_possible(live) {
        return;
    }
    if live.ram.download_accepted {
        return session::begin(live, Opener::Host);
    }
    if flash.request.is_some() {
        return;
    }
    let unfinished = match flash.stage() {
        Some(Stage::Fetching { .. }) if download::needs_agreement(live) => {
            let waits = live.settings.switches.boot_offer == BootOffer::NextSession;
            if waits || forgets_request(live) || live.has(Defect::NoOfferAtBoot) {
                return;
            }
            return request::ask(live, Request::Download);
        }
        Some(Stage::Fetching { .. } | Stage::Stored) => true,
        Some(Stage::Fetched | Stage::Installing) | None => false,
    };
    let reports = flash.result.is_some() && !live.has(Defect::NeverReports);
    // The agreement to connect is about the report (note 7.3).
    if reports && request::needs_agreement(live, Request::Connect) {
        request::ask(live, Request::Connect);
    } else if unfinished || reports {
        session::begin(live, Opener::Module);
    }
}

/// A registration that changes is told by the URCs that `AT+CEREG` and `AT+CREG` ask for.
pub(crate) fn set_registration(live: &mut Live<'_>, registration: Registration) {
    if live.ram.registration == registration {
        return;
    }
    live.ram.registration = registration;
    let stat = registration as u32;
    let cell = Network::CELL;
    let Profile { cereg, creg, .. } = live.ram.profile;
    // Which comes first is a guess.
    for (name, level) in [("CEREG", cereg), ("CREG", creg)] {
        match (level, registration) {
            (0, _) => {}
            (1, _) | (_, Registration::Off | Registration::Searching) => {
                live.urc(format_args!("+{name}: {stat}"));
            }
            (_, Registration::Home) => live.urc(format_args!("+{name}: {stat},{cell}")),
        }
    }
}
