//! `fotarig prove`: which known defects the scenarios catch.

use std::io::IsTerminal;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

use crate::behaviour::Defect;
use crate::cli::arguments::{ProofFormat, ProveArguments};
use crate::cli::{Refusal, beginning, desk, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::report::{proof, proof_table};
use crate::rig::Port;
use crate::suite::{Desk, Part, Prove};
use crate::tally::Exit;
use crate::world::Interrupts;
use crate::world::real::Clock;

pub(crate) fn go(arguments: &ProveArguments) -> Result<ExitCode, Refusal> {
    let (desk, scenarios) = desk::load(&arguments.scenarios, &arguments.desk)?;
    let today = beginning::today(arguments.seed);
    let tests = desk::tests(&scenarios, &desk, &arguments.scenarios, today)?;
    refuse_unfit(&desk)?;
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let bar = bar();
    let prove = Prove {
        desk: &desk,
        seed: arguments.seed,
        clock: Clock::start(),
        interrupts,
        follow: &|part| show(&bar, part),
    };
    let proof = prove.run(&tests, arguments.noise_seeds);
    bar.finish_and_clear();
    let Some(proof) = proof else {
        let message = "interrupted: nothing is proven";
        let code = Exit::Interrupted.code();
        return Err(Refusal { complaints: vec![Diagnostic::new(message)], code });
    };
    say(&match arguments.format {
        ProofFormat::Text => proof::report(&proof),
        ProofFormat::Csv => proof_table::csv(&proof),
        ProofFormat::Json => proof_table::json(&proof),
        ProofFormat::Markdown => proof_table::markdown(&proof),
    })?;
    let exit = if proof.holds() { Exit::Passed } else { Exit::Failed };
    Ok(ExitCode::from(exit.code()))
}

/// A real module cannot be given a defect, and one that has some already is no measure for others.
fn refuse_unfit(desk: &Desk) -> Result<(), Diagnostic> {
    let name = &desk.rig.name;
    let (message, help) = match &desk.rig.port {
        Port::Virtual(settings) => {
            let own: Vec<&str> = settings.defects.iter().map(Defect::name).collect();
            if own.is_empty() {
                return Ok(());
            }
            let message = format!("the rig `{name}` has defects already: {}", own.join(", "));
            (message, "remove `defects` from it: each known defect is added in turn")
        }
        Port::Device(_) => (
            format!("the rig `{name}` is a real one, without known defects"),
            "leave --rig out, or name a virtual rig",
        ),
    };
    Err(Diagnostic::new(message).help(help))
}

/// A bar on a terminal, nothing elsewhere.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    ProgressBar::new(0).with_style(style.expect("a valid template"))
}

fn show(bar: &ProgressBar, part: Part) {
    if bar.message() != part.what {
        bar.set_position(0);
        bar.set_length(part.of as u64);
        bar.set_message(part.what);
    }
    bar.inc(1);
}
