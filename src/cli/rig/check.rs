//! `fotarig rig check`: each part of each rig in a line, and below it what is wrong and what to do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::rig::RigCheckArguments;
use crate::cli::{BROKEN, Refusal, say, watch_signals};
use crate::diagnostic::{Diagnostic, printable};
use crate::rig::{Address, Port};
use crate::suite::{Came, Checkup, Desk, Finding, State, TryCut};
use crate::tally::Exit;
use crate::world::Interrupts;
use crate::world::real::{Clock, Machine};

/// Width of the column that names the part: `power, network, cloud` is rarer than `identity`.
const PART: usize = 10;
/// Width of the column that says what it came to: `not tried`.
const WORD: usize = 9;

pub(crate) fn go(arguments: &RigCheckArguments) -> Result<ExitCode, Refusal> {
    let desks = desks(&arguments.files)?;
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let clock = Clock::start();
    let cut = if arguments.power { TryCut::Wanted } else { TryCut::LeftOut };
    let (count, mut wrong, mut worst) = (desks.len(), 0, State::Well);
    for desk in desks {
        let name = desk.rig.name.clone();
        say(&format!("{}\n", printable(&name)))?;
        let (machine, interrupts) = (Machine::default(), interrupts.clone());
        let checkup = Checkup { desk, machine, clock, interrupts, cut };
        let (mut bad, mut lost) = (0, None);
        let state = checkup.go(&mut |finding| {
            bad += usize::from(matches!(finding.came, Came::Badly(_)));
            // As it comes, since some take their time.
            lost = lost.take().or(say(&lines(finding)).err());
        });
        if let Some(lost) = lost {
            return Err(lost);
        }
        wrong += usize::from(state != State::Well);
        worst = worst.max(state);
        say(&match state {
            State::Well => format!("{name}: all is well\n"),
            State::Wrong if bad == 1 => format!("{name}: one thing to fix\n"),
            State::Wrong => format!("{name}: {bad} things to fix\n"),
            State::Interrupted => format!("{name}: interrupted\n"),
        })?;
        if state == State::Interrupted {
            break;
        }
    }
    if count > 1 {
        say(&match wrong {
            0 => format!("all {count} rigs are well\n"),
            1 => format!("1 of {count} rigs is not well\n"),
            wrong => format!("{wrong} of {count} rigs are not well\n"),
        })?;
    }
    Ok(match worst {
        State::Well => ExitCode::SUCCESS,
        State::Wrong => ExitCode::from(BROKEN),
        State::Interrupted => ExitCode::from(Exit::Interrupted.code()),
    })
}

/// All rigs, or every mistake in every file; nothing is touched before.
fn desks(files: &[PathBuf]) -> Result<Vec<Desk>, Vec<Diagnostic>> {
    let (mut desks, mut complaints) = (Vec::new(), Vec::new());
    for file in files {
        match Desk::load(Some(file), None) {
            Ok(desk) => desks.push(desk),
            Err(more) => complaints.extend(more),
        }
    }
    complaints.extend(clashes(&desks));
    if complaints.is_empty() { Ok(desks) } else { Err(complaints) }
}

/// Rigs of one name or at one port: a run refuses them as well.
fn clashes(desks: &[Desk]) -> Vec<Diagnostic> {
    let mut taken: BTreeMap<(&str, String), &str> = BTreeMap::new();
    let mut complaints = Vec::new();
    for rig in desks.iter().map(|desk| &desk.rig) {
        let file = rig.place.source.name.as_str();
        let port = port(&rig.port).map(|port| ("port", port));
        for thing in [Some(("name", rig.name.clone())), port].into_iter().flatten() {
            let what = thing.0;
            if let Some(other) = taken.insert(thing, file) {
                let message = format!("the rig of `{other}` has the same {what}");
                let help = "a run with both is refused: give each rig its own";
                complaints.push(Diagnostic::at(&rig.place, message).help(help));
                break;
            }
        }
    }
    complaints
}

fn port(port: &Port) -> Option<String> {
    let Port::Device(settings) = port else { return None };
    match &settings.address {
        Address::Serial(path) => {
            let real = Path::new(path).canonicalize().unwrap_or_else(|_| path.into());
            Some(real.display().to_string())
        }
        Address::Usb(_) | Address::Tcp(_) | Address::Rfc2217(_) => {
            Some(settings.address.to_string())
        }
        Address::Lab => None,
    }
}

fn lines(finding: &Finding) -> String {
    let (word, first, more) = match &finding.came {
        Came::Well(text) => ("ok", text, None),
        Came::LeftOut(why) => ("not tried", why, None),
        Came::Noted(note) => ("note", &note.message, Some(note)),
        Came::Badly(complaint) => ("wrong", &complaint.message, Some(complaint)),
    };
    let part = &finding.part;
    let mut text = format!("  {part:<PART$}  {word:<WORD$}  {}\n", printable(first));
    let Some(Diagnostic { excerpt, notes, help, .. }) = more.map(|it| &**it) else { return text };
    let mut below = |start: &str, line: &str| {
        let _ = writeln!(text, "  {:<PART$}  {:<WORD$}  {start}{}", "", "", printable(line));
    };
    if let Some(excerpt) = excerpt {
        below("at ", &excerpt.to_string());
    }
    for note in notes {
        below("", note);
    }
    if let Some(help) = help {
        below("→ ", help);
    }
    text
}
