//! What can be typed by those who write scenarios: `explain`, `schema` and `new`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};

use crate::schema::FileKind;

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// For example `'+WDSI: 11,2'`, `650`, `AT+WDSR=4`, `NAK` or the name of a defect or a switch.
    /// Without any: a list of everything that can be explained
    #[arg(value_name = "TEXT")]
    pub texts: Vec<String>,
    /// Module family, as rig files name it
    #[arg(long, value_name = "NAME", default_value = "hl78xx")]
    pub profile: String,
}

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Which file is described; without one, all of them, into `--output`
    #[arg(value_name = "KIND", value_parser = file_kinds(), required_unless_present = "output")]
    pub kind: Option<FileKind>,
    /// Folder to write `KIND.json` into instead of standard output; `fotarig new lab` shows how
    /// an editor is told of it
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ScenarioDraftArguments {
    /// Name of the file, with its folders: `connect/roaming`. With --from it can be left out
    #[arg(value_name = "NAME", required_unless_present = "from")]
    pub name: Option<String>,
    /// A journal, of `fotarig console` or of a run: what was said there becomes the steps, what
    /// came becomes what is expected, with what was observed beside it
    #[arg(long, value_name = "JOURNAL")]
    pub from: Option<PathBuf>,
    /// Which test of the journal. Without it, the only one, or the first that did not pass
    #[arg(long, value_name = "ID", requires = "from")]
    pub test: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// Write `scenarios/NAME.yaml`, a commented starting point; a file that is there is kept
    Scenario(ScenarioDraftArguments),
    /// Write a folder with a scenario, a fragment, a rig, a package, editor settings and CI jobs
    Lab {
        /// A folder that is new or empty
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Show the plugins that a rig file can name, with their roles and where they are
    List,
    /// Drive a plugin through everything that docs/plugins.md asks, and through its transcripts;
    /// the exit code is 1 when something is wrong
    Check {
        /// Folder of the plugin, for example `plugins/relay`
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Write `plugins/NAME`, a plugin that works and passes `plugin check`, as a start
    New {
        /// Letters, digits and `-`
        #[arg(value_name = "NAME")]
        name: String,
        /// What it is written in
        #[arg(long, value_enum)]
        language: Language,
        /// The role that it fills
        #[arg(long, value_enum, default_value_t = NewRole::Power)]
        role: NewRole,
    },
}

/// What a new plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Python,
    Sh,
    Rust,
}

/// What a new plugin fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NewRole {
    Power,
    Network,
}

fn file_kinds() -> impl TypedValueParser<Value = FileKind> {
    PossibleValuesParser::new(FileKind::ALL.map(FileKind::word))
        .map(|word| FileKind::named(&word).expect("only these words are possible"))
}
