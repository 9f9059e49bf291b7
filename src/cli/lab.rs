//! What can be typed about many rigs, retries and quarantine, and what a run makes of it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, RangedU64ValueParser, TypedValueParser};
use regex::Regex;

use crate::cli::arguments::RunArguments;
use crate::cli::check::line;
use crate::cli::check_json::Severity;
use crate::cli::{desk, whisper};
use crate::diagnostic::Diagnostic;
use crate::journal::Flaky;
use crate::quarantine::{self, Quarantine};
use crate::run::Test;
use crate::scenario::Scenario;
use crate::shelf;
use crate::suite::{self, Desk, Insistence, Instruments, MAX_RETRIES, Occasion, Shard, Sharing};

/// Many rigs, and tests that do not always pass: docs/running.md says more.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many rigs, retries and quarantine")]
pub struct LabArguments {
    /// Run each test on one of the rigs that it fits, instead of on each
    #[arg(long)]
    pub spread: bool,
    /// Run only the I-th of each N tests: N hosts with I from 1 to N share a run
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Try a test that failed again, at most so often; each attempt is reported
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = retries())]
    pub retries: u32,
    /// Try again only what failed, or was broken, for a cause that this regular expression finds
    #[arg(long, value_name = "REGEX", requires = "retries")]
    pub retry_if: Option<Regex>,
    /// What a test counts that passed after it had failed
    #[arg(long, value_name = "VERDICT", default_value = "pass", value_parser = flaky())]
    pub flaky: Flaky,
    /// List of tests that may fail for a while, with reasons and end dates
    #[arg(long, value_name = "FILE")]
    pub quarantine: Option<PathBuf>,
}

fn retries() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(0..=u64::from(MAX_RETRIES))
}

fn flaky() -> impl TypedValueParser<Value = Flaky> {
    PossibleValuesParser::new(["pass", "fail"]).map(|word| match word.as_str() {
        "fail" => Flaky::Fail,
        _ => Flaky::Pass,
    })
}

impl LabArguments {
    pub(crate) fn sharing(&self) -> Sharing {
        if self.spread { Sharing::Spread } else { Sharing::EachOnEach }
    }

    pub(crate) fn insistence(&self) -> Insistence {
        let (retries, only, flaky) = (self.retries, self.retry_if.clone(), self.flaky);
        Insistence { retries, only, flaky }
    }

    /// The quarantine file, or all its mistakes.
    pub(crate) fn quarantine(&self) -> Result<Quarantine, Vec<Diagnostic>> {
        let Some(path) = &self.quarantine else { return Ok(Quarantine::default()) };
        quarantine::load(&shelf::read(path).map_err(|complaint| vec![complaint])?)
    }
}

/// The locks of shared instruments, where a rig has such.
pub(crate) fn instruments(desks: &[Desk]) -> Result<Option<Instruments>, Diagnostic> {
    let is_needed = desks.iter().any(|desk| !desk.rig.shared.is_empty());
    is_needed.then(Instruments::of_this_host).transpose()
}

/// The tests of each rig that this host does, those in quarantine marked as such. What is wrong
/// with the quarantine is told at once.
pub(crate) fn tests(
    arguments: &RunArguments,
    desks: &[Desk],
    scenarios: &[Arc<Scenario>],
    occasion: Occasion,
) -> Result<Vec<Vec<Test>>, Vec<Diagnostic>> {
    let quarantine = arguments.lab.quarantine()?;
    let of = |desk| desk::tests(scenarios, desk, &arguments.scenarios, occasion);
    let mut tests = desks.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    let remarks = suite::isolate(&mut tests, &quarantine, occasion.day);
    for remark in &remarks {
        whisper(&line(Severity::Warning, remark));
    }
    Ok(match arguments.lab.shard {
        Some(shard) => tests.into_iter().map(|tests| shard.take(tests)).collect(),
        None => tests,
    })
}
