//! What can be typed about earlier runs.

use std::path::{Path, PathBuf};

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand, ValueEnum};

use crate::history::USUAL_RUNS;

/// Names the history in place of the usual file.
const VARIABLE: &str = "FOTARIG_HISTORY";
/// Where a run without `--reports` writes, and where its history is.
pub(crate) const USUAL_REPORTS: &str = "reports/latest";
const USUAL_FOLDER: &str = "reports";
const NAME: &str = "history.db";
/// Beyond this the size of the file bounds it long before.
const MAX_RUNS: u64 = 100_000;

/// What a run has to do with earlier ones: docs/history.md says more.
#[derive(Debug, Args)]
#[command(next_help_heading = "History")]
pub struct PastArguments {
    /// Run again what did not pass in the last run, by test and rig; `--failed=12` takes another
    /// run. Scenarios, rigs and parameters are given as then
    #[arg(long, value_name = "RUN", num_args = 0..=1, require_equals = true,
          default_missing_value = "last", conflicts_with = "no_history")]
    pub failed: Option<String>,
    /// The file in which the run is kept for `fotarig history` and `compare`. Without it,
    /// `FOTARIG_HISTORY`, or else `reports/history.db`; with --reports, `history.db` in its folder
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Keep this run in no history
    #[arg(long, conflicts_with = "history")]
    pub no_history: bool,
    /// Keep so many runs; the oldest are forgotten
    #[arg(long, value_name = "N", default_value_t = USUAL_RUNS,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..=MAX_RUNS))]
    pub retain: u32,
}

impl PastArguments {
    /// The history of a run with these reports; nothing when it is to have none.
    pub(crate) fn path(&self, reports: &Path) -> Option<PathBuf> {
        if self.no_history {
            return None;
        }
        let is_usual = reports == Path::new(USUAL_REPORTS);
        let beside = || if is_usual { Path::new(USUAL_FOLDER) } else { reports }.join(NAME);
        Some(self.history.clone().or_else(by_variable).unwrap_or_else(beside))
    }
}

fn by_variable() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Where a history is looked at, and how it is told.
#[derive(Debug, Args)]
pub struct LookArguments {
    /// The history; without it, `FOTARIG_HISTORY`, or else `reports/history.db`
    #[arg(long, value_name = "FILE", global = true)]
    pub history: Option<PathBuf>,
    /// For a person, or one JSON document for a program
    #[arg(long, value_enum, default_value_t = PastFormat::Text, global = true)]
    pub format: PastFormat,
}

impl LookArguments {
    pub(crate) fn path(&self) -> PathBuf {
        let usual = || Path::new(USUAL_FOLDER).join(NAME);
        self.history.clone().or_else(by_variable).unwrap_or_else(usual)
    }
}

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PastFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct HistoryArguments {
    #[command(flatten)]
    pub look: LookArguments,
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// The runs, the newest last; also what `fotarig history` alone does
    List {
        /// So many of them
        #[arg(short = 'n', long = "runs", value_name = "N", default_value_t = 20)]
        runs: u32,
    },
    /// One run: what was tested on what, and what did not pass
    Show {
        /// Its number, `last`, `last-1`, or its journal
        #[arg(value_name = "RUN", default_value = "last")]
        run: String,
    },
    /// One scenario or test through the runs: a line for each test and rig
    Of {
        /// Id of a scenario or a test, such as `connect/open`; `*` stands for any text
        #[arg(value_name = "SCENARIO")]
        scenario: String,
        /// The last so many runs
        #[arg(short = 'n', long = "runs", value_name = "N", default_value_t = 40)]
        runs: u32,
    },
    /// How often verdicts changed although the package did not, for each scenario and rig
    Flaky {
        /// Only of these scenarios; `*` stands for any text
        #[arg(value_name = "SCENARIO")]
        scenario: Option<String>,
        /// The last so many runs
        #[arg(short = 'n', long = "runs", value_name = "N", default_value_t = 100)]
        runs: u32,
    },
    /// A page of measurements over the runs, version by version of the firmware
    Trend {
        /// Only of these scenarios, and then also of latencies; `*` stands for any text
        #[arg(value_name = "SCENARIO")]
        scenario: Option<String>,
        /// The page, or `-` for standard output
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// The last so many runs
        #[arg(short = 'n', long = "runs", value_name = "N", default_value_t = 100)]
        runs: u32,
    },
    /// Put the runs of journals in, as of other hosts; a run that is there is not put in again
    Add {
        #[arg(value_name = "JOURNAL", required = true)]
        journals: Vec<PathBuf>,
    },
}
