//! `fotarig simulate`: the virtual module on a PTY or a TCP port, in real time or faster.

use std::process::ExitCode;
use std::sync::Arc;

use crate::cli::arguments::{PlaceArguments, SimulateArguments};
use crate::cli::package_files::PackageFiles;
use crate::cli::{BROKEN, Refusal, USAGE, behaviours, desk, say, watch_signals};
use crate::diagnostic::Diagnostic;
use crate::fault::{Broken, Trouble};
use crate::rig::Port;
use crate::shelf::shown;
use crate::sim::Module;
use crate::world::Interrupts;
use crate::world::real::{Cable, Clock, Place, Serve, Unserved, serve};

pub(crate) fn go(arguments: &SimulateArguments) -> Result<ExitCode, Refusal> {
    let Some(place) = place(&arguments.place) else {
        say(&behaviours::tables())?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut desk = desk::desk(&arguments.desk)?;
    let Port::Virtual(settings) = &mut desk.rig.port else {
        let message = format!("the rig `{}` has a real module", desk.rig.name);
        return Err(Diagnostic::new(message)
            .help("simulate needs a rig file with `port: { virtual: {} }`, or none")
            .into());
    };
    behaviours::apply(&arguments.behaviour, settings)?;
    let mut module = Module::new(settings, desk.packages.first(), arguments.seed);
    module.get_to_know(desk.packages.all());
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let module_shown = format!("a virtual {} with {}", settings.model, module.firmware());
    let wanted = place.clone();
    let speed = arguments.speed;
    let options = Serve {
        place,
        cable: if arguments.usb { Cable::Usb } else { Cable::Uart },
        control: arguments.control.clone(),
        speed,
        shelf: Box::new(PackageFiles(Arc::clone(&desk.packages))),
        ready: Box::new(move |opened| {
            let place = match wanted {
                Place::Pty(path) => shown(&path),
                Place::Tcp(_) => format!("tcp {opened}"),
                Place::Rfc2217(_) => format!("rfc2217 {opened}"),
            };
            let text = format!("{module_shown} is on {place}, at {speed} times real time");
            say(&format!("{text}; Ctrl-C ends it\n")).map_err(unsaid)
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

/// Nobody knows where the module is, so it must not stay there.
fn unsaid(refusal: Refusal) -> Broken {
    let words: Vec<String> = refusal.complaints.into_iter().map(|said| said.message).collect();
    Broken::new(words.join("; "))
}

/// What was typed; clap has seen to it that it is exactly one, or `--list`.
fn place(arguments: &PlaceArguments) -> Option<Place> {
    let pty = arguments.pty.clone().map(Place::Pty);
    let tcp = arguments.tcp.clone().map(Place::Tcp);
    let rfc2217 = arguments.rfc2217.clone().map(Place::Rfc2217);
    pty.or(tcp).or(rfc2217)
}
