//! `fotarig rig scan`: what is plugged in, in lines, and rig files for it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::new::write;
use crate::cli::rig::RigScanArguments;
use crate::cli::{Refusal, say, watch_signals};
use crate::diagnostic::printable;
use crate::shelf::shown;
use crate::suite::{Asked, Proposal, Questions, Scan, Spotted};
use crate::tally::Exit;
use crate::world::Interrupts;
use crate::world::real::{Clock, Glance, Machine};

pub(crate) fn go(arguments: &RigScanArguments) -> Result<ExitCode, Refusal> {
    let interrupts = Interrupts::default();
    watch_signals(&interrupts)?;
    let questions = if arguments.ask { Questions::Asked } else { Questions::None };
    let (machine, clock) = (Machine::default(), Clock::start());
    let scan = Scan { machine, clock, interrupts: interrupts.clone(), questions };
    let ports = scan.ports(&arguments.ports);
    if ports.is_empty() {
        say("this machine has no serial port now; is the module plugged in and powered?\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut spotted = Vec::new();
    for port in ports {
        if interrupts.count() > 0 {
            return Ok(ExitCode::from(Exit::Interrupted.code()));
        }
        let one = scan.spot(port);
        // As it comes, since a silent port takes some seconds.
        say(&lines(&one))?;
        spotted.push(one);
    }
    let proposals = scan.propose(&spotted);
    if proposals.is_empty() {
        say(match questions {
            Questions::Asked => "no module answered; `fotarig rig check` says more of one port\n",
            Questions::None => "nothing that looks like a module; --ask asks each port\n",
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    for proposal in &proposals {
        match &arguments.output {
            Some(folder) => keep(proposal, folder)?,
            None => say(&format!("\n{}", proposal.text()))?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a proposal where there is nothing yet.
fn keep(proposal: &Proposal, folder: &Path) -> Result<(), Refusal> {
    let path = folder.join(format!("{}.yaml", proposal.name));
    let name = shown(&path);
    if path.exists() {
        return say(&format!("{name} is there already, and is kept\n"));
    }
    write(&path, proposal.text().as_bytes())?;
    say(&format!("{name}\ncheck it: fotarig rig check {name}\n"))
}

/// A port, what it is, and below it what asking came to.
fn lines(one: &Spotted) -> String {
    let listed = &one.listed;
    let mut text = listed.path.clone();
    if let Some(usb) = &listed.usb {
        let called = if usb.called.is_empty() { "USB" } else { &usb.called };
        let _ = write!(text, "  {called} {}", usb.identity());
    }
    let _ = write!(text, "  {}", one.kind);
    let mut below = Vec::new();
    below.extend(listed.by_id.clone());
    match &one.glance {
        Glance::Free => {}
        Glance::Held(holders) => below.push(format!("is in use by {holders}; close that program")),
        Glance::Denied => below.push(
            "this user may not open it: `sudo usermod -aG dialout $USER`, then log in again"
                .to_owned(),
        ),
        Glance::Missing => below.push("is not there".to_owned()),
    }
    match &one.asked {
        None => {}
        Some(Asked::Module(facts)) => {
            let facts: Vec<String> =
                facts.iter().map(|(fact, value)| format!("{fact} {value}")).collect();
            below.push(format!("answers: {}", facts.join(", ")));
        }
        Some(Asked::Silent) => below.push("does not answer `AT` at 115200".to_owned()),
        Some(Asked::Babbles) => {
            below.push("says something, but no answer to `AT` at 115200".to_owned());
        }
        Some(Asked::Broken(broken)) => {
            below.push(broken.message.clone());
            below.extend(broken.help.clone().map(|help| format!("→ {help}")));
        }
    }
    let mut all = printable(&text) + "\n";
    for line in below {
        let _ = writeln!(all, "  {}", printable(&line));
    }
    all
}
