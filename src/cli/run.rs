//! `fotarig run`: runs tests, shows their progress, writes their reports.

use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use crate::cli::ahead::ahead;
use crate::cli::arguments::RunArguments;
use crate::cli::claim::{self, Claim};
use crate::cli::followers::{self, Followers};
use crate::cli::formats::{Format, Wishes};
use crate::cli::history::{self, Again, Keeping};
use crate::cli::jsonl::Wanted;
use crate::cli::kept::Kept;
use crate::cli::outputs::{self, Findings, Output, Taken};
use crate::cli::{BUG, Refusal, beginning, desk, end, lab, page, plan, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::history::Phases;
use crate::journal::Journal;
use crate::report::console;
use crate::report::live::{Ahead, Pace};
use crate::run::Test;
use crate::scenario::Scenario;
use crate::shelf::shown;
use crate::source::Origin;
use crate::suite::{Desk, Finished, Fleet, Instruments, Patience};
use crate::tally::{Exit, Tally};
use crate::world::Interrupts;
use crate::world::real::Clock;

pub(crate) fn go(arguments: &RunArguments) -> Result<ExitCode, Refusal> {
    let (desks, scenarios) = desk::load_all(&arguments.scenarios, &arguments.desk)?;
    let clock = Clock::start();
    let started = beginning::stamp(clock);
    let occasion = beginning::occasion(arguments.seed, &started);
    let tests = lab::tests(arguments, &desks, &scenarios, occasion)?;
    let mut keeping = Keeping::of(arguments, &started);
    let tests = match again(arguments, &mut keeping, tests)? {
        Again::Tests(tests) => tests,
        Again::Nothing(sentence) => {
            say(&sentence)?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    if arguments.dry_run {
        return show_plan(&desks, &tests);
    }
    keeping.catch_up();
    let instruments = lab::instruments(&desks)?;
    let own = |name: &str| arguments.reports.join(name);
    let journal_path = own("journal.jsonl");
    let mut wishes = Wishes::read(&arguments.report)?;
    let usual = [(Format::Html, own("report.html")), (Format::Junit, own("junit.xml"))];
    let shown_paths = format!("{}\n{}", shown(&usual[0].1), shown(&usual[1].1));
    wishes.at_end.splice(0..0, usual);
    let (voice, pace) = (wishes.voice(), followers::pace(&wishes.live));
    let mut taken = inputs(arguments, &scenarios, &desks);
    taken.push((journal_path.clone(), "the journal of this run"));
    taken.extend(keeping.path().map(|path| (path.to_owned(), "the history")));
    let Papers { file, outputs, streams } = papers(&journal_path, &wishes, &taken)?;

    let header = beginning::header(started);
    let kept = Kept::of(&journal_path, &file)?;
    let mut journal = Journal::new(Box::new(file), &header);
    journal.whole().map_err(|error| outputs::unwritable(&journal_path, &error))?;
    let tally = Tally::follow(&mut journal);
    let phases = Phases::follow(&mut journal);

    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let fleet = fleet(arguments, &desks, instruments, (clock, interrupts));
    let planned = history::planned(&tests, fleet.sharing);
    let took = keeping.begin((&header, &fleet.plan(planned.len())), &journal_path, planned);
    let ahead = match pace {
        Pace::Moving => ahead(&fleet, &tests, &took),
        Pace::Lines => Ahead::default(),
    };
    let followers = Followers::start((pace, ahead), streams, voice, &journal_path)?;
    followers.listen(&mut journal);
    let Finished { journal, bugs } = fleet.run(&tests, journal);
    let mut lost: Vec<Diagnostic> = Vec::new();
    let kept = close(journal, kept, &followers, &mut lost);
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.header = Some(header);
    let (page, unread) = page::of(kept.as_deref());
    lost.extend(unread);
    let findings = Findings { tally: &tally, journals: kept.as_slice(), page: Some(&page) };
    lost.extend(outputs.into_iter().filter_map(|output| output.write(&findings).err()));
    keeping.complete(&tally, &phases);
    let mut text = console::report(&tally, voice.paint());
    if let ([], Some(journal)) = (lost.as_slice(), &kept) {
        let _ = writeln!(text, "{shown_paths}\n{}", shown(journal));
    }
    end_at_once_when_asked(&fleet.interrupts);
    let (missed, told) = followers.finish(&text);
    lost.extend(missed);
    let end = if bugs.is_empty() { end(tally.exit(), lost) } else { Err(ours(&bugs, lost)) };
    followers::end(end, told, voice)
}

/// Closes the journal: where it is, if it is anywhere, and in `lost` what is not in it.
fn close(
    journal: Journal,
    kept: Kept,
    followers: &Followers,
    lost: &mut Vec<Diagnostic>,
) -> Option<PathBuf> {
    let whole = journal.whole();
    drop(journal);
    followers.close();
    let settled = kept.settle().map_err(|complaint| lost.push(complaint)).ok()?;
    if let Some(remark) = &settled.remark {
        followers.tell(remark);
    }
    lost.extend(whole.err().map(|error| claim::cut_short(&settled.path, &error)));
    Some(settled.path)
}

/// All is written, and whoever will not wait for slow readers says so twice: once may have been
/// meant for the run.
fn end_at_once_when_asked(interrupts: &Interrupts) {
    let was_asked = AtomicBool::new(false);
    interrupts.wake_with(move || {
        if was_asked.swap(true, Ordering::SeqCst) {
            process::exit(Exit::Interrupted.code().into());
        }
    });
}

fn fleet<'d>(
    arguments: &RunArguments,
    desks: &'d [Desk],
    instruments: Option<Instruments>,
    (clock, interrupts): (Clock, Interrupts),
) -> Fleet<'d> {
    Fleet {
        desks,
        sharing: arguments.lab.sharing(),
        seed: arguments.seed,
        shard: arguments.lab.shard,
        patience: if arguments.fail_fast { Patience::StopAtFirst } else { Patience::GoOn },
        insistence: arguments.lab.insistence(),
        instruments,
        clock,
        interrupts,
    }
}

/// The tests of this run: with `--failed` only those that did not pass in an earlier one.
fn again(
    arguments: &RunArguments,
    keeping: &mut Keeping,
    tests: Vec<Vec<Test>>,
) -> Result<Again, Refusal> {
    let (Some(which), Some(path)) =
        (&arguments.past.failed, arguments.past.path(&arguments.reports))
    else {
        return Ok(Again::Tests(tests));
    };
    if !arguments.dry_run {
        keeping.catch_up();
    }
    history::select(&path, which, &tests, arguments.lab.sharing())
}

/// What a run would do; on several rigs, what it would do on the first of them.
fn show_plan(desks: &[Desk], tests: &[Vec<Test>]) -> Result<ExitCode, Refusal> {
    if let [_, _, ..] = desks {
        let message = format!("--dry-run shows the plan of one rig, but here are {}", desks.len());
        return Err(Diagnostic::new(message).help("give --rig once, with one file").into());
    }
    say(&plan::drawn(&tests[0], &desks[0].profile))?;
    Ok(ExitCode::SUCCESS)
}

/// The end of a run in which we went wrong ourselves: its results are written, but not whole.
fn ours(bugs: &[String], mut lost: Vec<Diagnostic>) -> Refusal {
    let help = "please report it, with what was printed about the panic and the journal";
    lost.extend(bugs.iter().map(|bug| Diagnostic::new(bug.as_str()).help(help)));
    Refusal { complaints: lost, code: BUG }
}

/// The files that a run reads, which no report may replace.
fn inputs(
    arguments: &RunArguments,
    scenarios: &[Arc<Scenario>],
    desks: &[Desk],
) -> Vec<(PathBuf, &'static str)> {
    let on_disk = scenarios.iter().filter(|scenario| scenario.source.origin == Origin::Disk);
    let scenarios = on_disk.map(|scenario| (PathBuf::from(&scenario.source.name), "a scenario"));
    let rigs = desks.iter().map(|desk| &desk.rig.place.source);
    let rigs = rigs.filter(|source| source.origin == Origin::Disk);
    let rigs = rigs.map(|source| (PathBuf::from(&source.name), "the rig file"));
    let quarantine = arguments.lab.quarantine.iter();
    let quarantine = quarantine.map(|path| (path.clone(), "the quarantine file"));
    let package = arguments.desk.package.iter().map(|path| (path.clone(), "the package file"));
    let files = desks[0].packages.all().iter().filter_map(|package| package.file.as_ref());
    let files = files.map(|file| (PathBuf::from(file), "a package file"));
    scenarios.chain(rigs).chain(files).chain(package).chain(quarantine).collect()
}

/// What a run writes.
struct Papers {
    /// The journal.
    file: File,
    outputs: Vec<Output>,
    streams: Vec<Wanted>,
}

/// The journal and the reports of a run. First the journal is claimed, so that of two runs in one
/// folder only one touches its reports; what an earlier run left goes when all can be written.
fn papers(
    journal: &Path,
    wishes: &Wishes,
    taken: &[(PathBuf, &'static str)],
) -> Result<Papers, Diagnostic> {
    let claim = Claim::stake(journal)?;
    let mut taken = Taken::of(taken);
    let streams = wishes.live.iter().map(|path| Wanted::prepare(path, &mut taken));
    let streams = streams.collect::<Result<_, _>>()?;
    let outputs = outputs::prepare(&wishes.at_end, &mut taken)?;
    outputs.iter().try_for_each(Output::clear)?;
    Ok(Papers { file: claim.start()?, outputs, streams })
}
