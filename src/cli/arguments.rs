//! What can be typed, with the help that a QA engineer reads.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// Validates firmware packages for AirPrime HL78xx cellular modules: runs YAML scenarios on real
/// modules or on the built-in virtual one, and writes JUnit reports.
#[derive(Debug, Parser)]
#[command(
    name = "fotarig",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 all passed; 1 a device failed; 2 usage or a file is wrong, nothing \
                  was moved; 3 a rig broke, or a result could not be \
                  written; 130 interrupted; 101 a bug of fotarig.\n\
                  Start with `fotarig run`: it needs no hardware."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run scenarios and write reports
    Run(RunArguments),
    /// Check scenarios, rig and package for mistakes, without running anything
    Check(CheckArguments),
    /// List the scenarios with their tags and tests
    List(ListArguments),
    /// Make the reports again from a journal
    Report(ReportArguments),
    /// Serve the virtual module on a PTY, for fotarig itself or any terminal program
    Simulate(SimulateArguments),
    /// Print completions for a shell
    Completions { shell: Shell },
}

/// What is tested, on what.
#[derive(Debug, Args)]
pub struct DeskArguments {
    /// Rig file; without one, the built-in virtual rig in simulated time
    #[arg(long, value_name = "FILE")]
    pub rig: Option<PathBuf>,
    /// Package description; without one, the demo package of application note 2174223
    #[arg(long, value_name = "FILE")]
    pub package: Option<PathBuf>,
}

/// Which scenarios.
#[derive(Debug, Args)]
pub struct ScenarioArguments {
    /// Scenario files, folders, or ids such as `connect/open`. Without any: the `scenarios/`
    /// folder here, or else the built-in scenarios
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// Only tests whose id or name contains this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Only scenarios with these tags, for example `update and not slow`
    #[arg(long, value_name = "EXPR")]
    pub tag: Option<String>,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
    /// Seed of the virtual module: the same seed gives the same journal
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Leave out the remaining tests after the first that does not pass
    #[arg(long)]
    pub fail_fast: bool,
    /// Say what would be run, and touch nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A further report: `junit=PATH`. Can be given several times
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// Folder for the journal and the JUnit report
    #[arg(long, value_name = "DIR", default_value = "reports/latest")]
    pub reports: PathBuf,
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
}

#[derive(Debug, Args)]
pub struct ListArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// A journal, also one of a run that was killed
    #[arg(value_name = "JOURNAL")]
    pub journal: PathBuf,
    /// A report to write: `junit=PATH`. Can be given several times
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
}

#[derive(Debug, Args)]
pub struct SimulateArguments {
    /// Path of the PTY: other programs open it as they would a serial port
    #[arg(long, value_name = "PATH")]
    pub pty: PathBuf,
    /// Run the module's clock so many times faster than real time
    #[arg(long, value_name = "N", default_value = "1")]
    pub speed: NonZeroU32,
    /// Seed of the module
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub desk: DeskArguments,
}
