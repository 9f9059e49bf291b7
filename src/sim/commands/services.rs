//! The device-services commands `AT+WDSx` (reference chapter 2).
//!
//! Every failure is error 3 unless the reference says otherwise (switch `param_error`).

use std::time::Duration;

use crate::behaviour::Defect;
use crate::rig::Credentials;
use crate::sim::agenda::{BootStep, DownloadStep, Event, InstallStep};
use crate::sim::answer::{Cme, Reply, Switch};
use crate::sim::commands::{Form, number, numbers};
use crate::sim::flash::{Request, Stage};
use crate::sim::indication::ALL_BITS;
use crate::sim::live::Live;
use crate::sim::network::ApnPolicy;
use crate::sim::ram::{Opener, Registration, Session};
use crate::sim::{polling, request, retry, session, times};

/// Limits of `AT+WDSC=3` and `AT+WDSC=4`, minutes (reference 2.2).
const LONGEST_POLLING: u32 = 525_600;
const LONGEST_RETRY: u32 = 20_160;

/// Limits of a delay in `AT+WDSR`, and what it is when left out, minutes (reference 2.4).
const DELAYS: std::ops::RangeInclusive<u32> = 1..=1440;
const DEFAULT_DELAY: u32 = 30;

/// Contexts that `AT+WDSS=2` takes (reference switch `cid_range`).
const SESSION_CONTEXTS: std::ops::RangeInclusive<u32> = 1..=2;

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    let known = name.strip_prefix("+WDS")?;
    Some(match (known, form) {
        ("I", Form::Read) => Reply::line(format!("+WDSI: {}", live.flash.level)),
        ("I", Form::Set(values)) => Reply::done(set_level(live, values)),
        ("I", Form::Test) => return None,
        ("C", Form::Test) => Reply::Lines(configuration_ranges()),
        ("C", Form::Read) => Reply::Lines(configuration(live)),
        ("C", Form::Set(values)) => Reply::done(configure(live, values)),
        ("S", Form::Test) => {
            Reply::Lines(vec!["+WDSS: 1,(0-1)".to_owned(), "+WDSS: 2,(1-2)".to_owned()])
        }
        ("S", Form::Read) => Reply::Lines(session_state(live)),
        ("S", Form::Set("1,1")) => start_session(live),
        ("S", Form::Set("1,0")) => stop_session(live),
        ("S", Form::Set(values)) => Reply::done(choose_context(live, values)),
        ("R", Form::Test) => Reply::info("+WDSR: (0-9),(0-1440)"),
        ("R", Form::Set(values)) => {
            let answered = numbers(values).and_then(|values| respond(live, &values));
            answered.unwrap_or(Reply::Error(Cme::NOT_ALLOWED))
        }
        ("G" | "E", Form::Test) => Reply::Ok,
        ("G", Form::Bare) => Reply::Lines(general_state(live)),
        ("E", Form::Bare) => last_status(live),
        ("I" | "C" | "S" | "R" | "G" | "E" | "D" | "W", _) => Reply::Error(Cme::NOT_ALLOWED),
        _ => return None,
    })
}

/// Any unsupported bit is an error (reference switch `wdsi_mask`).
fn set_level(live: &mut Live<'_>, values: &str) -> Option<()> {
    live.flash.level = number(values).filter(|level| level & !ALL_BITS == 0)?;
    Some(())
}

fn configuration_ranges() -> Vec<String> {
    let timer = ",(1-20160)".repeat(7);
    vec![
        "+WDSC: (0-2,5,6),(0-1)".to_owned(),
        format!("+WDSC: 3,(0-{LONGEST_POLLING})"),
        format!("+WDSC: 4,(0-{LONGEST_RETRY}){timer}"),
    ]
}

fn configuration(live: &Live<'_>) -> Vec<String> {
    let agreements = live.flash.agreements;
    let retries = live.flash.retry_minutes.map(|minutes| minutes.to_string());
    vec![
        format!("+WDSC: 0,{}", agreements.connect.number()),
        format!("+WDSC: 1,{}", agreements.download.number()),
        format!("+WDSC: 2,{}", agreements.install.number()),
        format!("+WDSC: 3,{}", live.flash.polling_minutes),
        format!("+WDSC: 4,{}", retries.join(",")),
        format!("+WDSC: 5,{}", agreements.reboot.number()),
        format!("+WDSC: 6,{}", agreements.uninstall.number()),
    ]
}

fn configure(live: &mut Live<'_>, values: &str) -> Option<()> {
    let values = numbers(values)?;
    let (mode, values) = values.split_first()?;
    let agreements = &mut live.flash.agreements;
    let agreement = match (mode, values) {
        (0, _) => &mut agreements.connect,
        (1, _) => &mut agreements.download,
        (2, _) => &mut agreements.install,
        (3, &[minutes]) if minutes <= LONGEST_POLLING => {
            live.flash.polling_minutes = minutes;
            polling::restart(live);
            return Some(());
        }
        (4, timers) => return set_retries(live, timers),
        (5, _) => &mut agreements.reboot,
        (6, _) => &mut agreements.uninstall,
        _ => return None,
    };
    let &[position] = values else { return None };
    *agreement = Switch::from_number(position)?;
    Some(())
}

/// Timers that are left out keep their value.
fn set_retries(live: &mut Live<'_>, timers: &[u32]) -> Option<()> {
    let places = &mut live.flash.retry_minutes;
    let fits = (1..=places.len()).contains(&timers.len());
    if !fits || timers.iter().any(|minutes| *minutes > LONGEST_RETRY) {
        return None;
    }
    places[..timers.len()].copy_from_slice(timers);
    Some(())
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
fn start_session(live: &mut Live<'_>) -> Reply {
    if live.flash.apn().is_empty() {
        let unnoticed = live.has(Defect::No650WithoutApn);
        return if unnoticed { Reply::Ok } else { Reply::Error(Cme::SERVICES) };
    }
    match live.flash.request {
        // Also when a session is open (switch `pending_650`).
        Some(Request::Download | Request::Install) if !live.has(Defect::No650WhilePending) => {
            return Reply::Error(Cme::SERVICES);
        }
        Some(Request::Download | Request::Install | Request::Connect) | None => {}
    }
    if live.network.apn == ApnPolicy::Refused && !live.has(Defect::No133) {
        return Reply::ErrorAfter(times::APN_REFUSED, Cme::BAD_APN);
    }
    if live.ram.registration != Registration::Home {
        return Reply::ErrorAfter(times::ACTIVATION_FAILS, Cme::ACTIVATION);
    }
    match live.ram.session {
        Session::Up(_) => session::adopt(live),
        // Authentication is running (switch `busy_error`).
        Session::Connecting(_) => return Reply::Error(Cme::NOT_ALLOWED),
        Session::Idle if live.flash.stage() == Some(Stage::Installing) => {
            return Reply::Error(Cme::NOT_ALLOWED);
        }
        Session::Idle => {
            // A running series of retries is over: this is a fresh attempt.
            retry::end(live);
            session::begin(live, Opener::Host);
        }
    }
    Reply::Ok
}

fn stop_session(live: &mut Live<'_>) -> Reply {
    session::stop(live);
    Reply::Ok
}

/// `AT+WDSS=2,<cid>`: 0 follows the `OK` if the context has an APN.
fn choose_context(live: &mut Live<'_>, values: &str) -> Option<()> {
    let &[2, id] = numbers(values)?.as_slice() else {
        return None;
    };
    match live.ram.session {
        Session::Idle if SESSION_CONTEXTS.contains(&id) => {}
        Session::Idle | Session::Connecting(_) | Session::Up(_) => return None,
    }
    live.flash.session_context = id;
    live.after(times::SOON, Event::Boot(BootStep::ContextSet));
    Some(())
}

/// `AT+WDSR`: None is an answer to what was not asked (switch `wdsr_idle_error`).
fn respond(live: &mut Live<'_>, values: &[u32]) -> Option<Reply> {
    let pending = live.flash.request;
    match (values, pending) {
        ([0, delay @ ..], Some(Request::Connect))
        | ([2, delay @ ..], Some(Request::Download))
        | ([5, delay @ ..], Some(Request::Install)) => {
            let minutes = match delay {
                [] => DEFAULT_DELAY,
                &[0] if live.has(Defect::AcceptsRefusal) => {
                    live.flash.request = None;
                    live.ram.agenda.cancel(Event::RepeatRequest);
                    return Some(Reply::Ok);
                }
                // 0 would refuse, and a request cannot be refused.
                [minutes] if DELAYS.contains(minutes) => *minutes,
                _ => return None,
            };
            request::delay(live, Duration::from_secs(u64::from(minutes) * 60));
        }
        ([1], Some(Request::Connect) | None) => {
            return match live.ram.session {
                Session::Up(_) => None,
                Session::Idle | Session::Connecting(_) => Some(start_session(live)),
            };
        }
        ([3], Some(Request::Download)) => accept_download(live),
        ([4], Some(Request::Download)) if live.has(Defect::AcceptsWrongAnswer) => {
            accept_download(live);
        }
        ([4], Some(Request::Install)) => {
            request::settle(live, Request::Install);
            live.after(times::INSTALL_AFTER_ACCEPT, Event::Install(InstallStep::Start));
        }
        _ => return None,
    }
    Some(Reply::Ok)
}

/// Opens a session when there is none; without a network that waits for the registration.
fn accept_download(live: &mut Live<'_>) {
    request::settle(live, Request::Download);
    live.ram.download_accepted = true;
    match live.ram.session {
        Session::Up(_) => {
            live.after(times::PROGRESS_AFTER_ACCEPT, Event::Download(DownloadStep::Start));
        }
        Session::Connecting(_) => {}
        Session::Idle => {
            let reachable =
                live.ram.registration == Registration::Home && !live.flash.apn().is_empty();
            if reachable {
                session::begin(live, Opener::Host);
            }
        }
    }
}

/// `AT+WDSG`; with the session the second line loses what it knew (reference 2.6).
fn general_state(live: &Live<'_>) -> Vec<String> {
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
    vec![format!("+WDSG: 0,{credentials}"), format!("+WDSG: 1,{package}")]
}

/// `AT+WDSE`: nothing to show without a session (switch `wdse_closed`).
fn last_status(live: &Live<'_>) -> Reply {
    if live.flash.credentials != Credentials::Valid {
        return Reply::Error(Cme::NOT_ALLOWED);
    }
    match (live.ram.session, live.ram.http_status) {
        (Session::Up(_), Some(status)) => Reply::line(format!("+WDSE: {status}")),
        (Session::Up(_) | Session::Idle | Session::Connecting(_), _) => Reply::Ok,
    }
}
