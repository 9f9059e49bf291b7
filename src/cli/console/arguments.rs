//! What can be typed behind `fotarig console`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::DeskArguments;

#[derive(Debug, Args)]
pub struct ConsoleArguments {
    #[command(flatten)]
    pub desk: DeskArguments,
    /// Where the conversation is written down: `fotarig report` reads it, and
    /// `fotarig new scenario --from` makes a scenario of it
    #[arg(long, value_name = "PATH", default_value = "reports/console/journal.jsonl")]
    pub journal: PathBuf,
    /// Where typed lines are kept for the next time. Without it, a file in your state folder
    #[arg(long, value_name = "FILE")]
    pub history: Option<PathBuf>,
    /// Seed of the virtual module
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}
