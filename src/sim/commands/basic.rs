//! Identity, error numbers, sleep, clock and power: what needs neither network nor profile.

use std::time::Duration;

use crate::behaviour::{CmeeTest, Defect};
use crate::moment::Moment;
use crate::sim::agenda::Event;
use crate::sim::answer::{Cme, ErrorStyle, Reply, Switch};
use crate::sim::commands::{Form, number, numbers};
use crate::sim::live::Live;
use crate::sim::{boot, sleep, times};

/// Largest mode, level and delay of `AT+KSLEEP`.
const SLEEP_LIMITS: [u32; 3] = [2, 2, 99];

/// What the clock of a module with `clock-off` is ahead.
const CLOCK_AHEAD: Duration = Duration::from_secs(60);

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    match form {
        Form::Bare => bare(live, name),
        Form::Read => read(live, name),
        Form::Set(values) => set(live, name, values),
        Form::Test => test(live, name),
    }
}

fn bare(live: &mut Live<'_>, name: &str) -> Option<Reply> {
    let settings = live.settings;
    Some(match name {
        "" => Reply::Ok,
        "I" | "I0" | "+CGMM" => Reply::line(settings.model.clone()),
        // Reference chapter 8, number 7.
        "I9" if live.has(Defect::VersionGarbage) && live.flash.updates > 0 => Reply::Silence,
        "I3" | "I9" | "+CGMR" => Reply::line(live.flash.firmware.clone()),
        "+CGSN" => Reply::line(settings.imei.clone()),
        "+CPWROFF" | "+CPOF" => {
            live.after(times::BEFORE_RESET, Event::SwitchOff);
            Reply::Ok
        }
        _ => return None,
    })
}

fn read(live: &mut Live<'_>, name: &str) -> Option<Reply> {
    Some(Reply::line(match name {
        "+CMEE" => format!("+CMEE: {}", live.ram.errors as u32),
        "+KSREP" => {
            let report = live.flash.boot_report.number();
            format!("+KSREP: {report},{}", boot::start_state(live.ram))
        }
        "+KSLEEP" => {
            let [mode, level, delay] = live.flash.sleep;
            format!("+KSLEEP: {mode},{level},{delay}")
        }
        "+CCLK" => {
            let ahead = if live.has(Defect::ClockOff) { CLOCK_AHEAD } else { Duration::ZERO };
            let time = network_time(live.now.since(Moment::START) + ahead);
            format!("+CCLK: \"{time}\"")
        }
        _ => return None,
    }))
}

fn test(live: &Live<'_>, name: &str) -> Option<Reply> {
    Some(match (name, live.settings.switches.cmee_test) {
        ("+CMEE", CmeeTest::ToOne) => Reply::info("+CMEE: (0-1)"),
        ("+CMEE", CmeeTest::ToTwo) => Reply::info("+CMEE: (0-2)"),
        _ => return None,
    })
}

fn set(live: &mut Live<'_>, name: &str, values: &str) -> Option<Reply> {
    let done = match name {
        "+CMEE" => error_style(live, values).map(|errors| live.ram.errors = errors),
        // Stored at once, without `AT&W` (reference 1.4).
        "+KSREP" => number(values)
            .and_then(Switch::from_number)
            .map(|report| live.flash.boot_report = report),
        "+KSLEEP" => set_sleep(live, values),
        "+KGSN" if values == "3" => {
            return Some(Reply::line(format!("+KGSN: {}", live.settings.serial)));
        }
        "+KGSN" => None,
        _ => return None,
    };
    Some(match done {
        Some(()) => Reply::Ok,
        None => Reply::Error(Cme::BAD_PARAMETERS),
    })
}

/// Texts exist on the oldest firmware only.
fn error_style(live: &Live<'_>, values: &str) -> Option<ErrorStyle> {
    match (number(values)?, live.settings.switches.cmee_test) {
        (0, _) => Some(ErrorStyle::Plain),
        (1, _) => Some(ErrorStyle::Number),
        (2, CmeeTest::ToTwo) => Some(ErrorStyle::Text),
        (_, CmeeTest::ToOne | CmeeTest::ToTwo) => None,
    }
}

/// Values that are left out stay as they are.
fn set_sleep(live: &mut Live<'_>, values: &str) -> Option<()> {
    let values = numbers(values).filter(|values| values.len() <= SLEEP_LIMITS.len())?;
    if values.iter().zip(SLEEP_LIMITS).any(|(value, limit)| *value > limit) {
        return None;
    }
    for (place, value) in live.flash.sleep.iter_mut().zip(values) {
        *place = value;
    }
    sleep::touch(live);
    Some(())
}

/// `25/01/31,12:00:00+04` and what has passed since, as `AT+CCLK?` shows it: a fixed day, so that a
/// run does not depend on its date.
pub(crate) fn network_time(running: Duration) -> String {
    let start = jiff::civil::date(2025, 1, 31).at(12, 0, 0, 0);
    let now = jiff::SignedDuration::try_from(running)
        .ok()
        .and_then(|running| start.checked_add(running).ok())
        .unwrap_or(start);
    format!("{}+04", now.strftime("%y/%m/%d,%H:%M:%S"))
}
