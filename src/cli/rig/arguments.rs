//! What can be typed about rigs: `rig check` and `rig scan`.

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
    /// Propose rig files for what is plugged in
    ///
    /// Without --ask nothing is opened and nothing is written to a port: what is told is what the
    /// system knows.
    Scan(RigScanArguments),
}

#[derive(Debug, Args)]
pub struct RigCheckArguments {
    /// Rig files, or folders of them; they are looked at one after the other
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Cut the supply of each module once, prove that, give it back and await the boot
    #[arg(long)]
    pub power: bool,
}

#[derive(Debug, Args)]
pub struct RigScanArguments {
    /// Also ask each port by AT commands that only ask, at 115200: who is there? A device that is
    /// no modem gets `AT` as well
    #[arg(long)]
    pub ask: bool,
    /// A port to look at instead of all that there are. Can be given several times
    #[arg(long = "port", value_name = "PATH")]
    pub ports: Vec<String>,
    /// Write each proposal to `FOLDER/NAME.yaml`; a file that is there is kept
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
}
