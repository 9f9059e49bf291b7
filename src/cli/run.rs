//! `fotarig run`: runs tests, shows their progress, writes their reports.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::rc::Rc;

use crate::cli::arguments::RunArguments;
use crate::cli::outputs::{self, Format, Output};
use crate::cli::{Refusal, USAGE, desk, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::journal::{self, Entry, Header, Journal};
use crate::report::console;
use crate::report::progress::{Pace, Progress};
use crate::run::Test;
use crate::shelf::shown;
use crate::suite::{Conduct, Patience};
use crate::tally::Tally;
use crate::world::Interrupts;
use crate::world::real::Clock;

pub(crate) fn go(arguments: &RunArguments) -> Result<ExitCode, Refusal> {
    let (desk, scenarios) = desk::load(&arguments.scenarios, &arguments.desk)?;
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios)?;
    if arguments.dry_run {
        say(&plan(&tests));
        return Ok(ExitCode::SUCCESS);
    }
    let clock = Clock::start();
    let (journal_path, junit_path) =
        (arguments.reports.join("journal.jsonl"), arguments.reports.join("junit.xml"));
    let mut wanted = vec![(Format::Junit, junit_path.clone())];
    for text in &arguments.report {
        wanted.push(outputs::parse(text)?);
    }
    let outputs = wanted.iter().map(|(format, path)| Output::prepare(*format, path));
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    let file = outputs::journal(&journal_path)?;

    let header = header(clock);
    let tally = Rc::new(RefCell::new(Tally { header: Some(header.clone()), ..Tally::default() }));
    let mut journal = Journal::new(Box::new(file), &header);
    journal.listen(listener(&tally));
    let pace = if std::io::stderr().is_terminal() { Pace::Moving } else { Pace::Lines };
    let mut progress = Progress::new(pace);
    journal.listen(Box::new(move |entry| progress.hear(entry)));

    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let patience = if arguments.fail_fast { Patience::StopAtFirst } else { Patience::GoOn };
    let conduct = Conduct { desk: &desk, seed: arguments.seed, patience, clock, interrupts };
    let mut journal = conduct.run(&tests, journal);
    let flushed = journal.flush();
    drop(journal);

    let tally = tally.borrow();
    let mut complaints: Vec<Diagnostic> = Vec::new();
    complaints.extend(flushed.err().map(|broken| Diagnostic::new(broken.message)));
    complaints.extend(outputs.into_iter().filter_map(|output| output.write(&tally).err()));
    say(&console::report(&tally, desk::paint()));
    if complaints.is_empty() {
        say(&format!("{}\n{}\n", shown(&junit_path), shown(&journal_path)));
        return Ok(ExitCode::from(tally.exit().code()));
    }
    // The verdicts stand on the terminal; a report that is missing must still be noticed.
    let code = match tally.exit().code() {
        0 => USAGE,
        code => code,
    };
    Err(Refusal { complaints, code })
}

fn header(clock: Clock) -> Header {
    Header {
        journal: journal::VERSION,
        tool: concat!("fotarig ", env!("CARGO_PKG_VERSION")).to_owned(),
        started: fixed_start().unwrap_or_else(|| clock.utc()),
    }
}

/// `SOURCE_DATE_EPOCH`, the custom of reproducible builds: seconds since 1970 that stand for the
/// time of the run, so that the same run writes the same reports.
fn fixed_start() -> Option<String> {
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?;
    Some(format!("{:.3}", jiff::Timestamp::from_second(seconds).ok()?))
}

fn listener(tally: &Rc<RefCell<Tally>>) -> journal::Listener {
    let tally = Rc::clone(tally);
    Box::new(move |entry: &Entry<'_>| tally.borrow_mut().hear(entry))
}

/// What would be run.
fn plan(tests: &[Test]) -> String {
    let mut text = String::new();
    for test in tests {
        let steps = test.scenario.steps.len();
        let _ = writeln!(text, "{}  {} ({steps} steps)", test.at.id, test.at.name);
    }
    let _ = writeln!(text, "{} tests; nothing was moved", tests.len());
    text
}
