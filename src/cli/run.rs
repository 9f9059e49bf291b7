//! `fotarig run`: runs tests, shows their progress, writes their reports.

use std::fmt::Write as _;
use std::fs::File;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};

use crate::cli::arguments::RunArguments;
use crate::cli::claim::Claim;
use crate::cli::outputs::{self, Format, Output};
use crate::cli::{Refusal, beginning, desk, end, plan, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::journal::{self, Header, Journal};
use crate::report::console;
use crate::report::progress::{Pace, Progress};
use crate::scenario::Scenario;
use crate::shelf::shown;
use crate::source::Origin;
use crate::suite::{Conduct, Desk, Patience};
use crate::tally::Tally;
use crate::world::Interrupts;
use crate::world::real::Clock;

pub(crate) fn go(arguments: &RunArguments) -> Result<ExitCode, Refusal> {
    let (desk, scenarios) = desk::load(&arguments.scenarios, &arguments.desk)?;
    let clock = Clock::start();
    let started = beginning::stamp(clock);
    let occasion = beginning::occasion(arguments.seed, &started);
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios, occasion)?;
    if arguments.dry_run {
        say(&plan::drawn(&tests, &desk.profile))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (journal_path, junit_path) =
        (arguments.reports.join("journal.jsonl"), arguments.reports.join("junit.xml"));
    let mut wanted = vec![(Format::Junit, junit_path.clone())];
    for text in &arguments.report {
        wanted.push(outputs::parse(text)?);
    }
    let mut taken = inputs(arguments, &scenarios, &desk);
    taken.push((journal_path.clone(), "the journal of this run"));
    let (file, outputs) = papers(&journal_path, &wanted, &taken)?;

    let header = header(started);
    let mut journal = Journal::new(Box::new(file), &header);
    let tally = Tally::follow(&mut journal);
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

    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.header = Some(header);
    let mut lost: Vec<Diagnostic> = Vec::new();
    lost.extend(flushed.err().map(|broken| Diagnostic::new(broken.message)));
    lost.extend(outputs.into_iter().filter_map(|output| output.write(&tally).err()));
    let mut text = console::report(&tally, desk::paint());
    if lost.is_empty() {
        let _ = writeln!(text, "{}\n{}", shown(&junit_path), shown(&journal_path));
    }
    lost.extend(say(&text).err().into_iter().flat_map(|refusal| refusal.complaints));
    end(tally.exit(), lost)
}

/// The files that a run reads, which no report may replace.
fn inputs(
    arguments: &RunArguments,
    scenarios: &[Arc<Scenario>],
    desk: &Desk,
) -> Vec<(PathBuf, &'static str)> {
    let on_disk = scenarios.iter().filter(|scenario| scenario.source.origin == Origin::Disk);
    let scenarios = on_disk.map(|scenario| (PathBuf::from(&scenario.source.name), "a scenario"));
    let rig = arguments.desk.rig.iter().map(|path| (path.clone(), "the rig file"));
    let package = arguments.desk.package.iter().map(|path| (path.clone(), "the package file"));
    let files = desk.packages.all().iter().filter_map(|package| package.file.as_ref());
    let files = files.map(|file| (PathBuf::from(file), "a package file"));
    scenarios.chain(rig).chain(files).chain(package).collect()
}

/// The journal and the reports of a run. First the journal is claimed, so that of two runs in one
/// folder only one touches its reports; what an earlier run left goes when all can be written.
fn papers(
    journal: &Path,
    wanted: &[(Format, PathBuf)],
    taken: &[(PathBuf, &'static str)],
) -> Result<(File, Vec<Output>), Diagnostic> {
    let claim = Claim::stake(journal)?;
    let outputs = outputs::prepare(wanted, taken)?;
    outputs.iter().try_for_each(Output::clear)?;
    Ok((claim.start()?, outputs))
}

fn header(started: String) -> Header {
    Header {
        journal: journal::VERSION,
        tool: concat!("fotarig ", env!("CARGO_PKG_VERSION")).to_owned(),
        started,
    }
}
