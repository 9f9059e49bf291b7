//! `fotarig history`: the runs that were, and what became of a scenario in them.

mod arguments;
mod failed;
mod keeping;
mod trend;

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Refusal, beginning, say};
use crate::diagnostic::Diagnostic;
use crate::history::{Added, History, Kept, MAX_WAIT, Record, Unusable, Which};
use crate::report::history as told;
use crate::shelf::shown;
use crate::world::real::Clock;

pub(crate) use arguments::{
    HistoryArguments, HistoryCommand, LookArguments, PastArguments, PastFormat, USUAL_REPORTS,
};
pub(crate) use failed::{Again, no_history, select};
pub(crate) use keeping::Keeping;
use keeping::warn;

/// Runs of a list when no other number is asked for: a screen.
const USUAL_LIST: u32 = 20;

pub(crate) fn go(arguments: &HistoryArguments) -> Result<ExitCode, Refusal> {
    let look = &arguments.look;
    let list = HistoryCommand::List { runs: USUAL_LIST };
    let text = match arguments.command.as_ref().unwrap_or(&list) {
        HistoryCommand::List { runs } => {
            let heads = looked_at(&look.path(), |history| history.heads(Some(*runs)))?;
            match look.format {
                PastFormat::Text => told::list(&heads),
                PastFormat::Json => told::json("runs", &heads),
            }
        }
        HistoryCommand::Show { run } => {
            let record = record(&look.path(), run)?;
            match look.format {
                PastFormat::Text => told::show(&record),
                PastFormat::Json => told::json("run", &record),
            }
        }
        HistoryCommand::Of { scenario, runs } => {
            let courses = looked_at(&look.path(), |history| history.courses(scenario, *runs))?;
            if courses.tests.is_empty() {
                let message = format!("no test of the last {runs} runs fits `{scenario}`");
                let help = "write an id as `fotarig list` does, such as `connect/open`, or \
                            `connect/*`";
                return Err(Diagnostic::new(message).help(help).into());
            }
            match look.format {
                PastFormat::Text => told::courses(&courses),
                PastFormat::Json => told::json("history", &courses),
            }
        }
        HistoryCommand::Flaky { scenario, runs } => {
            let wanted = scenario.as_deref().unwrap_or("*");
            let courses = looked_at(&look.path(), |history| history.courses(wanted, *runs))?;
            let unrest = courses.unrest();
            match look.format {
                PastFormat::Text => told::unrest(&unrest),
                PastFormat::Json => told::json("flaky", &unrest),
            }
        }
        HistoryCommand::Trend { scenario, runs, output } => {
            trend::write(look, (scenario.as_deref(), *runs), output)?
        }
        HistoryCommand::Add { journals } => {
            let mut text = String::new();
            for journal in journals {
                text += &add(&look.path(), journal)?;
            }
            text
        }
    };
    say(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Looks at a history. Runs that were killed are completed first, where it can be written.
pub(crate) fn looked_at<T>(
    path: &Path,
    deed: impl Fn(&History) -> Result<T, Unusable>,
) -> Result<T, Diagnostic> {
    let look = || {
        let mut history = History::look(path)?;
        // Whoever may only read sees them without their end.
        if let Err(damaged @ Unusable::Damaged(_)) = history.catch_up() {
            return Err(damaged);
        }
        deed(&history)
    };
    look().map_err(|unusable| no_history(path, &unusable))
}

/// A run that was named, with all its tests. A journal needs no history.
pub(crate) fn record(path: &Path, which: &str) -> Result<Record, Diagnostic> {
    if let Which::Journal(journal) = which.parse()? {
        return of_journal(&journal);
    }
    looked_at(path, |history| Ok(run_named(Some(history), path, which)))?
}

/// The same of a history that is open.
pub(crate) fn run_named(
    history: Option<&History>,
    path: &Path,
    which: &str,
) -> Result<Record, Diagnostic> {
    let broken = |unusable| no_history(path, &unusable);
    let number = match (which.parse()?, history) {
        (Which::Journal(journal), _) => return of_journal(&journal),
        (Which::Number(number), _) => Some(number),
        (Which::FromLast(back), Some(history)) => history.number_from_last(back).map_err(broken)?,
        (Which::FromLast(_), None) => None,
    };
    let record = match (number, history) {
        (Some(number), Some(history)) => history.record(number).map_err(broken)?,
        (Some(_), None) | (None, _) => None,
    };
    record.ok_or_else(|| {
        let message = format!("there is no run `{which}` in the history `{}`", shown(path));
        Diagnostic::new(message).help("`fotarig history` lists the runs")
    })
}

fn of_journal(journal: &Path) -> Result<Record, Diagnostic> {
    Record::read(journal, &[]).map_err(|error| {
        let message = format!("`{}` cannot be read as a journal: {error}", shown(journal));
        let help = "a journal is the `journal.jsonl` that a run leaves in its reports folder";
        Diagnostic::new(message).help(help)
    })
}

/// Puts the run of a journal in, and says what became of it.
fn add(path: &Path, journal: &Path) -> Result<String, Diagnostic> {
    let record = of_journal(journal)?;
    let stamp = beginning::stamp(Clock::start());
    let deed = |history: &mut History| history.add(&record);
    let kept = History::mend(path, &stamp, MAX_WAIT, deed);
    let Kept { value, aside } = kept.map_err(|unusable| {
        let message = format!("cannot write the history `{}`: {unusable}", shown(path));
        Diagnostic::new(message).help(unusable.remedy())
    })?;
    if let Some(aside) = aside {
        warn(format!(
            "the history was damaged: it is now `{}`, and a new one begins",
            shown(&aside)
        ));
    }
    let name = shown(journal);
    Ok(match value {
        Added::New(number) => format!("{name} is run {number}\n"),
        Added::Completed(number) => format!("{name} completes run {number}\n"),
        Added::There(number) => format!("{name} is there already, as run {number}\n"),
    })
}
