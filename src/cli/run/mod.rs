//! `fotarig run`: runs tests, shows their progress, writes their reports.

mod closing;
mod papers;

use std::process::ExitCode;

use crate::cli::ahead::ahead;
use crate::cli::arguments::RunArguments;
use crate::cli::followers::{self, Followers};
use crate::cli::formats::Wishes;
use crate::cli::history::{self, Again, Keeping};
use crate::cli::kept::Kept;
use crate::cli::run::closing::Closing;
use crate::cli::run::papers::{Inputs, Papers};
use crate::cli::{Refusal, beginning, desk, lab, outputs, plan, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::history::Phases;
use crate::journal::Journal;
use crate::report::live::{Ahead, Pace};
use crate::run::Test;
use crate::suite::{Desk, Fleet, Instruments, Patience};
use crate::tally::Tally;
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
    let wishes = Wishes::read(&arguments.report)?;
    let (voice, pace) = (wishes.voice(), followers::pace(&wishes.live));
    let past = keeping.path().map(std::path::Path::to_owned);
    let inputs = Inputs { scenarios: &scenarios, desks: &desks, history: past };
    let Papers { file, journal: path, outputs, streams, usual } =
        Papers::prepare(arguments, wishes, inputs)?;

    let header = beginning::header(started);
    let kept = Kept::of(&path, &file)?;
    let mut journal = Journal::new(Box::new(file), &header);
    journal.whole().map_err(|error| outputs::unwritable(&path, &error))?;
    let tally = Tally::follow(&mut journal);
    let phases = Phases::follow(&mut journal);
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let fleet = fleet(arguments, &desks, instruments, (clock, interrupts));
    let took = keeping.begin(&fleet, (&header, &path), &tests);
    let ahead = match pace {
        Pace::Moving => ahead(&fleet, &tests, &took),
        Pace::Lines => Ahead::default(),
    };
    let followers = Followers::start((pace, ahead), streams, voice, &path)?;
    followers.listen(&mut journal);
    let finished = fleet.run(&tests, journal);
    let interrupts = fleet.interrupts;
    let closing =
        Closing { header, tally, phases, kept, outputs, followers, voice, interrupts, usual };
    closing.end(finished, keeping)
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
