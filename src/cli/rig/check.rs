//! `fotarig rig check`: each part of each rig in a line, and below it what is wrong and what to do.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::rig::RigCheckArguments;
use crate::cli::{BROKEN, Refusal, say, watch_signals};
use crate::diagnostic::{Diagnostic, printable};
use crate::suite::{Came, Checkup, Finding, State, TryCut, desks, rig_files};
use crate::tally::Exit;
use crate::world::Interrupts;
use crate::world::real::{Clock, Machine};

/// Width of the column that names the part: `power, network, cloud` is rarer than `identity`.
const PART: usize = 10;
/// Width of the column that says what it came to: `not tried`.
const WORD: usize = 9;

pub(crate) fn go(arguments: &RigCheckArguments) -> Result<ExitCode, Refusal> {
    let desks = desks(&rig_files(&arguments.files)?, None)?;
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
