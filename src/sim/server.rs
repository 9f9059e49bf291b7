//! What the device-management server does with a module that is connected.

use crate::behaviour::Defect;
use crate::sim::agenda::{Event, SessionStep};
use crate::sim::flash::{Request, Stage};
use crate::sim::live::Live;
use crate::sim::ram::Session;
use crate::sim::{download, install, session, storing, times};

/// The session is open: the module reports what it has to, then the server has its say.
pub(crate) fn greet(live: &mut Live<'_>) {
    let (delay, next) = match live.flash.result {
        Some(_) if !live.has(Defect::NeverReports) => (times::REPORT, SessionStep::Report),
        Some(_) | None => (times::SERVER_SPEAKS, SessionStep::ServerSpeaks),
    };
    live.after(delay, Event::Session(next));
}

/// The servers answer again: what could not be said in this session is said now.
pub(crate) fn wake_up(live: &mut Live<'_>) {
    if is_connected(live) && !is_speaking(live) {
        greet(live);
    }
}

/// F30: the server learns how the update ended.
pub(crate) fn hear_report(live: &mut Live<'_>) {
    if let Some(result) = live.flash.result.take() {
        live.cloud.hear_report(result.outcome);
    }
    live.after(times::SERVER_SPEAKS, Event::Session(SessionStep::ServerSpeaks));
    session::touch(live);
}

/// Somebody created an operation: it reaches a module that is connected and can be reached, or
/// waits for the next session (F10).
pub(crate) fn deliver(live: &mut Live<'_>) {
    let waits = match (live.flash.stage(), live.flash.request) {
        (None, _) => live.cloud.open_operation().is_some(),
        (Some(_), Some(Request::Download | Request::Install)) => live.cloud.has_news(),
        (Some(_), Some(Request::Connect) | None) => false,
    };
    if waits && is_connected(live) && reaches(live) && !is_speaking(live) {
        live.after(times::SERVER_SPEAKS, Event::Session(SessionStep::ServerSpeaks));
    }
}

fn is_connected(live: &Live<'_>) -> bool {
    match live.ram.session {
        Session::Up(_) => true,
        Session::Connecting(_) | Session::Idle => false,
    }
}

fn is_speaking(live: &Live<'_>) -> bool {
    let steps = [SessionStep::ServerSpeaks, SessionStep::Report];
    steps.iter().any(|step| live.ram.agenda.holds(Event::Session(*step)))
}

fn reaches(live: &Live<'_>) -> bool {
    let nat = match live.network.nat {
        nat if live.has(Defect::NatLost) => {
            Some(nat.map_or(times::SHORT_NAT, |nat| nat.min(times::SHORT_NAT)))
        }
        nat => nat,
    };
    live.network.leads_to_module(live.now, nat)
}

/// The server knows the module's state from its registration, and asks for the next thing.
pub(crate) fn speak(live: &mut Live<'_>) {
    match live.flash.stage() {
        // One package at a time (guess): nothing is offered while a local one is there.
        None | Some(Stage::Fetching { .. } | Stage::Stored) if live.flash.local.is_some() => {}
        None => offer(live),
        // A new offer takes the place of one that waits (reference 4.3).
        Some(Stage::Fetching { .. } | Stage::Stored) if live.cloud.has_news() => offer(live),
        // The server takes its package back (guess).
        Some(Stage::Fetching { .. } | Stage::Stored) if live.cloud.has_cancelled() => {
            storing::clear(live);
        }
        Some(Stage::Fetching { .. }) => {
            session::touch(live);
            download::again(live);
        }
        Some(Stage::Stored) => {
            session::touch(live);
            install::ordered(live);
        }
        Some(Stage::Fetched | Stage::Installing) => {}
    }
}

fn offer(live: &mut Live<'_>) {
    let Some(operation) = live.cloud.open_operation() else {
        return;
    };
    let (package, flaw) = (operation.package.clone(), operation.flaw);
    live.cloud.offered();
    live.network.exchange(live.now);
    download::offered(live, package, flaw);
    session::touch(live);
}
