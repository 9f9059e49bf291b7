//! `fotarig compare`: what has changed from one run to another.

use std::process::ExitCode;

use clap::Args;

use crate::cli::history::{LookArguments, PastFormat, looked_at, no_history, run_named};
use crate::cli::{Refusal, say};
use crate::comparison::Comparison;
use crate::diagnostic::Diagnostic;
use crate::history::{History, Record, Unusable, Which};
use crate::report::{comparison as told, history};

/// Exit code of a strict comparison that has found something.
const STRANGE: u8 = 1;

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Two runs, the older first: numbers, `last`, `last-1`, or journals. Of one, it is compared
    /// with the last run
    #[arg(value_name = "RUN", num_args = 0..=2)]
    pub runs: Vec<String>,
    /// The last run, with the nearest one before that did much the same; so it is without any RUN
    #[arg(long, conflicts_with = "runs")]
    pub last: bool,
    /// Exit with 1 when something passed before and does not now, or a measurement has moved
    #[arg(long)]
    pub strict: bool,
    /// The least change of a measurement that is told, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0, value_parser = percent)]
    pub least: f64,
    #[command(flatten)]
    pub look: LookArguments,
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').parse().ok();
    let fits = |percent: &f64| (0.0..=1_000.0).contains(percent);
    percent.filter(fits).ok_or_else(|| "expected a number from 0 to 1000, such as 5".to_owned())
}

pub(crate) fn go(arguments: &CompareArguments) -> Result<ExitCode, Refusal> {
    let path = arguments.look.path();
    let is_journal = |text: &String| matches!(text.parse(), Ok(Which::Journal(_)));
    let compare = |history: Option<&History>| -> Result<Comparison, Diagnostic> {
        let named = |text: &str| run_named(history, &path, text);
        let (old, new) = match arguments.runs.as_slice() {
            [old, new] => (named(old)?, named(new)?),
            [old] => (named(old)?, named("last")?),
            _ => nearest(history, &named("last")?)?,
        };
        let compared = Comparison::of(history, (&old, &new), arguments.least / 100.0);
        compared.map_err(|unusable| no_history(&path, &unusable))
    };
    let needs_none = arguments.runs.len() == 2 && arguments.runs.iter().all(is_journal);
    let comparison = if needs_none && !path.exists() {
        compare(None)?
    } else {
        looked_at(&path, |history| Ok(compare(Some(history))))??
    };
    say(&match arguments.look.format {
        PastFormat::Text => told::comparison(&comparison),
        PastFormat::Json => history::json("comparison", &comparison),
    })?;
    let is_bad = arguments.strict && comparison.is_strange();
    Ok(if is_bad { ExitCode::from(STRANGE) } else { ExitCode::SUCCESS })
}

/// The last run, and the nearest one before that did much the same on the same rigs: a run of one
/// scenario in between is no measure for a whole night.
fn nearest(history: Option<&History>, last: &Record) -> Result<(Record, Record), Diagnostic> {
    let found = history.zip(last.head.number).map(|(history, number)| {
        let before = history.nearest_before(number)?;
        let record = before.map(|number| history.record(number)).transpose()?;
        Ok::<_, Unusable>(record.flatten())
    });
    match found.transpose() {
        Ok(Some(Some(old))) => Ok((old, last.clone())),
        Ok(Some(None) | None) => {
            let message = "there is no earlier run with the same tests on the same rigs";
            let help = "name two runs: `fotarig history` lists them";
            Err(Diagnostic::new(message).help(help))
        }
        Err(unusable) => Err(Diagnostic::new(format!("cannot read the history: {unusable}"))),
    }
}
