//! The device-services commands `AT+WDSx` (reference chapter 2): which exist, and what they do to
//! sessions and requests. Their settings are in `settings`, their errors in `refusal`.

use std::time::Duration;

use crate::behaviour::{BusyError, CidRange, Defect, Pending650, Wdsd, WdseClosed};
use crate::rig::Credentials;
use crate::sim::agenda::{BootStep, Event};
use crate::sim::answer::{Cme, Reply};
use crate::sim::commands::refusal::{Refusal, wanted};
use crate::sim::commands::{Form, settings};
use crate::sim::flash::{Request, Stage};
use crate::sim::live::Live;
use crate::sim::network::ApnPolicy;
use crate::sim::ram::{Opener, Registration, Session};
use crate::sim::{boot, coverage, download, install, local, request, retry, session, times};

/// Answers of `AT+WDSR`; 6 to 9 are for requests that a firmware update does not need.
const LAST_ANSWER: u32 = 9;

/// Limits of a delay in `AT+WDSR`, and what it is when left out, minutes (reference 2.4).
const DELAYS: std::ops::RangeInclusive<u32> = 1..=1440;
const DEFAULT_DELAY: u32 = 30;

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    let answered = match name.strip_prefix("+WDS")? {
        "I" => settings::level(live, form),
        "C" => settings::configuration(live, form),
        "S" => sessions(live, form),
        "R" => responses(live, form),
        "D" => return local_download(live, form),
        "G" => general_state(live, form),
        "E" => last_status(live, form),
        // Unproven on an HL78xx (reference 2.6).
        "W" => Err(Refusal::WrongState),
        _ => return None,
    };
    Some(answered.unwrap_or_else(|refusal| refusal.reply(&live.settings.switches)))
}

/// `AT+WDSS`
fn sessions(live: &mut Live<'_>, form: Form<'_>) -> Result<Reply, Refusal> {
    let last = last_context(live);
    match form {
        Form::Test => {
            Ok(Reply::Lines(vec!["+WDSS: 1,(0-1)".to_owned(), format!("+WDSS: 2,(1-{last})")]))
        }
        Form::Read => Ok(Reply::Lines(session_state(live))),
        Form::Set(values) => match wanted(values)?.as_slice() {
            [1, 0] => Ok(stop_session(live)),
            [1, 1] => start_session(live),
            [2, id] if (1..=last).contains(id) => choose_context(live, *id),
            [_] => Err(Refusal::Missing),
            _ => Err(Refusal::OutOfRange),
        },
        Form::Bare => Err(Refusal::Missing),
    }
}

/// `AT+WDSR`
fn responses(live: &mut Live<'_>, form: Form<'_>) -> Result<Reply, Refusal> {
    match form {
        Form::Test => Ok(Reply::info("+WDSR: (0-9),(0-1440)")),
        Form::Set(values) => match respond(live, &wanted(values)?)? {
            Reply::Ok if live.has(Defect::ErrorForOk) => Err(Refusal::WrongState),
            reply => Ok(reply),
        },
        Form::Read => Err(Refusal::WrongState),
        Form::Bare => Err(Refusal::Missing),
    }
}

/// `AT+WDSD`: the oldest firmware does not know it, and then it is an unknown command.
fn local_download(live: &mut Live<'_>, form: Form<'_>) -> Option<Reply> {
    let answered = match (live.settings.switches.wdsd, form) {
        (Wdsd::Absent, _) => return None,
        (Wdsd::Present, Form::Test) => {
            Ok(Reply::line(format!("+WDSD: (1-{})", local::MAX_SIZE_BYTES)))
        }
        (Wdsd::Present, Form::Set(values)) => match wanted(values) {
            Ok(values) => match values.as_slice() {
                [size] if (1..=local::MAX_SIZE_BYTES).contains(size) => {
                    Ok(local::begin(live, *size))
                }
                _ => Err(Refusal::OutOfRange),
            },
            Err(refusal) => Err(refusal),
        },
        (Wdsd::Present, Form::Bare | Form::Read) => Err(Refusal::WrongState),
    };
    Some(answered.unwrap_or_else(|refusal| refusal.reply(&live.settings.switches)))
}

/// Contexts that `AT+WDSS=2` takes.
fn last_context(live: &Live<'_>) -> u32 {
    match live.settings.switches.cid_range {
        CidRange::ToTwo => 2,
        CidRange::OnlyOne => 1,
    }
}

fn session_state(live: &Live<'_>) -> Vec<String> {
    let open = match live.ram.session {
        Session::Idle => 0,
        Session::Connecting(_) | Session::Up(_) if live.has(Defect::HidesSession) => 0,
        Session::Connecting(_) | Session::Up(_) => 1,
    };
    vec![format!("+WDSS: 1,{open}"), format!("+WDSS: 2,{}", live.flash.session_context)]
}

/// The checks are in the order of reference 2.3.
fn start_session(live: &mut Live<'_>) -> Result<Reply, Refusal> {
    if live.flash.apn().is_empty() {
        let unnoticed = live.has(Defect::No650WithoutApn);
        return Ok(if unnoticed { Reply::Ok } else { Reply::Error(Cme::SERVICES) });
    }
    if waits_for_answer(live) && !live.has(Defect::No650WhilePending) {
        return Ok(Reply::Error(Cme::SERVICES));
    }
    if live.network.apn == ApnPolicy::Refused && !live.has(Defect::No133) {
        return Ok(Reply::ErrorAfter(times::APN_REFUSED, Cme::BAD_APN));
    }
    if live.ram.registration != Registration::Home {
        return Ok(Reply::ErrorAfter(times::ACTIVATION_FAILS, Cme::ACTIVATION));
    }
    match live.ram.session {
        Session::Up(_) => session::adopt(live),
        // A module that says OK to this takes it as the host's start (reference switch
        // `busy_error`).
        Session::Connecting(_) if live.settings.switches.busy_error == BusyError::Ok => {
            live.ram.session = Session::Connecting(Opener::Host);
        }
        Session::Connecting(_) => return Err(Refusal::Busy),
        Session::Idle if live.flash.stage() == Some(Stage::Installing) => {
            return Err(Refusal::WrongState);
        }
        Session::Idle => {
            // A running series of retries is over: this is a fresh attempt.
            retry::end(live);
            session::begin(live, Opener::Host);
        }
    }
    Ok(Reply::Ok)
}

/// Whether request 2 or 3 forbids a start.
fn waits_for_answer(live: &Live<'_>) -> bool {
    let waits = match live.flash.request {
        Some(Request::Download | Request::Install) => true,
        Some(Request::Connect) | None => false,
    };
    match live.settings.switches.pending_650 {
        Pending650::Always => waits,
        Pending650::WhenClosed => waits && live.ram.session == Session::Idle,
        Pending650::Never => false,
    }
}

fn stop_session(live: &mut Live<'_>) -> Reply {
    session::stop(live);
    Reply::Ok
}

/// `AT+WDSS=2,<cid>`: 0 follows the `OK` if the context has an APN.
fn choose_context(live: &mut Live<'_>, id: u32) -> Result<Reply, Refusal> {
    match live.ram.session {
        Session::Idle => {}
        Session::Connecting(_) | Session::Up(_) => return Err(Refusal::WrongState),
    }
    live.flash.session_context = id;
    live.after(times::SOON, Event::Boot(BootStep::ContextSet));
    Ok(Reply::Ok)
}

fn respond(live: &mut Live<'_>, values: &[u32]) -> Result<Reply, Refusal> {
    let pending = live.flash.request;
    match (values, pending) {
        ([answer, ..], _) if *answer > LAST_ANSWER => return Err(Refusal::OutOfRange),
        ([0, 0], Some(Request::Connect))
        | ([2, 0], Some(Request::Download))
        | ([5, 0], Some(Request::Install))
            if live.has(Defect::AcceptsRefusal) =>
        {
            live.flash.request = None;
            live.ram.agenda.cancel(Event::RepeatRequest);
        }
        // 0 would refuse, and a request cannot be refused.
        ([0 | 2 | 5 | 7 | 9, minutes], _) if !DELAYS.contains(minutes) => {
            return Err(Refusal::OutOfRange);
        }
        ([0 | 2 | 5 | 7 | 9, _, _, ..] | [1 | 3 | 4 | 6 | 8, _, ..], _) => {
            return Err(Refusal::OutOfRange);
        }
        ([0, delay @ ..], Some(Request::Connect))
        | ([2, delay @ ..], Some(Request::Download))
        | ([5, delay @ ..], Some(Request::Install)) => {
            let minutes = delay.first().copied().unwrap_or(DEFAULT_DELAY);
            request::delay(live, Duration::from_secs(u64::from(minutes) * 60));
        }
        ([1], Some(Request::Connect) | None) => {
            return match live.ram.session {
                Session::Up(_) => Err(Refusal::NotAsked),
                Session::Idle | Session::Connecting(_) => start_session(live),
            };
        }
        ([3], Some(Request::Download)) => accept_download(live),
        ([4], Some(Request::Download)) if live.has(Defect::AcceptsWrongAnswer) => {
            accept_download(live);
        }
        ([4], Some(Request::Install)) => install::accepted(live),
        _ => return Err(Refusal::NotAsked),
    }
    Ok(Reply::Ok)
}

/// Opens a session when there is none; without a network that waits for the registration.
fn accept_download(live: &mut Live<'_>) {
    request::settle(live, Request::Download);
    live.ram.download_accepted = true;
    match live.ram.session {
        // It begins when the network is back.
        Session::Up(_) if !coverage::carries(live) => live.ram.paused = true,
        Session::Up(_) => {
            download::begin_after(live, times::PROGRESS_AFTER_ACCEPT);
        }
        Session::Idle if session::is_possible(live) => session::begin(live, Opener::Host),
        // Without a network or an APN that waits for both.
        Session::Idle => boot::await_resumption(live),
        Session::Connecting(_) => {}
    }
}

/// `AT+WDSG`; with the session the second line loses what it knew (reference 2.6).
fn general_state(live: &Live<'_>, form: Form<'_>) -> Result<Reply, Refusal> {
    match form {
        Form::Bare => {}
        Form::Test => return Ok(Reply::Ok),
        Form::Read | Form::Set(_) => return Err(Refusal::WrongState),
    }
    let credentials = match live.flash.credentials {
        Credentials::Missing => 1,
        Credentials::Bootstrap => 2,
        Credentials::Valid => 3,
    };
    let package = match (live.ram.session, live.flash.stage()) {
        (Session::Idle | Session::Connecting(_), _) => 0,
        (Session::Up(_), None | Some(Stage::Installing)) => 1,
        (Session::Up(_), Some(Stage::Fetching { .. } | Stage::Fetched)) => 2,
        (Session::Up(_), Some(Stage::Stored)) => 3,
    };
    Ok(Reply::Lines(vec![format!("+WDSG: 0,{credentials}"), format!("+WDSG: 1,{package}")]))
}

/// `AT+WDSE`: without a session only `OK`, or the last status all the same.
fn last_status(live: &Live<'_>, form: Form<'_>) -> Result<Reply, Refusal> {
    match form {
        Form::Bare if live.flash.credentials == Credentials::Valid => {}
        Form::Test => return Ok(Reply::Ok),
        Form::Bare | Form::Read | Form::Set(_) => return Err(Refusal::WrongState),
    }
    let shown = match (live.ram.session, live.settings.switches.wdse_closed) {
        (Session::Up(_), _) | (_, WdseClosed::Status) => live.ram.http_status,
        (Session::Idle | Session::Connecting(_), WdseClosed::OnlyOk) => None,
    };
    Ok(match shown {
        Some(status) => Reply::line(format!("+WDSE: {status}")),
        None => Reply::Ok,
    })
}
