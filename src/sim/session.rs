//! Sessions with the bootstrap server and the device-management server (note 7.4, F03, F04, F09).

use std::time::Duration;

use crate::rig::Credentials;
use crate::sim::agenda::{DownloadStep, Event, SessionStep};
use crate::sim::flash::{Request, Stage};
use crate::sim::indication::{Indication, Server};
use crate::sim::live::Live;
use crate::sim::ram::{Opener, Registration, Session};
use crate::sim::{download, install, request, times};

/// Begins to connect, to the server that the credentials are for.
pub(crate) fn begin(live: &mut Live<'_>, opener: Opener) {
    live.ram.session = Session::Connecting(opener);
    request::settle(live, Request::Connect);
    match opener {
        Opener::Host => live.after(times::LOGIN_AFTER_START, Event::Session(SessionStep::Login)),
        Opener::Module => step(live, SessionStep::Login),
    }
}

/// The host wants the session that the module opened: from now on it stays open.
pub(crate) fn adopt(live: &mut Live<'_>) {
    live.ram.session = Session::Up(Opener::Host);
    live.ram.agenda.cancel(Event::Session(SessionStep::Quiet));
}

/// Ends what there is of a session; a download is suspended. 8 is for the caller to say.
pub(crate) fn end(live: &mut Live<'_>) {
    live.ram.session = Session::Idle;
    live.ram.agenda.cancel_session();
    download::suspend(live);
    restart_polling(live);
}

pub(crate) fn step(live: &mut Live<'_>, step: SessionStep) {
    match step {
        SessionStep::Login => login(live),
        SessionStep::LoggedIn(server) => {
            live.say(Indication::LoggedIn);
            live.after(times::JOINED, Event::Session(SessionStep::Joined(server)));
        }
        SessionStep::Joined(server) => joined(live, server),
        SessionStep::CredentialsWritten => {
            live.flash.credentials = Credentials::Valid;
            live.after(times::LOGIN_AFTER_BOOTSTRAP, Event::Session(SessionStep::Login));
        }
        SessionStep::Denied => {
            live.say(Indication::Denied);
            end(live);
        }
        SessionStep::Report => report(live),
        SessionStep::ServerSpeaks => server_speaks(live),
        SessionStep::Quiet => quiet(live),
    }
}

/// An automatic session closes 20 s after the last exchange (note 7.4.2).
pub(crate) fn touch(live: &mut Live<'_>) {
    match live.ram.session {
        Session::Up(Opener::Module) => {
            let quiet = Event::Session(SessionStep::Quiet);
            live.ram.agenda.cancel(quiet);
            live.exactly_after(times::INACTIVITY, quiet);
        }
        Session::Up(Opener::Host) | Session::Connecting(_) | Session::Idle => {}
    }
}

/// F09: the polling period is over.
pub(crate) fn poll(live: &mut Live<'_>) {
    live.flash.poll_at = None;
    if live.ram.session == Session::Idle
        && live.ram.registration == Registration::Home
        && !live.flash.apn().is_empty()
        && live.flash.stage() != Some(Stage::Installing)
    {
        begin(live, Opener::Module);
    } else {
        restart_polling(live);
    }
}

/// The polling clock starts anew: after a session, or because the host set the period.
pub(crate) fn restart_polling(live: &mut Live<'_>) {
    let minutes = u64::from(live.flash.polling_minutes);
    live.flash.poll_at = (minutes > 0).then(|| live.now + Duration::from_secs(minutes * 60));
    arm_polling(live);
}

/// Puts the next poll on the agenda; an overdue one runs at once (F09).
pub(crate) fn arm_polling(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::Poll);
    if let Some(at) = live.flash.poll_at
        && live.ram.session == Session::Idle
        && live.ram.registration == Registration::Home
    {
        live.ram.agenda.add(at.max(live.now), Event::Poll);
    }
}

fn login(live: &mut Live<'_>) {
    live.say(Indication::Login);
    let (delay, next) = match live.flash.credentials {
        // Neither server can know the module; reference switch `denied`: `4`, `7`.
        Credentials::Missing => (times::DENIED, SessionStep::Denied),
        Credentials::Bootstrap => (times::LOGGED_IN, SessionStep::LoggedIn(Server::Bootstrap)),
        Credentials::Valid => (times::LOGGED_IN, SessionStep::LoggedIn(Server::DeviceManagement)),
    };
    live.after(delay, Event::Session(next));
}

fn joined(live: &mut Live<'_>, server: Server) {
    live.say(Indication::Joined(server));
    let (delay, next) = match server {
        Server::Bootstrap => (times::CREDENTIALS_WRITTEN, SessionStep::CredentialsWritten),
        Server::DeviceManagement => {
            match live.ram.session {
                Session::Connecting(opener) => live.ram.session = Session::Up(opener),
                Session::Up(_) | Session::Idle => {}
            }
            touch(live);
            match live.flash.result {
                Some(_) => (times::REPORT, SessionStep::Report),
                None => (times::SERVER_SPEAKS, SessionStep::ServerSpeaks),
            }
        }
    };
    live.after(delay, Event::Session(next));
}

/// F30: the server learns how the update ended.
fn report(live: &mut Live<'_>) {
    if let Some(result) = live.flash.result.take() {
        live.cloud.hear_report(result.outcome);
    }
    touch(live);
    live.after(times::SERVER_SPEAKS, Event::Session(SessionStep::ServerSpeaks));
}

/// The server knows the module's state from its registration, and asks for the next thing.
fn server_speaks(live: &mut Live<'_>) {
    match live.flash.stage() {
        None => {
            let Some(package) = live.cloud.offer() else {
                return;
            };
            touch(live);
            download::offered(live, package);
        }
        Some(Stage::Fetching { .. }) => {
            touch(live);
            download::again(live);
        }
        Some(Stage::Stored) => {
            touch(live);
            install::ordered(live);
        }
        Some(Stage::Fetched | Stage::Installing) => {}
    }
}

fn quiet(live: &mut Live<'_>) {
    if is_busy(live) {
        return touch(live);
    }
    end(live);
    live.say(Indication::Closed);
}

/// A download, or a request that waits, keeps an automatic session (reference 4.4).
fn is_busy(live: &Live<'_>) -> bool {
    let asking = match live.flash.request {
        Some(Request::Download | Request::Install) => true,
        Some(Request::Connect) | None => false,
    };
    asking
        || live.ram.transfer.is_some()
        || live.flash.stage() == Some(Stage::Fetched)
        || live.ram.agenda.holds(Event::Download(DownloadStep::Start))
        || live.ram.agenda.holds(Event::Session(SessionStep::ServerSpeaks))
}
