//! What can be typed, with the help that a QA engineer reads.

use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::behaviour::{Defect, FAMILIES, Family, Noise, Unknown};
use crate::cli::author::{ExplainArguments, NewCommand, PluginCommand, SchemaArguments};
use crate::cli::compare::CompareArguments;
use crate::cli::console::arguments::ConsoleArguments;
use crate::cli::history::{HistoryArguments, PastArguments, USUAL_REPORTS};
use crate::cli::lab::LabArguments;
use crate::cli::replay::ReplayArguments;
use crate::cli::rig::RigCommand;
use crate::package::PackageKind;
use crate::world::real::MAX_SPEED;

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
    /// Talk to a module by hand, with its lines explained as they come
    ///
    /// At a terminal: a line editor with history and completion, and with power and other roles at
    /// hand (`:help`). Without a rig file it talks to the built-in virtual module, in step with
    /// real time. Lines that come by a pipe are done one after the other, each when the answer to
    /// the one before has come; the virtual module's clock then does not wait. The conversation is
    /// written down as a journal.
    Console(ConsoleArguments),
    /// Begin a scenario or a whole lab, from a template that passes on the virtual module
    New {
        #[command(subcommand)]
        command: NewCommand,
    },
    /// Print the JSON Schema of a kind of file, for editors that complete and explain
    Schema(SchemaArguments),
    /// Say what a line, an error, a command or a name means, and where that is written
    Explain(ExplainArguments),
    /// Show what scenarios are worth: which known defects of a module they catch
    ///
    /// Runs each test on the virtual module as it is, and once more with each of its known defects,
    /// in simulated time. `caught`: a test fails. `broken`: none fails, but one blames the rig.
    /// `not caught`: the module did something else, and every test passed. `not applicable`: the
    /// module did exactly the same. The exit code is 0 when each defect that shows itself is caught
    /// by a scenario and no test fails without a defect, else 1.
    Prove(ProveArguments),
    /// Make the reports again from a journal, or one set of reports from several
    Report(ReportArguments),
    /// Show earlier runs: a list, one run, one scenario through all, and what is flaky
    History(HistoryArguments),
    /// Compare two runs: what is new, what is fixed, and which measurements have moved
    ///
    /// A measurement has moved when it is far from what is usual for the old run's package on the
    /// same rig, as earlier runs show it; with fewer than four such runs nobody can tell. On a
    /// virtual rig with one seed nothing varies by chance, and every difference is told.
    Compare(CompareArguments),
    /// Judge what a journal has recorded by scenarios of today, without a rig
    Replay(ReplayArguments),
    /// Serve the virtual module on a PTY or a TCP port, for fotarig itself or any terminal program
    Simulate(SimulateArguments),
    /// Make a test package, or explain one
    Package {
        #[command(subcommand)]
        command: PackageCommand,
    },
    /// List the plugins that fill a rig's roles, check one, or begin one
    Plugin {
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Check whether rigs are as their files say, or propose files for what is plugged in
    Rig {
        #[command(subcommand)]
        command: RigCommand,
    },
    /// Print completions for a shell
    Completions { shell: Shell },
}

/// What is tested, on what.
#[derive(Debug, Args)]
pub struct DeskArguments {
    /// Rig file; without one, the built-in virtual rig in simulated time. `run`, `check` and
    /// `list` take several, and folders of them
    #[arg(long, value_name = "FILE")]
    pub rig: Vec<PathBuf>,
    /// Package description, a firmware file whose name tells its versions
    /// (`HL7802_4.4.14.0_to_4.5.4.0.ua`), a package file of `fotarig package make`, or a folder of
    /// these: each scenario is run with each. Without it, the demo package of application note
    /// 2174223
    #[arg(long, value_name = "FILE")]
    pub package: Option<PathBuf>,
}

/// Which scenarios.
#[derive(Debug, Default, Args)]
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
    /// Other values of a parameter, written as in a scenario: `cut=[5, 50]`, or a thousand of them:
    /// `cut={ random: 1000, from: 0, to: 100 }`. Can be given several times
    #[arg(long = "param", value_name = "NAME=VALUES")]
    pub params: Vec<String>,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
    /// Seed of the virtual module and of `random` parameters: the same seed gives the same
    /// journal, but for its first line, which says when, where and how
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub lab: LabArguments,
    #[command(flatten)]
    pub past: PastArguments,
    /// Leave out the remaining tests after the first that does not pass, on all rigs
    #[arg(long)]
    pub fail_fast: bool,
    /// Print the plan and touch nothing: the steps of each test, the longest that each may take,
    /// and the sum
    #[arg(long)]
    pub dry_run: bool,
    /// A further report: `junit=PATH`, or `jsonl=PATH` for the journal as it grows; `-` as PATH is
    /// standard output. Can be given several times
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
    /// Folder for the journal and the JUnit report
    #[arg(long, value_name = "DIR", default_value = USUAL_REPORTS)]
    pub reports: PathBuf,
}

#[derive(Debug, Args)]
pub struct ProveArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
    /// Seed of the virtual module: the same seed gives the same proof
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Also run each test, without a defect, on the seeds 0 to N-1 of harmless noise on the line
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub noise_seeds: u64,
    /// `text` for a person; the others show each defect with each scenario
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = proof_formats())]
    pub format: ProofFormat,
}

/// How a proof is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofFormat {
    Text,
    Csv,
    Json,
    Markdown,
}

fn proof_formats() -> impl TypedValueParser<Value = ProofFormat> {
    PossibleValuesParser::new(["text", "csv", "json", "markdown"]).map(|word| match word.as_str() {
        "csv" => ProofFormat::Csv,
        "json" => ProofFormat::Json,
        "markdown" => ProofFormat::Markdown,
        _ => ProofFormat::Text,
    })
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
    /// Drawn for people on standard error, or one JSON document on standard output: `version`,
    /// `scenarios`, `tests` and `diagnostics`, each with `severity`, `message`, `notes`, `help`
    /// and, where it has a place, `file`, `line`, `column`, `end_line` and `end_column`
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
}

/// Who reads what `fotarig check` found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Json,
}

#[derive(Debug, Args)]
pub struct ListArguments {
    #[command(flatten)]
    pub scenarios: ScenarioArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Journals, also of runs that were killed. Those of several hosts, such as shards, make one
    /// set of reports
    #[arg(value_name = "JOURNAL", required = true)]
    pub journals: Vec<PathBuf>,
    /// A report to write: `junit=PATH`; `-` as PATH is standard output. Can be given several times
    #[arg(long, value_name = "FORMAT=PATH")]
    pub report: Vec<String>,
}

#[derive(Debug, Args)]
pub struct SimulateArguments {
    #[command(flatten)]
    pub place: PlaceArguments,
    /// Unix domain socket on which other programs drive power, network and cloud: one JSON object
    /// per line, see docs/simulate.md
    #[arg(long, value_name = "PATH")]
    pub control: Option<PathBuf>,
    /// The port is the module's own USB: it vanishes when the module reboots or loses its power,
    /// and returns with it
    #[arg(long)]
    pub usb: bool,
    /// Run the module's clock so many times faster than real time, at most 10000
    #[arg(long, value_name = "N", default_value = "1", value_parser = speed)]
    pub speed: NonZeroU32,
    /// Seed of the module
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub behaviour: BehaviourArguments,
    #[command(flatten)]
    pub desk: DeskArguments,
}

/// What the virtual module is like, beside what its rig file says.
#[derive(Debug, Args)]
#[command(next_help_heading = "Behaviour")]
pub struct BehaviourArguments {
    /// Module family: its model, and the switches in which it differs
    #[arg(long, value_parser = families())]
    pub family: Option<&'static Family>,
    /// A way to be faulty; `--list` shows them. Can be given several times
    #[arg(long = "defect", value_name = "NAME", value_parser = defect)]
    pub defects: Vec<Defect>,
    /// How it behaves where sources differ; `--list` shows them. Can be given several times
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    pub switches: Vec<String>,
    /// How disturbed its line is
    #[arg(long, value_parser = noises())]
    pub noise: Option<Noise>,
}

#[derive(Debug, Subcommand)]
pub enum PackageCommand {
    /// Write a test package for the virtual module, signed by the public test key
    Make(MakeArguments),
    /// Say what a package is, whether it is whole, and what a module would say of it; the exit code
    /// is 1 when it is not whole or the test key did not sign it
    Show(ShowArguments),
}

#[derive(Debug, Args)]
pub struct MakeArguments {
    /// Version that a module must run for a delta to fit
    #[arg(long, value_name = "VERSION")]
    pub from: String,
    /// Version that the module runs afterwards
    #[arg(long, value_name = "VERSION")]
    pub to: String,
    /// The difference to one version, or a whole image
    #[arg(long, value_parser = kinds())]
    pub kind: PackageKind,
    /// Size of the whole file in bytes, as `AT+WDSD=<size>` and `+WDSI: 9,<size>` name it
    #[arg(long, value_name = "N")]
    pub size: u64,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Replace the file when it is there
    #[arg(long)]
    pub force: bool,
    /// What people call the package; without it, its versions
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// RSA-2048 key in PKCS#8 DER that signs instead of the public test key: the virtual module
    /// will refuse the package
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Seed of the payload: the same arguments give the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct ShowArguments {
    /// What `--package` takes; of a folder, how its packages go together
    #[arg(value_name = "FILE")]
    pub package: PathBuf,
    /// Version that the module runs which is asked; without it, the one that the package is for
    #[arg(long, value_name = "VERSION")]
    pub firmware: Option<String>,
    /// RSA-2048 key in PKCS#8 DER that may have signed instead of the public test key
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

fn kinds() -> impl TypedValueParser<Value = PackageKind> {
    PossibleValuesParser::new(PackageKind::WORDS)
        .map(|word| PackageKind::from_word(&word).expect("only these words are possible"))
}

fn families() -> impl TypedValueParser<Value = &'static Family> {
    PossibleValuesParser::new(FAMILIES.each_ref().map(|family| family.name))
        .map(|word| Family::named(&word).expect("only these words are possible"))
}

/// One of more than a hundred: the nearest is named, not all.
fn defect(name: &str) -> Result<Defect, String> {
    Defect::named(name).ok_or_else(|| Unknown::Defect(name.to_owned()).remedy())
}

fn speed(text: &str) -> Result<NonZeroU32, String> {
    let speed: u32 = text.parse().map_err(|_| no_speed())?;
    NonZeroU32::new(speed).filter(|speed| speed.get() <= MAX_SPEED).ok_or_else(no_speed)
}

fn no_speed() -> String {
    format!(
        "expected a number from 1 to {MAX_SPEED}; to go further, use `clock skip` of the control \
         socket"
    )
}

fn noises() -> impl TypedValueParser<Value = Noise> {
    PossibleValuesParser::new(Noise::WORDS.map(|(word, _)| word))
        .map(|word| Noise::named(&word).expect("only these words are possible"))
}

/// Where the virtual module is served: exactly one place, or nowhere.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct PlaceArguments {
    /// Path of a PTY: other programs open it as they would a serial port
    #[arg(long, value_name = "PATH")]
    pub pty: Option<PathBuf>,
    /// Raw TCP; port 0 lets the system choose one
    #[arg(long, value_name = "HOST:PORT")]
    pub tcp: Option<String>,
    /// Telnet with serial port settings (RFC 2217); port 0 lets the system choose one
    #[arg(long, value_name = "HOST:PORT")]
    pub rfc2217: Option<String>,
    /// Serve nothing: show the families, switches and defects that a virtual module can have
    #[arg(long)]
    pub list: bool,
}
