//! SIM, radio, contexts and registration.

use crate::sim::agenda::Event;
use crate::sim::answer::{Cme, Reply};
use crate::sim::commands::{Form, number, unquoted};
use crate::sim::flash::Context;
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::network::Network;
use crate::sim::ram::{Registration, Session, Sim};
use crate::sim::{boot, session, times};

/// PDP contexts that `AT+CGDCONT` can define (guess; sessions use 1 or 2).
const LAST_CONTEXT: u32 = 5;

/// Longest APN of the standard (3GPP TS 23.003, 9.1).
const LONGEST_APN_BYTES: usize = 100;

/// Protocols seen in `AT+CGDCONT` (reference 1.4).
const PROTOCOLS: [&str; 3] = ["IP", "IPV4V6", "IPV6"];

/// Largest `<n>` of `AT+CEREG` and of `AT+CREG`.
const CEREG_LIMIT: u32 = 5;
const CREG_LIMIT: u32 = 2;

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    match form {
        Form::Set(values) => set(live, name, values),
        Form::Read => read(live, name),
        Form::Bare => bare(live, name),
        Form::Test => None,
    }
}

fn bare(live: &Live<'_>, name: &str) -> Option<Reply> {
    let registered = live.ram.registration == Registration::Home;
    Some(match (name, live.ram.sim) {
        ("+CIMI", Sim::NeedsPin) => Reply::Error(Cme::PIN_NEEDED),
        ("+CIMI", Sim::Ready) => Reply::line(live.settings.imsi.clone()),
        ("+CCID", _) => Reply::line(format!("+CCID: {}", live.settings.iccid)),
        ("+CSQ", _) if registered => Reply::info("+CSQ: 16,99"),
        ("+CSQ", _) => Reply::info("+CSQ: 99,99"),
        ("+CESQ", _) if registered => Reply::info("+CESQ: 99,99,255,255,20,50"),
        ("+CESQ", _) => Reply::info("+CESQ: 99,99,255,255,255,255"),
        _ => return None,
    })
}

fn read(live: &Live<'_>, name: &str) -> Option<Reply> {
    let (stat, cell) = (live.ram.registration as u32, Network::CELL);
    let profile = live.ram.profile;
    Some(match (name, live.ram.registration) {
        ("+CPIN", _) => match live.ram.sim {
            Sim::Ready => Reply::info("+CPIN: READY"),
            Sim::NeedsPin => Reply::info("+CPIN: SIM PIN"),
        },
        ("+CCID", _) => return bare(live, name),
        ("+CFUN", _) => Reply::line(format!("+CFUN: {}", live.ram.function)),
        ("+CGDCONT", _) => Reply::Lines(contexts(live)),
        ("+CEREG", Registration::Home) if profile.cereg >= 2 => {
            Reply::line(format!("+CEREG: {},{stat},{cell}", profile.cereg))
        }
        ("+CEREG", _) => Reply::line(format!("+CEREG: {},{stat}", profile.cereg)),
        ("+CREG", _) => Reply::line(format!("+CREG: {},{stat}", profile.creg)),
        ("+COPS", Registration::Home) => {
            Reply::line(format!("+COPS: 0,0,\"{}\",7", Network::OPERATOR))
        }
        ("+COPS", _) => Reply::info("+COPS: 0"),
        _ => return None,
    })
}

fn set(live: &mut Live<'_>, name: &str, values: &str) -> Option<Reply> {
    let done = match name {
        "+CFUN" => function(live, values),
        "+CPIN" => return Some(enter_pin(live, values)),
        "+CLCK" if values.eq_ignore_ascii_case("\"SC\",2") => {
            let locked = u32::from(live.settings.pin.is_some());
            return Some(Reply::line(format!("+CLCK: {locked}")));
        }
        "+CGDCONT" => define_context(live, values),
        "+CEREG" => limited(values, CEREG_LIMIT).map(|n| live.ram.profile.cereg = n),
        "+CREG" => limited(values, CREG_LIMIT).map(|n| live.ram.profile.creg = n),
        "+COPS" => Some(()),
        _ => return None,
    };
    Some(match done {
        Some(()) => Reply::Ok,
        None => Reply::Error(Cme::BAD_PARAMETERS),
    })
}

fn limited(values: &str, limit: u32) -> Option<u32> {
    number(values).filter(|value| *value <= limit)
}

fn function(live: &mut Live<'_>, values: &str) -> Option<()> {
    let (function, reset) = match values {
        "0" | "0,0" => (0, None),
        "1" | "1,0" => (1, None),
        "4" | "4,0" => (4, None),
        "1,1" => (1, Some(Event::Reboot)),
        "4,1" => (4, Some(Event::Reboot)),
        _ => return None,
    };
    if let Some(reset) = reset {
        live.after(times::BEFORE_RESET, reset);
        return Some(());
    }
    if function == live.ram.function {
        return Some(());
    }
    live.ram.function = function;
    if function == 1 {
        boot::seek_network(live);
        return Some(());
    }
    if function == 0 && live.settings.pin.is_some() {
        live.ram.sim = Sim::NeedsPin;
    }
    boot::leave_network(live);
    match live.ram.session {
        Session::Idle => {}
        Session::Connecting(_) => session::end(live),
        // F19: the download is suspended, its bytes stay.
        Session::Up(_) => {
            session::end(live);
            live.after(times::CLOSED_AFTER_STOP, Event::Say(Indication::Closed));
        }
    }
    Some(())
}

/// Once entered, the PIN is not asked for again: another one is not allowed (guess).
fn enter_pin(live: &mut Live<'_>, values: &str) -> Reply {
    match live.ram.sim {
        Sim::Ready => Reply::Error(Cme::NOT_ALLOWED),
        Sim::NeedsPin if live.settings.pin.as_deref() == Some(unquoted(values)) => {
            live.ram.sim = Sim::Ready;
            boot::seek_network(live);
            Reply::Ok
        }
        Sim::NeedsPin => Reply::Error(Cme::WRONG_PASSWORD),
    }
}

/// `<cid>,"<protocol>","<apn>"`; what other parameters may follow is taken and forgotten.
fn define_context(live: &mut Live<'_>, values: &str) -> Option<()> {
    let mut values = values.split(',');
    let id = number(values.next()?).filter(|id| (1..=LAST_CONTEXT).contains(id))?;
    let protocol = unquoted(values.next()?).to_ascii_uppercase();
    let apn = unquoted(values.next().unwrap_or_default()).to_owned();
    if !PROTOCOLS.contains(&protocol.as_str()) || apn.len() > LONGEST_APN_BYTES {
        return None;
    }
    live.flash.contexts.insert(id, Context { protocol, apn });
    Some(())
}

fn contexts(live: &Live<'_>) -> Vec<String> {
    let contexts = live.flash.contexts.iter();
    contexts
        .map(|(id, Context { protocol, apn })| {
            format!("+CGDCONT: {id},\"{protocol}\",\"{apn}\",,0,0,0,0,0,,0,,,,,")
        })
        .collect()
}
