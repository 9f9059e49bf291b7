//! Runs on a port that vanishes: what is told, what is kept, and what goes on when it returns.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use libtest_mimic::{Failed, Trial};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::served::{Served, patiently, told};
use crate::trouble::{Patient, demand};

type Check = fn() -> Result<(), Failed>;

pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, Check); 5] = [
        ("both_lives_are_one_conversation", both_lives),
        ("a_command_waits_for_the_return", command_waits),
        ("what_does_not_come_while_it_is_away_is_the_rigs_fault", times_out),
        ("what_is_lost_in_a_gap_is_told_beside_the_failure", gap_is_told),
        ("an_interrupt_while_it_is_away_runs_the_teardown", interrupt),
    ];
    all.into_iter().map(|(name, check)| Trial::test(format!("vanishing::{name}"), check)).collect()
}

/// A device in the hands of the test, at the port of a rig file.
struct Device {
    served: Served,
    master: Option<File>,
}

impl Device {
    /// In place of the served module, whose name it takes.
    fn plugged() -> Result<Device, Failed> {
        let mut served = Served::start();
        served.unplug();
        let rig =
            format!("name: desk\nport: {{ serial: '{}' }}\n", Device::link(&served).display());
        fs::write(served.folder.path().join("rig.yaml"), rig)?;
        let mut device = Device { served, master: None };
        device.plug()?;
        Ok(device)
    }

    fn link(served: &Served) -> PathBuf {
        served.folder.path().join("device")
    }

    fn plug(&mut self) -> Result<(), Failed> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        // A run that had it as well would keep it plugged in.
        fcntl_setfd(&master, FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let slave = ptsname(&master, Vec::new())?.into_string()?;
        self.master = Some(File::from(master));
        symlink(slave, Device::link(&self.served))?;
        Ok(())
    }

    fn unplug(&mut self) -> Result<(), Failed> {
        fs::remove_file(Device::link(&self.served))?;
        self.master = None;
        Ok(())
    }

    /// Hears a command up to its end, and answers it.
    fn answer(&mut self, command: &str, answer: &str) -> Result<(), Failed> {
        let master = self.master.as_mut().ok_or("it is not plugged in")?;
        let mut heard = Vec::new();
        while !heard.ends_with(b"\r") {
            let mut byte = [0];
            master.read_exact(&mut byte)?;
            heard.extend(byte);
        }
        let heard = String::from_utf8_lossy(&heard).into_owned();
        demand(heard == format!("{command}\r"), &heard)?;
        self.say(answer)
    }

    fn say(&mut self, words: &str) -> Result<(), Failed> {
        let master = self.master.as_mut().ok_or("it is not plugged in")?;
        master.write_all(words.as_bytes())?;
        Ok(())
    }

    /// Starts a run whose first step is `send: AT`, and goes on until that is answered.
    fn run(&mut self, steps: &str) -> Result<Patient, Failed> {
        let start = "name: a\nsteps:\n  - send: AT\n  - log: begun\n";
        let scenario = format!("{start}{steps}teardown: [{{ log: last word }}]\n");
        let scenario = self.served.scenario(&scenario);
        let run = Patient::of(self.served.run(&scenario))?;
        self.answer("AT", "\r\nOK\r\n")?;
        // A PTY that is gone takes along what was not read.

        self.journalled("begun");
        Ok(run)
    }

    fn journal(&self) -> String {
        let path = self.served.folder.path().join("reports/journal.jsonl");
        fs::read_to_string(path).unwrap_or_default()
    }

    fn journalled(&self, words: &str) {
        patiently(words, || self.journal().contains(words));
    }
}

/// The line that was cut is kept as it came, and does not become one with the first of the next
/// life.
fn both_lives() -> Result<(), Failed> {
    let mut device = Device::plugged()?;
    let run = device.run("  - expect: ['^one$', '^\\+KSUP: 0$']\n    within: 30s\n")?;
    device.say("\r\none\r\n+WDSI: 1")?;
    device.journalled("+WDSI: 1");
    device.unplug()?;
    device.journalled("port_gone");
    device.plug()?;
    device.journalled("port_back");
    device.say("+KSUP: 0\r\n")?;
    let output = run.end()?;
    let text = told(&output);
    demand(output.status.success(), &text)?;
    let journal = device.journal();
    let end = journal.find("\"unclaimed\"").ok_or("no line was left")?;
    demand(journal[end..].contains("\"+WDSI: 1\""), &journal)
}

fn command_waits() -> Result<(), Failed> {
    let mut device = Device::plugged()?;
    let run =
        device.run("  - expect: '^bye$'\n    within: 30s\n  - wait: 500ms\n  - send: ATI\n")?;
    device.say("\r\nbye\r\n")?;
    device.journalled("wait: 500ms");
    device.unplug()?;
    device.journalled("send ATI");
    device.plug()?;
    device.answer("ATI", "\r\nOK\r\n")?;
    let output = run.end()?;
    demand(output.status.success(), &told(&output))
}

fn times_out() -> Result<(), Failed> {
    let mut device = Device::plugged()?;
    let run = device.run("  - expect: '^never$'\n    within: 2s\n")?;
    device.unplug()?;
    let output = run.end()?;
    let text = told(&output);
    demand(output.status.code() == Some(3), &text)?;
    demand(text.contains("`never` did not come within 2 s"), &text)?;
    demand(text.contains("the port has been gone for "), &text)?;
    demand(text.contains("- the port vanished: "), &text)?;
    demand(device.journal().contains("last word"), "the teardown ran")
}

fn gap_is_told() -> Result<(), Failed> {
    let mut device = Device::plugged()?;
    let run = device.run("  - expect: '^never$'\n    within: 4s\n")?;
    device.unplug()?;
    device.journalled("port_gone");
    device.plug()?;
    let output = run.end()?;
    let text = told(&output);
    demand(output.status.code() == Some(1), &text)?;
    demand(text.contains("the port was gone from ") && text.contains("is lost"), &text)
}

fn interrupt() -> Result<(), Failed> {
    let mut device = Device::plugged()?;
    let run = device.run("  - wait: 300ms\n  - send: ATI\n")?;
    device.unplug()?;
    device.journalled("send ATI");
    run.signal(Signal::INT)?;
    let output = run.end()?;
    demand(output.status.code() == Some(130), &told(&output))?;
    demand(device.journal().contains("last word"), "the teardown ran")
}
