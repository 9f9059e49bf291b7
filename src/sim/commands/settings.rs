//! The settings of device services: events in `AT+WDSI`, agreements and timers in `AT+WDSC`.

use crate::behaviour::{Defect, RetryDefault, Wdsc22, WdsiMask, WdsiTest};
use crate::sim::answer::{Reply, Switch};
use crate::sim::commands::Form;
use crate::sim::commands::refusal::{Refusal, wanted};
use crate::sim::indication::ALL_BITS;
use crate::sim::live::Live;
use crate::sim::polling;

/// Limits of `AT+WDSC=3` and `AT+WDSC=4`, minutes (reference 2.2).
const LONGEST_POLLING: u32 = 525_600;
const LONGEST_RETRY: u32 = 20_160;

/// `AT+WDSI`
pub(crate) fn level(live: &mut Live<'_>, form: Form<'_>) -> Result<Reply, Refusal> {
    match form {
        Form::Read => Ok(Reply::line(format!("+WDSI: {}", live.flash.level))),
        Form::Test => Ok(match live.settings.switches.wdsi_test {
            WdsiTest::Span => Reply::line(format!("+WDSI: (0-{})", highest_level(live))),
            // Exactly the subsets of 4479.
            WdsiTest::Subsets => Reply::info("+WDSI: (0-127,256-383,4096-4223,4352-4479)"),
        }),
        Form::Set(values) => {
            let &[level] = wanted(values)?.as_slice() else {
                return Err(Refusal::OutOfRange);
            };
            live.flash.level = accepted_level(live, level).ok_or(Refusal::OutOfRange)?;
            Ok(Reply::Ok)
        }
        Form::Bare => Err(Refusal::Missing),
    }
}

/// `AT+WDSC`
pub(crate) fn configuration(live: &mut Live<'_>, form: Form<'_>) -> Result<Reply, Refusal> {
    match form {
        Form::Test => Ok(Reply::Lines(ranges(live))),
        Form::Read => Ok(Reply::Lines(values(live))),
        Form::Set(values) => {
            let values = wanted(values)?;
            let (mode, values) = values.split_first().ok_or(Refusal::Missing)?;
            configure(live, *mode, values)
        }
        Form::Bare => Err(Refusal::Missing),
    }
}

fn highest_level(live: &Live<'_>) -> u32 {
    match live.settings.switches.wdsi_mask {
        WdsiMask::Strict4479 | WdsiMask::Lenient => ALL_BITS,
        WdsiMask::To8191 => 8191,
        WdsiMask::To4095 => 4095,
    }
}

/// What is stored for `level`; any unsupported bit is an error unless the mask is lenient.
fn accepted_level(live: &Live<'_>, level: u32) -> Option<u32> {
    let known = highest_level(live);
    if live.has(Defect::RefusesFullLevel) && level == known {
        return None;
    }
    match live.settings.switches.wdsi_mask {
        WdsiMask::Lenient => Some(level & known),
        WdsiMask::Strict4479 | WdsiMask::To8191 | WdsiMask::To4095 => {
            (level & !known == 0).then_some(level)
        }
    }
}

/// How many retry timers there are (reference switch `retry_default`).
fn timers(live: &Live<'_>) -> usize {
    match live.settings.switches.retry_default {
        RetryDefault::Eight => 8,
        RetryDefault::Seven => 7,
    }
}

fn ranges(live: &Live<'_>) -> Vec<String> {
    let others = format!(",(1-{LONGEST_RETRY})").repeat(timers(live) - 1);
    vec![
        "+WDSC: (0-2,5,6),(0-1)".to_owned(),
        format!("+WDSC: 3,(0-{LONGEST_POLLING})"),
        format!("+WDSC: 4,(0-{LONGEST_RETRY}){others}"),
    ]
}

fn values(live: &Live<'_>) -> Vec<String> {
    let agreements = live.flash.agreements;
    let retries = live.flash.retry_minutes.iter().take(timers(live));
    let retries: Vec<String> = retries.map(u32::to_string).collect();
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

fn configure(live: &mut Live<'_>, mode: u32, values: &[u32]) -> Result<Reply, Refusal> {
    let slip = live.settings.switches.wdsc_22;
    let agreements = &mut live.flash.agreements;
    let agreement = match mode {
        0 => &mut agreements.connect,
        1 => &mut agreements.download,
        2 => &mut agreements.install,
        3 => return set_polling(live, values),
        4 => return set_retries(live, values),
        5 => &mut agreements.reboot,
        6 => &mut agreements.uninstall,
        _ => return Err(Refusal::OutOfRange),
    };
    *agreement = match (mode, values, slip) {
        // Note 9.2 writes `AT+WDSC=2,2`.
        (2, [2], Wdsc22::AcceptedAs1) => Switch::On,
        (_, &[position], Wdsc22::AcceptedAs1 | Wdsc22::Error) => {
            Switch::from_number(position).ok_or(Refusal::OutOfRange)?
        }
        (_, [], _) => return Err(Refusal::Missing),
        (_, [_, ..], _) => return Err(Refusal::OutOfRange),
    };
    Ok(Reply::Ok)
}

fn set_polling(live: &mut Live<'_>, values: &[u32]) -> Result<Reply, Refusal> {
    match values {
        [] => Err(Refusal::Missing),
        &[minutes] if minutes <= LONGEST_POLLING => {
            live.flash.polling_minutes = minutes;
            polling::restart(live);
            Ok(Reply::Ok)
        }
        [_, ..] => Err(Refusal::OutOfRange),
    }
}

/// Timers that are left out keep their value. 0 is taken for each of them, although the test form
/// begins at 1: it is what the factory has for the last two.
fn set_retries(live: &mut Live<'_>, values: &[u32]) -> Result<Reply, Refusal> {
    if values.is_empty() {
        return Err(Refusal::Missing);
    }
    if values.len() > timers(live) || values.iter().any(|minutes| *minutes > LONGEST_RETRY) {
        return Err(Refusal::OutOfRange);
    }
    live.flash.retry_minutes[..values.len()].copy_from_slice(values);
    Ok(Reply::Ok)
}
