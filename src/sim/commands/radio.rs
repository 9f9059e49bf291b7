//! SIM, radio, contexts and registration.

use crate::sim::agenda::Event;
use crate::sim::answer::{Cme, Reply};
use crate::sim::commands::{Form, number, parameters, unquoted};
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

/// Last mode of `AT+COPS=<mode>` (3GPP TS 27.007, 7.3); they change nothing here.
const LAST_SELECTION: u32 = 4;

/// Largest `<n>` of `AT+CEREG` and of `AT+CREG`.
const CEREG_LIMIT: u32 = 5;
const CREG_LIMIT: u32 = 2;

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    match form {
        Form::Set(values) => set(live, name, values),
        Form::Read => read(live, name),
        Form::Bare => bare(live, name),
        Form::Test => match name {
            "+CGDCONT" => Some(Reply::Lines(context_ranges())),
            "+CPIN" => Some(Reply::Ok),
            _ => None,
        },
    }
}

/// The SIM as commands see it: `AT+CFUN=0` switches it off as well (reference 1.4; error guess).
fn sim(live: &Live<'_>) -> Sim {
    match live.ram.function {
        0 => Sim::Absent,
        _ => live.ram.sim,
    }
}

fn bare(live: &Live<'_>, name: &str) -> Option<Reply> {
    let registered = live.ram.registration == Registration::Home;
    Some(match (name, sim(live)) {
        ("+CIMI", Sim::NeedsPin) => Reply::Error(Cme::PIN_NEEDED),
        ("+CIMI", Sim::Ready) => Reply::line(live.settings.imsi.clone()),
        ("+CIMI" | "+CCID", Sim::Absent) => Reply::Error(Cme::NO_SIM),
        ("+CCID", Sim::Ready | Sim::NeedsPin) => {
            Reply::line(format!("+CCID: {}", live.settings.iccid))
        }
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
        ("+CPIN", _) => match sim(live) {
            Sim::Ready => Reply::info("+CPIN: READY"),
            Sim::NeedsPin => Reply::info("+CPIN: SIM PIN"),
            Sim::Absent => Reply::Error(Cme::NO_SIM),
        },
        ("+CCID", _) => return bare(live, name),
        ("+CFUN", _) => Reply::line(format!("+CFUN: {}", live.ram.function)),
        ("+CGDCONT", _) => Reply::Lines(contexts(live)),
        ("+CEREG", Registration::Home) if profile.cereg >= 2 => {
            Reply::line(format!("+CEREG: {},{stat},{cell}", profile.cereg))
        }
        ("+CEREG", _) => Reply::line(format!("+CEREG: {},{stat}", profile.cereg)),
        ("+CREG", Registration::Home) if profile.creg >= 2 => {
            Reply::line(format!("+CREG: {},{stat},{cell}", profile.creg))
        }
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
        "+CLCK" if sim(live) == Sim::Absent => return Some(Reply::Error(Cme::NO_SIM)),
        "+CLCK" if values.eq_ignore_ascii_case("\"SC\",2") => {
            let locked = u32::from(live.settings.pin.is_some());
            return Some(Reply::line(format!("+CLCK: {locked}")));
        }
        "+CGDCONT" => define_context(live, values),
        "+CEREG" => limited(values, CEREG_LIMIT).map(|n| live.ram.profile.cereg = n),
        "+CREG" => limited(values, CREG_LIMIT).map(|n| live.ram.profile.creg = n),
        "+CLCK" => None,
        "+KCELLMEAS" => {
            return (values == "0").then(|| cell_measurement(live));
        }
        "+COPS" => parameters(values)
            .and_then(|values| limited(values.first()?, LAST_SELECTION))
            .map(|_| ()),
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
    if function == 0 {
        live.ram.sim = Sim::after_power(live.settings);
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
    match sim(live) {
        Sim::Absent => Reply::Error(Cme::NO_SIM),
        Sim::Ready => Reply::Error(Cme::NOT_ALLOWED),
        Sim::NeedsPin if live.settings.pin.as_deref() == Some(unquoted(values)) => {
            live.ram.sim = Sim::Ready;
            boot::seek_network(live);
            Reply::Ok
        }
        Sim::NeedsPin => Reply::Error(Cme::WRONG_PASSWORD),
    }
}

/// `<cid>,"<protocol>","<apn>"`; what other parameters may follow is taken and forgotten. A context
/// with nothing but its number is undefined from then on (3GPP TS 27.007, 10.1.1).
fn define_context(live: &mut Live<'_>, values: &str) -> Option<()> {
    let values = parameters(values)?;
    let mut values = values.into_iter();
    let id = number(values.next()?).filter(|id| (1..=LAST_CONTEXT).contains(id))?;
    if values.len() == 0 {
        live.flash.contexts.remove(&id);
        return Some(());
    }
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
            // An empty APN leaves nothing between the commas (reference 1.4).
            let apn = if apn.is_empty() { String::new() } else { format!("\"{apn}\"") };
            format!("+CGDCONT: {id},\"{protocol}\",{apn},,0,0,0,0,0,,0,,,,,")
        })
        .collect()
}

/// The ranges are a guess.
fn context_ranges() -> Vec<String> {
    PROTOCOLS
        .iter()
        .map(|protocol| {
            format!("+CGDCONT: (1-{LAST_CONTEXT}),\"{protocol}\",,,(0-2),(0-4),(0-1),(0-1),(0-2)")
        })
        .collect()
}

/// RSRP, path loss, two powers, SINR; without signal the second is empty (reference 1.4).
fn cell_measurement(live: &Live<'_>) -> Reply {
    match live.ram.registration {
        Registration::Home => Reply::info("+KCELLMEAS: -97,120,10,5,8"),
        Registration::Off | Registration::Searching => Reply::info("+KCELLMEAS: -140,,0,0,-20"),
    }
}
