//! Runs the real binary in a folder, with everything fixed that could differ between machines.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary, ready for its arguments: no colours, a fixed time of the run.
pub(crate) fn fotarig(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fotarig"));
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("SOURCE_DATE_EPOCH", "0")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null());
    command
}

/// What a person sees: first standard error, which has the progress or the complaints, then
/// standard output, which has the report.
pub(crate) fn seen(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stderr) + text(&output.stdout).as_str()
}
