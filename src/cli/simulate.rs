//! `fotarig simulate`: the virtual module on a PTY, in real time or faster.

use std::process::ExitCode;

use crate::cli::arguments::SimulateArguments;
use crate::cli::{BROKEN, Refusal, USAGE, desk, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::rig::Port;
use crate::shelf::shown;
use crate::sim::Module;
use crate::world::Interrupts;
use crate::world::real::{Clock, Serve, Unserved, serve};

pub(crate) fn go(arguments: &SimulateArguments) -> Result<ExitCode, Refusal> {
    let desk = desk::desk(&arguments.desk)?;
    let Port::Virtual(settings) = &desk.rig.port else {
        let message = format!("the rig `{}` has a real module", desk.rig.name);
        return Err(Diagnostic::new(message)
            .help("simulate needs a rig file with `port: { virtual: {} }`, or none")
            .into());
    };
    let module = Module::new(settings, &desk.package, arguments.seed);
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let path = shown(&arguments.pty);
    let ready = format!(
        "a virtual {} with {} is on {path}, at {} times real time; Ctrl-C ends it\n",
        settings.model,
        module.firmware(),
        arguments.speed
    );
    let options = Serve {
        path: arguments.pty.clone(),
        speed: arguments.speed,
        ready: Box::new(move |_| {
            // The module is there, whether that could be said or not.
            let _ = say(&ready);
        }),
    };
    let (broken, code) = match serve(options, module, Clock::start(), &interrupts) {
        Ok(()) => return Ok(ExitCode::SUCCESS),
        Err(Unserved::Refused(broken)) => (broken, USAGE),
        Err(Unserved::Broken(broken)) => (broken, BROKEN),
    };
    let complaint = *Trouble::from(broken).into_diagnostic();
    Err(Refusal { complaints: vec![complaint], code })
}
