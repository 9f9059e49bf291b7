//! `fotarig console`: a person, or a file of lines, talks to a module.

pub(super) mod arguments;
mod errand;
mod piped;
mod terminal;
mod typed;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::claim::{self, Claim};
use crate::cli::console::arguments::ConsoleArguments;
use crate::cli::console::errand::{Errand, Pace};
use crate::cli::console::terminal::{Key, Manners};
use crate::cli::{BROKEN, Refusal, USAGE, beginning, desk, explain, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::fault::{Trouble, Verdict};
use crate::journal::Journal;
use crate::report::dialogue::{Dialogue, Show, Typed};
use crate::rig::Port;
use crate::run::Talk;
use crate::shelf::shown;
use crate::suite::{Conduct, Console, Desk, Flow, Had, Patience};
use crate::tally::Exit;
use crate::world::real::Clock;
use crate::world::{Ahead, Interrupts};

/// Where everything is shown: the conversation, and what the console itself says.
#[derive(Clone)]
struct Screen(Arc<Mutex<Show>>);

impl Screen {
    fn of(show: Show) -> Screen {
        Screen(Arc::new(Mutex::new(show)))
    }

    /// Shows a line, or several, each with its end.
    fn show(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)(text);
    }
}

pub(crate) fn go(arguments: &ConsoleArguments) -> Result<ExitCode, Refusal> {
    let desk = desk::desk(&arguments.desk)?;
    let mut journal = journal_at(arguments)?;
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let is_person = io::stdin().is_terminal() && io::stdout().is_terminal();
    let typed = if is_person { Typed::OnScreen } else { Typed::Elsewhere };
    let (flow, pace) = match (&desk.rig.port, typed) {
        (Port::Virtual(_), Typed::OnScreen) => {
            let ahead = Ahead::default();
            (Flow::RealTime(ahead.clone()), Pace::Skippable(ahead))
        }
        (Port::Virtual(_), Typed::Elsewhere) => (Flow::Simulated, Pace::Still),
        (Port::Device(_), Typed::OnScreen | Typed::Elsewhere) => (Flow::Simulated, Pace::Real),
    };
    let (keys, screen) = front(arguments, &desk, typed)?;
    let own = screen.clone();
    let show = Box::new(move |line: &str| own.show(line));
    let mut dialogue = Dialogue::new(&desk.profile, desk::paint(), typed, show);
    journal.listen(Box::new(move |entry| dialogue.hear(entry)));

    let (seed, clock, patience) = (arguments.seed, Clock::start(), Patience::GoOn);
    let raised = interrupts.clone();
    let conduct = Conduct { desk: &desk, seed, patience, clock, interrupts };
    let console = Console { conduct, flow };
    let converse = |talk: Talk| {
        if typed == Typed::OnScreen {
            screen.show(&greeting(&desk));
        }
        let mut errand = Errand { talk, desk: &desk, pace, screen, typed, interrupts: raised };
        let conversed = match errand.talk.admit() {
            Ok(()) => errand.run(&keys),
            Err(trouble) => Err(trouble),
        };
        let (refused, outcome) = match conversed {
            Ok(refused) => (refused, Ok(())),
            Err(trouble) => (None, Err(trouble)),
        };
        let (journal, ended) = errand.talk.end(outcome);
        (journal.whole().err(), refused, ended)
    };
    let held = console.hold(journal, converse);
    let Had { outcome: (lost, refused, ended), behind } = held.map_err(|broken| Refusal {
        complaints: vec![*Trouble::from(broken).into_diagnostic()],
        code: BROKEN,
    })?;
    let lost = lost.map(|error| claim::cut_short(&arguments.journal, &error));
    let behind = behind.into_iter().map(|broken| *Trouble::from(broken).into_diagnostic());
    let lost = lost.into_iter().chain(behind).next();
    let path = shown(&arguments.journal);
    say(&format!("{path}\na scenario of it: fotarig new scenario --from {path} NAME\n"))?;
    let (code, wrong) = match (ended, lost, refused) {
        (Err((verdict, diagnostic)), ..) => (exit(verdict).code(), Some(*diagnostic)),
        (Ok(()), Some(lost), _) => (BROKEN, Some(lost)),
        (Ok(()), None, Some(refused)) => (USAGE, Some(refused)),
        (Ok(()), None, None) => (Exit::Passed.code(), None),
    };
    match wrong {
        Some(wrong) => Err(Refusal { complaints: vec![wrong], code }),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Passed | Verdict::Skipped => Exit::Passed,
        Verdict::Failed => Exit::Failed,
        Verdict::Broken => Exit::Broken,
        Verdict::Interrupted => Exit::Interrupted,
    }
}

fn journal_at(arguments: &ConsoleArguments) -> Result<Journal, Diagnostic> {
    let elsewhere = |complaint: Diagnostic| complaint.help("choose another with --journal PATH");
    let claim = Claim::stake(&arguments.journal).map_err(elsewhere)?;
    let file = claim.start().map_err(elsewhere)?;
    let header = beginning::header(beginning::stamp(Clock::start()));
    Ok(Journal::new(Box::new(file), &header))
}

/// Where the lines come from, and where the answers go.
fn front(
    arguments: &ConsoleArguments,
    desk: &Desk,
    typed: Typed,
) -> Result<(Receiver<Key>, Screen), Refusal> {
    if typed == Typed::Elsewhere {
        // What a broken pipe does not take is in the journal.
        let show = |text: &str| drop(say(text));
        return Ok((piped::start(), Screen::of(Box::new(show))));
    }
    let glossary = &desk.profile.glossary;
    let known = glossary.commands.iter().map(|entry| entry.text.split('<').next());
    let own = typed::WORDS.iter().map(|(word, ..)| Some(*word)).chain([Some(":help")]);
    let words = known.chain(own).flatten().map(str::to_owned).collect();
    let history = arguments.history.clone().or_else(terminal::usual_history);
    let manners = Manners { history, words, paint: desk::paint() };
    let (keys, show) = terminal::start(manners).map_err(|error| {
        let message = format!("this terminal cannot be used: {error}");
        Diagnostic::new(message).help("lines can come by a pipe: fotarig console <lines.txt")
    })?;
    Ok((keys, Screen::of(show)))
}

fn greeting(desk: &Desk) -> String {
    let (name, port) = (&desk.rig.name, desk.rig.port.shown());
    let where_it_is = if port == "virtual" { "a virtual module" } else { &port };
    format!("{name}: {where_it_is}. Type AT commands; `:help` shows the rest, Ctrl-D ends.\n")
}

/// What `:help` says.
fn help() -> String {
    let rows = typed::WORDS.iter().map(|(word, takes, does)| {
        let usage = format!("{word} {takes}");
        format!("  {usage:<36}{does}\n")
    });
    let rest = "  anything else                       is a command for the module\n";
    rows.collect::<String>() + rest
}

/// What `:explain` says.
fn explained(desk: &Desk, text: &str) -> Result<String, Diagnostic> {
    explain::told(&desk.profile.glossary, text)
}
