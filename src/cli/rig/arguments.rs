//! What can be typed about rigs: `rig check`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum RigCommand {
    /// Walk rigs through file, port, module, identity, roles and power, and say what to fix
    ///
    /// The modules keep their settings, and without --power their supply is not touched. The exit
    /// code is 0 when all is well, 3 when a rig is not, 2 when a file is wrong: then nothing was
    /// looked at.
    Check(RigCheckArguments),
}

#[derive(Debug, Args)]
pub struct RigCheckArguments {
    /// Rig files; they are looked at one after the other
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Cut the supply of each module once, prove that, give it back and await the boot
    #[arg(long)]
    pub power: bool,
}
