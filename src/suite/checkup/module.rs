//! A look at a rig's module: whether it answers and how soon, and which one it is.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::duration::show;
use crate::fault::Trouble;
use crate::rig::{Address, Flow, Port, SafeState, Written};
use crate::run::{ATTEMPTS, Reply, Visit};
use crate::suite::checkup::finding::Tell;
use crate::suite::checkup::{Checkup, TryCut};

/// How many exchanges are measured: enough for a median, and over in an instant.
const EXCHANGES: usize = 11;

/// Whether the module is the one that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Meant,
    /// Another person's, perhaps.
    Other,
}

/// What a rig file can name: as profiles call it, as people do.
const FACTS: [(&str, &str); 4] =
    [("model", "model"), ("imei", "IMEI"), ("serial", "serial number"), ("firmware", "firmware")];

/// Whether it answers at all; if so, how soon.
pub(super) fn answers(
    checkup: &Checkup,
    visit: &mut Visit,
    tell: &mut Tell<'_>,
) -> Result<bool, Trouble> {
    let mut asked = visit.wake()?;
    if asked.is_none() && checkup.cut == TryCut::Wanted && visit.can("power", "on") {
        let booted = visit.switch_on()?;
        tell.well("power", format!("was off or the module asleep: on, booted in {}", show(booted)));
        asked = visit.wake()?;
    }
    let Some(asked) = asked else {
        let rests_off = checkup.desk.rig.supply.safe_state == SafeState::Off;
        if rests_off && checkup.cut == TryCut::LeftOut && visit.can("power", "on") {
            let why = "between runs this rig is off (`safe_state`): with --power it is switched on";
            tell.left_out("module", why);
            return Ok(false);
        }
        tell.badly("module", Trouble::broken(silent(checkup, visit)));
        return Ok(false);
    };
    let mut times = Vec::new();
    let mut missed = 0;
    for _ in 0..EXCHANGES {
        match visit.ask("AT")? {
            Some(Reply { took, .. }) => times.push(took),
            None => missed += 1,
        }
    }
    times.sort_unstable();
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        tell.badly("module", Trouble::broken(silent(checkup, visit)));
        return Ok(false);
    };
    let median: Duration = times[times.len() / 2];
    let (median, first, last) = (show(median), show(*first), show(*last));
    let count = times.len();
    let clock = match &checkup.desk.rig.port {
        Port::Device(settings) if settings.speed.get() > 1 => {
            format!(", on a clock {} times faster", settings.speed)
        }
        Port::Device(_) | Port::Virtual(_) => String::new(),
    };
    let figures = format!("median of {count}, {first} to {last}{clock}");
    tell.well("module", format!("answers `AT` in {median}: {figures}"));
    if asked > 1 {
        let message = format!("it answered the {} `AT` only", nth(asked));
        tell.noted(
            "module",
            Diagnostic::new(message).help(
                "if it sleeps: `AT+KSLEEP=2` keeps it awake; scenarios for modules that sleep use \
             `power: wake`",
            ),
        );
    }
    if missed > 0 {
        let message = format!("{missed} of {EXCHANGES} `AT` were not answered");
        tell.badly("module", Trouble::broken(Diagnostic::new(message).help(
            "another program may read this port, or the line is disturbed: see to cable and `baud`",
        )));
    }
    Ok(true)
}

fn nth(number: u32) -> String {
    match number {
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        number => format!("{number}th"),
    }
}

fn silent(checkup: &Checkup, visit: &Visit) -> Diagnostic {
    let message = format!("the module does not answer `AT`, in {ATTEMPTS} attempts of 2 s");
    let complaint = Diagnostic::new(message);
    if visit.has_heard() {
        return complaint.note("something came, but no answer").help(
            "is `baud` that of the module (`AT+IPR?`), and the port the one for AT commands? is \
             another program on it?",
        );
    }
    match checkup.cut {
        TryCut::LeftOut if visit.can("power", "on") => complaint.help(
            "is it powered (with --power it is switched on first)? are port and `baud` right? is \
             it asleep?",
        ),
        TryCut::LeftOut | TryCut::Wanted => complaint.help(
            "is it powered, are port and `baud` right, TXD and RXD not exchanged, is it asleep?",
        ),
    }
}

/// Whether both ends of the line hold each other back in the same way.
pub(super) fn flow(
    checkup: &Checkup,
    visit: &mut Visit,
    tell: &mut Tell<'_>,
) -> Result<(), Trouble> {
    let Port::Device(settings) = &checkup.desk.rig.port else { return Ok(()) };
    match settings.address {
        // A server has the settings of its port, and a module's own USB needs none.
        Address::Tcp(_) | Address::Lab | Address::Usb(_) => return Ok(()),
        Address::Serial(_) | Address::Rfc2217(_) => {}
    }
    let Some(reply) = visit.ask("AT+IFC?")? else { return Ok(()) };
    let line = reply.lines.iter().find_map(|line| line.strip_prefix("+IFC: "));
    let (wanted, word) = match settings.flow {
        Flow::None => ("0,0", "none"),
        Flow::Software => ("1,1", "xonxoff"),
        Flow::Hardware => ("2,2", "rtscts"),
    };
    let Some(said) = line.map(|line| line.replace(' ', "")).filter(|said| said != wanted) else {
        return Ok(());
    };
    let message = format!("the module says `+IFC: {said}`, the rig file has `flow: {word}`");
    tell.noted(
        "module",
        Diagnostic::new(message)
            .help("0 is none, 1 XON/XOFF, 2 RTS/CTS: with both alike, fast transfers lose nothing"),
    );
    Ok(())
}

/// What it says of itself, beside what the rig file says.
pub(super) fn identity(
    checkup: &Checkup,
    visit: &mut Visit,
    tell: &mut Tell<'_>,
) -> Result<Known, Trouble> {
    let identity = &checkup.desk.rig.identity;
    let wanted = |fact: &str| match fact {
        "model" => identity.model.as_ref(),
        "imei" => identity.imei.as_ref(),
        "serial" => identity.serial.as_ref(),
        _ => None,
    };
    let (mut said, mut facts, mut named) = (Vec::new(), Vec::new(), 0);
    let mut differences = Vec::new();
    for (fact, word) in FACTS {
        let value = visit.fact(fact)?;
        if let Some(wanted) = wanted(fact) {
            named += 1;
            if value.as_ref() != Some(&wanted.text) {
                differences.push(other(word, wanted, value.as_deref()));
            }
        }
        said.push(match (fact, &value) {
            ("model", Some(value)) => value.clone(),
            (_, Some(value)) => format!("{word} {value}"),
            (_, None) => format!("no {word} told"),
        });
        facts.extend(value.map(|value| (fact, value)));
    }
    let said = said.join(", ");
    if let Some(last) = differences.pop() {
        for difference in differences {
            tell.badly("identity", Trouble::broken(difference));
        }
        let last = last.note(format!("it is {said}")).help(
            "another module is at this port: change the cable, or the rig file if that is meant",
        );
        tell.badly("identity", Trouble::broken(last));
        return Ok(Known::Other);
    }
    if named == 0 {
        let help = format!(
            "{} in the rig file, and no other module is updated when cables are exchanged",
            proposal(&facts)
        );
        tell.noted("identity", Diagnostic::new(said).help(help));
    } else {
        tell.well("identity", format!("{said}: as the rig file says"));
    }
    Ok(Known::Meant)
}

/// What a rig file can say of a module that has said this of itself.
fn proposal(facts: &[(&str, String)]) -> String {
    let can_be_named = |fact: &str| matches!(fact, "model" | "imei" | "serial");
    let facts = facts.iter().filter(|(fact, _)| can_be_named(fact));
    let facts: Vec<String> = facts.map(|(fact, value)| format!("{fact}: \"{value}\"")).collect();
    format!("`identity: {{ {} }}`", facts.join(", "))
}

fn other(word: &str, wanted: &Written, said: Option<&str>) -> Diagnostic {
    let text = &wanted.text;
    let said = said.map_or("nothing".to_owned(), |said| format!("`{said}`"));
    let message = format!("the rig file says {word} `{text}`, the module says {said}");
    Diagnostic::at(&wanted.place, message)
}
