//! `fotarig history trend`: a page of measurements over the runs.

use std::fs;
use std::path::Path;

use crate::cli::history::arguments::{LookArguments, PastFormat};
use crate::cli::history::looked_at;
use crate::diagnostic::Diagnostic;
use crate::report::history::json;
use crate::report::trend;
use crate::shelf::shown;

/// Writes the page, and says what it has become.
pub(super) fn write(
    look: &LookArguments,
    (scenario, runs): (Option<&str>, u32),
    output: &Path,
) -> Result<String, Diagnostic> {
    let pattern = scenario.unwrap_or("*");
    let found = looked_at(&look.path(), |history| history.lines(pattern, runs))?;
    if found.is_empty() {
        let of = scenario.map(|scenario| format!(" of `{scenario}`")).unwrap_or_default();
        let message = format!("nothing{of} has been measured in the last {runs} runs");
        let help = "write an id as `fotarig list` does, such as `update/large`, or `update/*`; \
                    `fotarig history` lists the runs";
        return Err(Diagnostic::new(message).help(help));
    }
    let text = match look.format {
        PastFormat::Text => trend::page(scenario, &found),
        PastFormat::Json => json("trend", &found),
    };
    if output == Path::new("-") {
        return Ok(text);
    }
    fs::write(output, text).map_err(|error| {
        Diagnostic::new(format!("cannot write `{}`: {error}", shown(output)))
            .help("choose another file with -o")
    })?;
    let shown_lines = match look.format {
        PastFormat::Text => trend::shown(scenario, &found).len(),
        PastFormat::Json => found.len(),
    };
    let (count, place) = (shown_lines, shown(output));
    let plural = if count == 1 { "" } else { "s" };
    Ok(format!("{place}: {count} measurement{plural}\n"))
}
