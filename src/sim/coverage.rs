//! Network lost and found while a session is open (note 11.3, F20 and F21).

use std::time::Duration;

use crate::behaviour::Defect;
use crate::sim::agenda::{BootStep, DownloadStep, Event, SessionStep};
use crate::sim::boot;
use crate::sim::flash::Stage;
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::network::Coverage;
use crate::sim::ram::{Port, Registration, Session};
use crate::sim::{download, session, times};

/// The module loses the network. A session outlives that for a while.
pub(crate) fn lost(live: &mut Live<'_>) {
    if live.ram.registration != Registration::Home || !watches(live) {
        return;
    }
    live.ram.agenda.cancel(Event::Poll);
    boot::set_registration(live, Registration::Searching);
    pause(live);
}

/// The network is there again: the module registers, if it looks for one.
pub(crate) fn found(live: &mut Live<'_>) {
    if live.ram.registration == Registration::Searching && watches(live) {
        live.ram.agenda.cancel(Event::Boot(BootStep::Registered));
        boot::seek_network(live);
    }
}

/// The module is registered again while its session is still open: it goes on without a word.
pub(crate) fn go_on(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::NetworkLost);
    session::touch(live);
    if live.ram.paused {
        live.ram.paused = false;
        if let Some(Stage::Fetching { .. }) = live.flash.stage() {
            download::begin_after(live, times::FIRST_PROGRESS);
        }
    }
}

/// The loss took too long: the session is over (switchless; 150 s are a guess of reference 4.2).
pub(crate) fn too_long(live: &mut Live<'_>) {
    if live.has(Defect::DeafToNetworkLoss) {
        return;
    }
    session::end(live);
    live.say(Indication::Closed);
    boot::await_resumption(live);
}

/// Whether bytes go between module and servers now: registered, with a data context.
pub(crate) fn carries(live: &Live<'_>) -> bool {
    live.ram.registration == Registration::Home && !live.ram.agenda.holds(Event::ContextBack)
}

/// Whether the module has an eye on the network: in boot and install it has not.
fn watches(live: &Live<'_>) -> bool {
    live.ram.port == Port::Alive
}

/// What runs over the link stops; when that lasts, the session ends.
fn pause(live: &mut Live<'_>) {
    match live.ram.session {
        Session::Idle => boot::await_resumption(live),
        Session::Connecting(_) => {}
        Session::Up(_) => {
            live.ram.paused |= live.ram.transfer.take().is_some()
                || live.ram.agenda.holds(Event::Download(DownloadStep::Start));
            live.ram.agenda.cancel(Event::Download(DownloadStep::Start));
            live.ram.agenda.cancel(Event::Download(DownloadStep::Block));
            live.ram.agenda.cancel(Event::Session(SessionStep::Quiet));
            let patience = if live.has(Defect::ClosesAtOnce) {
                times::LOST_AT_ONCE
            } else {
                times::NETWORK_LOST
            };
            live.ram.agenda.cancel(Event::NetworkLost);
            live.exactly_after(patience, Event::NetworkLost);
        }
    }
}

/// The data context is lost although the module stays registered; it comes back by itself.
pub(crate) fn drop_context(live: &mut Live<'_>) {
    if live.ram.registration == Registration::Home && watches(live) {
        live.urc(format_args!("+KCNX_IND: 1,5,30"));
        pause(live);
        live.ram.agenda.cancel(Event::ContextBack);
        live.exactly_after(times::CONTEXT_RETRY, Event::ContextBack);
    }
}

pub(crate) fn context_back(live: &mut Live<'_>) {
    match live.ram.session {
        Session::Up(_) if live.ram.registration == Registration::Home => go_on(live),
        Session::Up(_) | Session::Connecting(_) => {}
        Session::Idle => boot::services_ready(live),
    }
}

/// Defect `pdn-drop`: once, 50 s after the session opened on a new registration.
pub(crate) fn session_opened(live: &mut Live<'_>) {
    if live.has(Defect::PdnDrop) && !live.ram.defects.context_dropped {
        live.ram.defects.context_dropped = true;
        live.exactly_after(times::CONTEXT_LIFE, Event::ContextLost);
    }
}

/// Defects `weak-link` and `reg-flap`: the network goes and comes as the download proceeds.
pub(crate) fn progressed(live: &mut Live<'_>, percent: u8) {
    let outage = if live.has(Defect::WeakLink) && percent.is_multiple_of(20) {
        times::NETWORK_LOST + Duration::from_secs(30)
    } else if live.has(Defect::RegFlap) && percent.is_multiple_of(10) {
        times::FLAP
    } else {
        return;
    };
    if (1..100).contains(&percent) && live.network.coverage == Coverage::Covered {
        lost(live);
        live.ram.agenda.cancel(Event::Boot(BootStep::Registered));
        live.exactly_after(outage, Event::Boot(BootStep::Registered));
    }
}
