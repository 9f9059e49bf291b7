//! `fotarig replay`: judges what a journal has recorded by scenarios of today.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, PoisonError};

use clap::Args;
use tempfile::TempDir;

use crate::cli::arguments::ScenarioArguments;
use crate::cli::check::line;
use crate::cli::check_json::Severity;
use crate::cli::formats::Wishes;
use crate::cli::outputs::{self, Findings, Output, Taken};
use crate::cli::{BROKEN, Refusal, beginning, desk, end, page, watch_signals, whisper};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::journal::{self, Entry, Journal, Plan, TestAt};
use crate::report::{console, replay};
use crate::rig::{self, Rig};
use crate::scenario::{self, Scenario};
use crate::shelf::{self, shown};
use crate::source::Source;
use crate::suite::{
    self, Choice, Cutter, Judge, Recording, RigSeen, Stand, Survey, end_of, recorded_desk,
    recorded_packages,
};
use crate::tally::Tally;
use crate::world::Interrupts;
use crate::world::real::Clock;

/// What is missing in a journal that does not say what its rig can do.
const EARLIER: &str = "the journal is of an earlier version, without the rig's access point name \
                       (--rig FILE gives it) and without what roles answered";
/// Tests that are named when none was found.
const MAX_NAMED: usize = 10;

#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Journal of a run: the `journal.jsonl` of its reports folder
    #[arg(value_name = "JOURNAL")]
    pub journal: PathBuf,
    /// Scenario file, folder or id: only the tests that were made of it. Without it, each test is
    /// judged by the scenario that it was made of, as it is today
    #[arg(value_name = "SCENARIO")]
    pub scenario: Option<PathBuf>,
    /// Only this recorded test; with SCENARIO it is judged by that, whichever it was made of
    #[arg(long, value_name = "ID")]
    pub test: Option<String>,
    /// Rig file, for what the journal does not say of the rig: the rules of its supply, and in a
    /// journal of an earlier version its access point name
    #[arg(long, value_name = "FILE")]
    pub rig: Option<PathBuf>,
    /// The package of the run, where the journal has only its name or its file is not here
    #[arg(long, value_name = "FILE")]
    pub package: Option<PathBuf>,
    /// Other values of a parameter, as for `run`
    #[arg(long = "param", value_name = "NAME=VALUES")]
    pub params: Vec<String>,
    /// A report to write: `junit=PATH`. Can be given several times
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
}

pub(crate) fn go(arguments: &ReplayArguments) -> Result<ExitCode, Refusal> {
    let path = &arguments.journal;
    let wishes = Wishes::read_complete(&arguments.report, path)?;
    let voice = wishes.voice();
    let mut survey = Survey::default();
    pass(path, |entry| survey.hear(&entry))?;
    let Some(plan) = survey.plan.clone() else {
        let complaint = Diagnostic::new(format!("`{}` ends before the run began", shown(path)));
        return Err(complaint.help("there is nothing in it that could be replayed").into());
    };
    let (scenarios, chosen) = choose(arguments, &survey)?;
    if survey.rigs.values().any(RigSeen::is_of_earlier_version) {
        whisper(&line(Severity::Warning, &Diagnostic::new(EARLIER)));
    }
    let stands = stands(arguments, (&survey, &plan), &scenarios)?;
    let outputs =
        outputs::prepare(&wishes.at_end, &mut Taken::of(&[(path.clone(), "the journal")]))?;
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let choice = match (&arguments.scenario, &arguments.test) {
        (Some(_), Some(_)) => Choice::Any,
        (Some(_) | None, _) => Choice::SameId,
    };
    let paper = Paper::new(if outputs.is_empty() { None } else { Some(tempfile::tempdir()) })?;
    let header = beginning::header(beginning::stamp(Clock::start()));
    let mut journal = Journal::new(paper.file, &header);
    let tally = Tally::follow(&mut journal);
    let mut plan = Plan { tests: firsts(&survey, &chosen), shard: None, ..plan };
    // Those of another host are none that a person here could use.
    plan.rig_files.retain(|_, file| Path::new(file).is_file());
    let mut judge = Judge::begin(stands, choice, (journal, plan), interrupts);
    replay_all(path, &chosen, &mut judge)?;
    let (journal, before) = judge.end();
    let whole = journal.whole();
    drop(journal);

    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.header = Some(header);
    let mut lost: Vec<Diagnostic> = Vec::new();
    lost.extend(whole.err().map(|error| unkept(&error)));
    let page = outputs.iter().any(Output::is_page).then(|| page::of(Some(&paper.path)));
    let (page, unread) = page.map_or((None, None), |(page, unread)| (Some(page), unread));
    lost.extend(unread);
    // What was recorded is what a person can look at.
    let journals = std::slice::from_ref(path);
    let findings = Findings { tally: &tally, journals, page: page.as_ref() };
    lost.extend(outputs.into_iter().filter_map(|output| output.write(&findings).err()));
    let told = replay::told(&tally, &before);
    let said = voice.say(&format!("{}{told}", console::report(&tally, voice.paint())));
    lost.extend(said.err().into_iter().flat_map(|refusal| refusal.complaints));
    end(tally.exit(), lost)
}

/// Hands each entry on. A journal is read twice, so a pipe is none.
fn pass(path: &Path, hear: impl FnMut(Entry<'_>)) -> Result<(), Diagnostic> {
    let name = shown(path);
    let unreadable = |error: &dyn std::fmt::Display| {
        Diagnostic::new(format!("`{name}` cannot be read as a journal: {error}"))
            .help("a journal is the `journal.jsonl` that a run leaves in its reports folder")
    };
    // A pipe would be waited for when it is opened.
    if path.exists() && !path.is_file() {
        return Err(unreadable(&"it is no file"));
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    journal::read(BufReader::new(file), hear).map(drop).map_err(|error| unreadable(&error))
}

/// The scenarios of today, and the recorded tests that are judged by them.
fn choose(
    arguments: &ReplayArguments,
    survey: &Survey,
) -> Result<(Vec<Arc<Scenario>>, BTreeSet<String>), Refusal> {
    let name = shown(&arguments.journal);
    let tests = || survey.tests.iter().filter(|at| at.scenario != end_of(&at.rig));
    let ids: BTreeSet<&str> = tests().map(|at| at.id.as_str()).collect();
    if let Some(wanted) = &arguments.test
        && !ids.contains(wanted.as_str())
    {
        let complaint = Diagnostic::new(format!("`{name}` has no test `{wanted}`"));
        let near = did_you_mean(wanted, ids.iter().copied());
        return Err(complaint.help(near.unwrap_or_else(|| list(&ids))).into());
    }
    if ids.is_empty() {
        let complaint = Diagnostic::new(format!("there is no test in `{name}`"));
        return Err(complaint.help("it ends before its first test began").into());
    }
    let is_named = |at: &&TestAt| arguments.test.as_ref().is_none_or(|id| *id == at.id);
    let files = match &arguments.scenario {
        Some(path) => suite::find(std::slice::from_ref(path))?,
        None => files(tests().filter(is_named))?,
    };
    let mut scenarios = scenario::load(&files)?;
    scenario::replace(&mut scenarios, &arguments.params)?;
    let is_of_these = |at: &&TestAt| {
        let by_any = arguments.scenario.is_none() || arguments.test.is_some();
        by_any || scenarios.iter().any(|scenario| scenario.id == at.scenario)
    };
    let chosen = tests().filter(is_named).filter(is_of_these);
    let chosen: BTreeSet<String> = chosen.map(|at| at.id.clone()).collect();
    if chosen.is_empty() {
        let wanted: Vec<_> = scenarios.iter().map(|one| format!("`{}`", one.id)).collect();
        let message = format!("`{name}` has no test of {}", wanted.join(", "));
        let help = format!("to judge another test by it, {}", list(&ids));
        return Err(Diagnostic::new(message).help(help).into());
    }
    Ok((scenarios, chosen))
}

fn list(ids: &BTreeSet<&str>) -> String {
    let named: Vec<_> = ids.iter().take(MAX_NAMED).copied().collect();
    let more = ids.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("choose one with --test ID: {}{more}", named.join(", "))
}

/// The scenario files of today that tests were made of: by the path, else by the id. A test whose
/// scenario is gone is told when it is its turn.
fn files<'t>(
    tests: impl Iterator<Item = &'t TestAt>,
) -> Result<Vec<(String, Arc<Source>)>, Vec<Diagnostic>> {
    let mut found = BTreeMap::new();
    let shelf = suite::find(&[])?;
    for at in tests {
        if found.contains_key(&at.scenario) {
            continue;
        }
        let path = Path::new(&at.file);
        let source = if path.is_file() {
            Some(shelf::read(path).map_err(|complaint| vec![complaint])?)
        } else {
            let known = shelf.iter().find(|(id, _)| *id == at.scenario);
            known.map(|(_, source)| Arc::clone(source)).or_else(|| shelf::built_in(&at.file))
        };
        if let Some(source) = source {
            found.insert(at.scenario.clone(), source);
        }
    }
    Ok(found.into_iter().collect())
}

/// What stands for each recorded rig, with the tests of today.
fn stands(
    arguments: &ReplayArguments,
    (survey, plan): (&Survey, &Plan),
    scenarios: &[Arc<Scenario>],
) -> Result<BTreeMap<String, Stand>, Vec<Diagnostic>> {
    let file = arguments.rig.as_deref().map(rig).transpose()?;
    let packages = recorded_packages(arguments.package.as_deref(), plan)?;
    let all = ScenarioArguments::default();
    let occasion = beginning::today(plan.seed);
    let mut stands = BTreeMap::new();
    for (name, seen) in &survey.rigs {
        let desk = recorded_desk(seen, file.as_ref(), &packages)?;
        let tests = if scenarios.is_empty() {
            Vec::new()
        } else {
            desk::tests(scenarios, &desk, &all, occasion)?
        };
        stands.insert(name.clone(), Stand::new(desk, seen, tests));
    }
    Ok(stands)
}

fn rig(path: &Path) -> Result<Rig, Vec<Diagnostic>> {
    rig::load(&shelf::read(path).map_err(|complaint| vec![complaint])?)
}

/// Where the journal of a replay is kept for the reports that read it.
struct Paper {
    file: Box<dyn Write + Send>,
    path: PathBuf,
    _folder: Option<TempDir>,
}

impl Paper {
    fn new(folder: Option<io::Result<TempDir>>) -> Result<Paper, Refusal> {
        let unkept = |error| Refusal { complaints: vec![unkept(&error)], code: BROKEN };
        let Some(folder) = folder.transpose().map_err(unkept)? else {
            return Ok(Paper { file: Box::new(io::sink()), path: PathBuf::new(), _folder: None });
        };
        let path = folder.path().join("journal.jsonl");
        let file = Box::new(File::create(&path).map_err(unkept)?);
        Ok(Paper { file, path, _folder: Some(folder) })
    }
}

fn unkept(error: &io::Error) -> Diagnostic {
    let message = format!("the journal of the replay cannot be kept for its reports: {error}");
    Diagnostic::new(message).help("free some space in the folder for temporary files")
}

/// Replays the chosen tests, each when the journal comes to its end.
fn replay_all(path: &Path, chosen: &BTreeSet<String>, judge: &mut Judge) -> Result<(), Diagnostic> {
    let mut cutter = Cutter::default();
    let is_chosen = |recording: &Recording| chosen.contains(&recording.at.id);
    pass(path, |entry| {
        if let Some(recording) = cutter.hear(&entry).filter(is_chosen) {
            judge.take(recording);
        }
    })?;
    cutter.finish().into_iter().filter(is_chosen).for_each(|recording| judge.take(recording));
    Ok(())
}

/// How many tests are replayed, each with all its attempts.
fn firsts(survey: &Survey, chosen: &BTreeSet<String>) -> u64 {
    let is_first = |at: &&TestAt| at.attempt == 1 && chosen.contains(&at.id);
    survey.tests.iter().filter(is_first).count() as u64
}
