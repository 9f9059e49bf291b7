//! Identity, echo, profiles, error numbers, reset and power: what needs no network.

use std::time::Duration;

use crate::moment::Moment;
use crate::sim::agenda::Event;
use crate::sim::answer::{Cme, Reply, Switch};
use crate::sim::boot;
use crate::sim::commands::{Form, number, numbers};
use crate::sim::flash::Profile;
use crate::sim::live::Live;
use crate::sim::times;

/// Speeds of `AT+IPR` (reference 1.4).
const SPEEDS: [u32; 11] =
    [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600];

/// Largest mode, level and delay of `AT+KSLEEP`.
const SLEEP_LIMITS: [u32; 3] = [2, 2, 99];

pub(crate) fn answer(live: &mut Live<'_>, name: &str, form: Form<'_>) -> Option<Reply> {
    match form {
        Form::Bare => bare(live, name),
        Form::Read => read(live, name),
        Form::Set(values) => set(live, name, values),
        Form::Test => None,
    }
}

fn bare(live: &mut Live<'_>, name: &str) -> Option<Reply> {
    let settings = live.settings;
    Some(match name {
        "" => Reply::Ok,
        "E" | "E0" => echo(live, Switch::Off),
        "E1" => echo(live, Switch::On),
        "I" | "I0" | "+CGMM" => Reply::line(settings.model.clone()),
        "I3" | "+CGMR" => Reply::line(live.flash.firmware.clone()),
        "+CGSN" => Reply::line(settings.imei.clone()),
        "Z" | "Z0" => {
            live.ram.profile = live.flash.profile;
            live.ram.numeric_errors = Switch::Off;
            Reply::Ok
        }
        "&F" | "&F0" => {
            live.ram.profile = Profile::FACTORY;
            live.ram.numeric_errors = Switch::Off;
            Reply::Ok
        }
        "&W" | "&W0" => {
            live.flash.profile = live.ram.profile;
            Reply::Ok
        }
        "&V" => Reply::Lines(profiles(live)),
        "+CPWROFF" | "+CPOF" => {
            live.after(times::BEFORE_RESET, Event::SwitchOff);
            Reply::Ok
        }
        _ => return None,
    })
}

fn read(live: &mut Live<'_>, name: &str) -> Option<Reply> {
    Some(Reply::line(match name {
        "+CMEE" => format!("+CMEE: {}", live.ram.numeric_errors.number()),
        "+IPR" => format!("+IPR: {}", live.ram.profile.bits_per_second),
        "+KSREP" => {
            let report = live.flash.boot_report.number();
            format!("+KSREP: {report},{}", boot::start_state(live.ram))
        }
        "+KSLEEP" => {
            let [mode, level, delay] = live.flash.sleep;
            format!("+KSLEEP: {mode},{level},{delay}")
        }
        // A fixed day, so that a run does not depend on its date.
        "+CCLK" => clock(live.now.since(Moment::START)),
        _ => return None,
    }))
}

fn set(live: &mut Live<'_>, name: &str, values: &str) -> Option<Reply> {
    let done = match name {
        "+CMEE" => position(values).map(|errors| live.ram.numeric_errors = errors),
        // Stored at once, without `AT&W` (reference 1.4).
        "+KSREP" => position(values).map(|report| live.flash.boot_report = report),
        "+KSLEEP" => sleep(live, values),
        "+IPR" => number(values)
            .filter(|speed| SPEEDS.contains(speed))
            .map(|speed| live.ram.profile.bits_per_second = speed),
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

/// The command that switches echo off is still echoed, since it has been by now.
fn echo(live: &mut Live<'_>, echo: Switch) -> Reply {
    live.ram.profile.echo = echo;
    Reply::Ok
}

fn position(values: &str) -> Option<Switch> {
    number(values).and_then(Switch::from_number)
}

/// Values that are left out stay as they are.
fn sleep(live: &mut Live<'_>, values: &str) -> Option<()> {
    let values = numbers(values).filter(|values| values.len() <= SLEEP_LIMITS.len())?;
    if values.iter().zip(SLEEP_LIMITS).any(|(value, limit)| *value > limit) {
        return None;
    }
    for (place, value) in live.flash.sleep.iter_mut().zip(values) {
        *place = value;
    }
    Some(())
}

/// `AT&V`: two lines for each of three profiles (reference 1.4).
fn profiles(live: &Live<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (title, profile) in [
        ("ACTIVE PROFILE:", live.ram.profile),
        ("STORED PROFILE 0:", live.flash.profile),
        ("STORED PROFILE 1:", Profile::FACTORY),
    ] {
        let (echo, speed) = (profile.echo.number(), profile.bits_per_second);
        lines.push(title.to_owned());
        lines.push(format!("E{echo} Q0 V1 X4 &C1 &D1 &R1 &S0 +IFC=2,2 &K3 +IPR={speed} +FCLASS0"));
        lines.push("S00:0 S01:0 S03:13 S04:10 S05:8 S07:60 S08:2 S10:1".to_owned());
    }
    lines
}

/// `+CCLK: "25/01/31,12:00:00+04"` and what has passed since.
fn clock(running: Duration) -> String {
    let start = jiff::civil::date(2025, 1, 31).at(12, 0, 0, 0);
    let now = jiff::SignedDuration::try_from(running)
        .ok()
        .and_then(|running| start.checked_add(running).ok())
        .unwrap_or(start);
    format!("+CCLK: \"{}+04\"", now.strftime("%y/%m/%d,%H:%M:%S"))
}
