//! From what was typed to what a run needs: desk, scenarios and tests, or all mistakes.

use std::sync::Arc;

use crate::cli::arguments::{DeskArguments, ScenarioArguments};
use crate::cli::voice::Voice;
use crate::diagnostic::{Diagnostic, Paint};
use crate::run::Test;
use crate::scenario::{self, Scenario};
use crate::suite::{self, Desk, Occasion, Selection, Tags};

/// Tests of one run: each takes seconds to minutes on a real module, so more are no run.
const MAX_TESTS: u64 = 100_000;

type Scenarios = Vec<Arc<Scenario>>;

/// Everything that a run on one rig needs, or every mistake in every file.
pub(crate) fn load(
    scenarios: &ScenarioArguments,
    desk: &DeskArguments,
) -> Result<(Desk, Scenarios), Vec<Diagnostic>> {
    both(self::desk(desk), self::scenarios(scenarios))
}

/// The same for a run on several.
pub(crate) fn load_all(
    scenarios: &ScenarioArguments,
    desk: &DeskArguments,
) -> Result<(Vec<Desk>, Scenarios), Vec<Diagnostic>> {
    both(desks(desk), self::scenarios(scenarios))
}

fn both<D, S>(
    desks: Result<D, Vec<Diagnostic>>,
    scenarios: Result<S, Vec<Diagnostic>>,
) -> Result<(D, S), Vec<Diagnostic>> {
    match (desks, scenarios) {
        (Ok(desks), Ok(scenarios)) => Ok((desks, scenarios)),
        (Err(mut all), Err(more)) => {
            all.extend(more);
            Err(all)
        }
        (Err(all), Ok(_)) | (Ok(_), Err(all)) => Err(all),
    }
}

pub(crate) fn scenarios(wanted: &ScenarioArguments) -> Result<Vec<Arc<Scenario>>, Vec<Diagnostic>> {
    let mut scenarios = scenario::load(&suite::find(&wanted.scenarios)?)?;
    scenario::replace(&mut scenarios, &wanted.params)?;
    Ok(scenarios)
}

/// The tests that were asked for; none at all is a slip.
pub(crate) fn tests(
    scenarios: &[Arc<Scenario>],
    desk: &Desk,
    wanted: &ScenarioArguments,
    occasion: Occasion,
) -> Result<Vec<Test>, Vec<Diagnostic>> {
    let tags = wanted.tag.as_deref().map(Tags::parse).transpose().map_err(|wrong| {
        Diagnostic::new(format!("--tag `{}`: {wrong}", wanted.tag.as_deref().unwrap_or("")))
            .help("for example `update and not slow`")
    });
    let tags = tags.map_err(|complaint| vec![complaint])?;
    let count = suite::count(scenarios, desk);
    if count > MAX_TESTS {
        let (what, fewer) = match desk.packages.under_test().len() {
            1 => ("these scenarios".to_owned(), "fewer scenarios"),
            several => (
                format!("these scenarios with {several} packages"),
                "fewer scenarios, or fewer packages",
            ),
        };
        let message = format!("{what} are {count} tests");
        let help = format!("a run may have {MAX_TESTS}: name {fewer}");
        return Err(vec![Diagnostic::new(message).help(help)]);
    }
    let selection = Selection { filter: wanted.filter.clone(), tags };
    let tests = suite::tests(scenarios, desk, &selection, occasion)?;
    if tests.is_empty() {
        let complaint = Diagnostic::new("no test fits --filter and --tag");
        return Err(vec![complaint.help("`fotarig list` shows the scenarios with their tags")]);
    }
    Ok(tests)
}

/// The one desk of a command that has no use for several.
pub(crate) fn desk(wanted: &DeskArguments) -> Result<Desk, Vec<Diagnostic>> {
    match suite::rig_files(&wanted.rig)?.as_slice() {
        [] => Desk::load(None, wanted.package.as_deref()),
        [rig] => Desk::load(Some(rig), wanted.package.as_deref()),
        several => {
            let message = format!("this needs one rig, but here are {}", several.len());
            Err(vec![Diagnostic::new(message).help("give --rig once, with one file")])
        }
    }
}

pub(crate) fn desks(wanted: &DeskArguments) -> Result<Vec<Desk>, Vec<Diagnostic>> {
    suite::desks(&suite::rig_files(&wanted.rig)?, wanted.package.as_deref())
}

/// Whether standard output shows colours, as `NO_COLOR` and the terminal have it.
pub(crate) fn paint() -> Paint {
    Voice::StandardOutput.paint()
}
