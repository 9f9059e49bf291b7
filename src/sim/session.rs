//! A session's life: opened, adopted by the host, kept while something goes on, closed (note 7.4).
//!
//! How it comes about is in `login`; what the server does with it is in `server`.

use std::time::Duration;

use crate::behaviour::{Defect, PendingClose, UserSessionClose};
use crate::sim::agenda::{Event, SessionStep};
use crate::sim::flash::{Request, Stage};
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::network::Reach;
use crate::sim::ram::{Bootstrap, Denial, Opener, Registration, Session};
use crate::sim::{coverage, download, login, polling, request, retry, server, times};

pub(crate) fn step(live: &mut Live<'_>, step: SessionStep) {
    if !coverage::carries(live) {
        without_network(live, step);
    } else if live.network.servers == Reach::Silent {
        without_servers(live, step);
    } else {
        carry_out(live, step);
    }
}

fn carry_out(live: &mut Live<'_>, step: SessionStep) {
    match step {
        SessionStep::Login => login::login(live),
        SessionStep::LoggedIn(server) => login::logged_in(live, server),
        SessionStep::Joined(server) => login::joined(live, server),
        SessionStep::CredentialsWritten => login::written(live),
        SessionStep::AuthenticationFailed(refusal) => login::not_authenticated(live, refusal),
        SessionStep::RegistrationFailed => login::not_registered(live),
        SessionStep::Denied(denial) => login::denied(live, denial),
        SessionStep::Unanswered => login::unanswered(live),
        SessionStep::Report => server::hear_report(live),
        SessionStep::ServerSpeaks => server::speak(live),
        SessionStep::Quiet => quiet(live),
    }
}

/// The same while the network is lost. An attempt to connect does not outlast that (guess).
fn without_network(live: &mut Live<'_>, step: SessionStep) {
    match step {
        // What the servers answer is lost.
        SessionStep::LoggedIn(_)
        | SessionStep::Joined(_)
        | SessionStep::CredentialsWritten
        | SessionStep::AuthenticationFailed(_)
        | SessionStep::RegistrationFailed
        | SessionStep::Denied(Denial::AtLogin | Denial::AfterJoining) => {
            live.after(times::UNANSWERED, Event::Session(SessionStep::Unanswered));
        }
        // A session that is open outlives it for a while, and what is to be said in it waits.
        SessionStep::Report | SessionStep::ServerSpeaks => {
            live.exactly_after(times::SERVER_SPEAKS, Event::Session(step));
        }
        SessionStep::Login
        | SessionStep::Denied(Denial::NoCredentials)
        | SessionStep::Unanswered
        | SessionStep::Quiet => carry_out(live, step),
    }
}

/// The same while the servers say nothing: there is no report and no offer in this session.
fn without_servers(live: &mut Live<'_>, step: SessionStep) {
    match step {
        SessionStep::Report | SessionStep::ServerSpeaks => {}
        SessionStep::Login
        | SessionStep::LoggedIn(_)
        | SessionStep::Joined(_)
        | SessionStep::CredentialsWritten
        | SessionStep::AuthenticationFailed(_)
        | SessionStep::RegistrationFailed
        | SessionStep::Denied(_)
        | SessionStep::Unanswered
        | SessionStep::Quiet => without_network(live, step),
    }
}

/// Whether the module could connect by itself now.
pub(crate) fn is_possible(live: &Live<'_>) -> bool {
    live.ram.session == Session::Idle
        && live.ram.registration == Registration::Home
        && !live.flash.apn().is_empty()
        && live.flash.stage() != Some(Stage::Installing)
}

/// Begins to connect, to the server that the credentials are for.
pub(crate) fn begin(live: &mut Live<'_>, opener: Opener) {
    live.ram.session = Session::Connecting(opener);
    request::settle(live, Request::Connect);
    retry::arm(live, opener);
    let delay = match opener {
        Opener::Host => times::LOGIN_AFTER_START,
        Opener::Module => Duration::ZERO,
    };
    live.after(delay, Event::Session(SessionStep::Login));
}

/// The session is open: it is the host's, or closes after 20 s of silence.
pub(crate) fn open(live: &mut Live<'_>) {
    match live.ram.session {
        Session::Connecting(opener) => live.ram.session = Session::Up(opener),
        Session::Up(_) | Session::Idle => {}
    }
    coverage::session_opened(live);
    server::greet(live);
    touch(live);
}

/// The host wants the session that the module opened: from now on it stays open.
pub(crate) fn adopt(live: &mut Live<'_>) {
    live.ram.session = Session::Up(Opener::Host);
    live.ram.agenda.cancel(Event::Session(SessionStep::Quiet));
    touch(live);
    if live.has(Defect::SecondSession) {
        live.after(times::LOGIN_AFTER_START, Event::Session(SessionStep::Login));
    }
}

/// Ends what there is of a session; a download is suspended. 8 is for the caller to say.
pub(crate) fn end(live: &mut Live<'_>) {
    live.ram.session = Session::Idle;
    live.ram.bootstrap = Bootstrap::Unneeded;
    live.ram.agenda.cancel_session();
    download::suspend(live);
    polling::restart(live);
}

/// An attempt to connect came to nothing: the retry timer goes on where it was armed.
pub(crate) fn fail(live: &mut Live<'_>) {
    end(live);
    if live.has(Defect::ReportsOnce) {
        live.flash.result = None;
    }
}

/// The host's stop, F03 step 4: `OK`, and 8 if a session was open.
pub(crate) fn stop(live: &mut Live<'_>) {
    retry::end(live);
    if live.has(Defect::DeafToStop) {
        return;
    }
    match live.ram.session {
        Session::Idle => {}
        Session::Connecting(_) | Session::Up(_) => {
            end(live);
            live.after(times::CLOSED_AFTER_STOP, Event::Say(Indication::Closed));
        }
    }
}

/// Something went over the link: the network knows the way again, the silence begins anew, and
/// what the server could not send until now arrives (F10, cure B).
pub(crate) fn touch(live: &mut Live<'_>) {
    live.network.exchange(live.now);
    if let Some(silence) = closing_silence(live) {
        let quiet = Event::Session(SessionStep::Quiet);
        live.ram.agenda.cancel(quiet);
        live.exactly_after(silence, quiet);
    }
    server::deliver(live);
}

/// After how much silence the session closes by itself (note 7.4.2).
fn closing_silence(live: &Live<'_>) -> Option<Duration> {
    match live.ram.session {
        Session::Up(Opener::Module) if live.has(Defect::KeepsPollSession) => None,
        Session::Up(Opener::Module) if live.has(Defect::ClosesPollEarly) => {
            Some(Duration::from_secs(5))
        }
        Session::Up(Opener::Module) => Some(times::INACTIVITY),
        Session::Up(Opener::Host) if live.has(Defect::ClosesHostSession) => Some(times::INACTIVITY),
        Session::Up(Opener::Host) => match live.settings.switches.user_session_close {
            UserSessionClose::HostOnly => None,
            UserSessionClose::Auto20 => Some(Duration::from_secs(20)),
            UserSessionClose::Auto90 => Some(Duration::from_secs(90)),
            UserSessionClose::Auto120 => Some(Duration::from_secs(120)),
        },
        Session::Connecting(_) | Session::Idle => None,
    }
}

/// Nothing was exchanged for a while.
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
    let kept = match live.settings.switches.pending_close {
        PendingClose::StaysOpen => asking,
        PendingClose::Closes => false,
    };
    kept || download::is_going_on(live)
        || live.flash.stage() == Some(Stage::Fetched)
        || live.ram.agenda.holds(Event::Session(SessionStep::ServerSpeaks))
}
