//! The front door: does what was typed, prints what went wrong, ends with the exit code.

use std::io::Write;
use std::process::ExitCode;

use fotarig::cli::{self, Refusal};
use fotarig::diagnostic::{Paint, draw_all};

fn main() -> ExitCode {
    match cli::go() {
        Ok(code) => code,
        Err(Refusal { complaints, code }) => {
            let drawing = draw_all(&complaints, Paint::Coloured);
            // Nobody is left to be told when standard error is gone; the exit code still says it.
            let _ = anstream::stderr().write_all(drawing.as_bytes());
            ExitCode::from(code)
        }
    }
}
