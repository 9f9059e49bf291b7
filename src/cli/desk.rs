//! From what was typed to what a run needs: desk, scenarios and tests, or all mistakes.

use std::sync::Arc;

use crate::cli::arguments::{DeskArguments, ScenarioArguments};
use crate::diagnostic::{Diagnostic, Paint};
use crate::run::Test;
use crate::scenario::{self, Scenario};
use crate::suite::{self, Desk, Occasion, Selection, Tags};

/// Tests of one run: each takes seconds to minutes on a real module, so more are no run.
const MAX_TESTS: u64 = 100_000;

/// Everything that a run needs, or every mistake in every file.
pub(crate) fn load(
    scenarios: &ScenarioArguments,
    desk: &DeskArguments,
) -> Result<(Desk, Vec<Arc<Scenario>>), Vec<Diagnostic>> {
    let desk = self::desk(desk);
    let scenarios = self::scenarios(scenarios);
    match (desk, scenarios) {
        (Ok(desk), Ok(scenarios)) => Ok((desk, scenarios)),
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
        let packages = desk.packages.under_test().len();
        let message = format!("these scenarios with {packages} packages are {count} tests");
        let help = format!("a run may have {MAX_TESTS}: name fewer scenarios, or fewer packages");
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

pub(crate) fn desk(wanted: &DeskArguments) -> Result<Desk, Vec<Diagnostic>> {
    Desk::load(wanted.rig.as_deref(), wanted.package.as_deref())
}

/// Whether standard output shows colours, as `NO_COLOR` and the terminal have it.
pub(crate) fn paint() -> Paint {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => Paint::Plain,
        anstream::ColorChoice::Always
        | anstream::ColorChoice::AlwaysAnsi
        | anstream::ColorChoice::Auto => Paint::Coloured,
    }
}
