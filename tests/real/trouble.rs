//! What goes wrong at a bench: ports that are missing, taken, or gone; people who press Ctrl-C.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output};

use libtest_mimic::{Failed, Trial};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::served::{Served, patiently, told};

type Check = fn() -> Result<(), Failed>;

pub(crate) fn trials() -> Vec<Trial> {
    let all: [(&str, Check); 10] = [
        ("a_scenario_that_needs_a_missing_role_is_skipped", role_missing),
        ("a_first_interrupt_in_the_teardown_does_not_cut_it", interrupt_in_teardown),
        ("a_flood_without_a_line_end_fails_and_ends", flood),
        ("a_path_that_is_served_or_taken_is_refused", path_taken),
        ("a_missing_port_is_broken_and_named", missing_port),
        ("a_port_in_use_names_its_holder", port_in_use),
        ("a_port_that_disappears_is_broken_and_torn_down", port_disappears),
        ("an_interrupt_runs_the_teardown", interrupt),
        ("a_second_interrupt_cuts_the_teardown_short", second_interrupt),
        ("sigterm_and_sighup_are_interrupts", other_signals),
    ];
    all.into_iter().map(|(name, check)| Trial::test(format!("trouble::{name}"), check)).collect()
}

/// Talks, then waits for ever; its teardown leaves a trace in the journal.
const PATIENT: &str = "name: patient
steps:
  - send: AT
  - wait: 1h
teardown:
  - log: first word of the teardown
  - wait: 1h
    when: slow
  - log: last word of the teardown
vars: { slow: SLOW }
";

fn role_missing() -> Result<(), Failed> {
    let served = Served::start();
    let scenario = served.scenario("name: a\nsteps: [{ power: off }]\n");
    let output = served.run(&scenario).output()?;
    let text = told(&output);
    demand(output.status.success(), &text)?;
    demand(text.contains("1 skipped") && text.contains("has no role `power`"), &text)?;
    demand(!served.journal().contains("\"called\""), "nothing was switched")
}

fn missing_port() -> Result<(), Failed> {
    let served = Served::start();
    let rig = "name: desk\nport: { serial: /dev/no-such-port }\n";
    fs::write(served.folder.path().join("rig.yaml"), rig)?;
    let output = served.run(&served.scenario("name: a\nsteps: [{ send: AT }]\n")).output()?;
    let text = told(&output);
    demand(output.status.code() == Some(3), &text)?;
    demand(text.contains("/dev/no-such-port"), &text)?;
    demand(text.contains("; rig desk; seed 1"), &text)?;
    demand(served.journal().contains("\"broken\""), "the journal says it as well")
}

fn path_taken() -> Result<(), Failed> {
    let mut served = Served::start();
    let folder = served.folder.path().to_owned();
    fs::write(folder.join("file"), "a person's")?;
    let cases = [
        ("port", "another `fotarig simulate` serves"),
        ("file", "is not the link of a PTY"),
        (".", "is not the link of a PTY"),
        ("none/module", "has no folder to be in"),
    ];
    for (name, words) in cases {
        let output = served.simulate(&folder.join(name)).output()?;
        let text = told(&output);
        demand(output.status.code() == Some(2) && text.contains(words), &text)?;
    }
    demand(fs::read_to_string(folder.join("file"))? == "a person's", "the file is as it was")?;
    served.kill();
    demand(folder.join("port").is_symlink(), "the killed one has left its link")?;
    let mut second = served.simulate(&folder.join("port")).spawn()?;
    let mut ready = String::new();
    let out = second.stdout.take().ok_or("a pipe was asked for")?;
    BufReader::new(out).read_line(&mut ready)?;
    second.kill()?;
    second.wait()?;
    demand(ready.contains("is on"), &ready)
}

fn port_in_use() -> Result<(), Failed> {
    let served = Served::start();
    let first = Patient::start(&served, "true");
    let scenario = served.scenario("name: a\nsteps: [{ send: AT }]\n");
    let output = served.run_into(&scenario, "others").output()?;
    let text = told(&output);
    demand(output.status.code() == Some(3), &text)?;
    demand(text.contains("in use"), &text)?;
    let holder = format!("{}", first.id());
    demand(!cfg!(target_os = "linux") || text.contains(&holder), &text)
}

fn port_disappears() -> Result<(), Failed> {
    let mut served = Served::start();
    served.expect_return_within("1s");
    let run = Patient::start(&served, "false");
    served.unplug();
    let output = run.end()?;
    let text = told(&output);
    demand(output.status.code() == Some(3), &text)?;
    demand(text.contains("is gone") && text.contains("did not come back within 1 s"), &text)?;
    demand(served.journal().contains("last word of the teardown"), "the teardown was tried")
}

/// A device that sends 100 MB without a line end, whatever it is asked.
fn flood() -> Result<(), Failed> {
    let served = Served::start();
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let slave = ptsname(&master, Vec::new())?.into_string()?;
    let rig = format!("name: desk\nport: {{ serial: {slave} }}\n");
    fs::write(served.folder.path().join("rig.yaml"), rig)?;
    // It ends by itself when the run has closed the port.
    std::thread::spawn(move || {
        let mut master = fs::File::from(master);
        let chunk = vec![b'x'; 65_536];
        (0..100_000_000 / chunk.len()).try_for_each(|_| master.write_all(&chunk))
    });
    let scenario = "name: a\nsteps: [{ send: AT, within: 1min }]\n";
    let output = served.run(&served.scenario(scenario)).output()?;
    let text = told(&output);
    demand(output.status.code() == Some(1), &text)?;
    demand(text.contains("more than anybody can want"), &text)
}

fn interrupt() -> Result<(), Failed> {
    let served = Served::start();
    let run = Patient::start(&served, "false");
    run.signal(Signal::INT)?;
    let output = run.end()?;
    demand(output.status.code() == Some(130), &told(&output))?;
    demand(served.journal().contains("last word of the teardown"), "the teardown ran")
}

fn second_interrupt() -> Result<(), Failed> {
    let served = Served::start();
    let run = Patient::start(&served, "true");
    run.signal(Signal::INT)?;
    patiently("the teardown", || served.journal().contains("first word of the teardown"));
    run.signal(Signal::INT)?;
    let output = run.end()?;
    demand(output.status.code() == Some(130), &told(&output))?;
    demand(!served.journal().contains("last word of the teardown"), "the teardown was cut short")
}

fn interrupt_in_teardown() -> Result<(), Failed> {
    let served = Served::start();
    let scenario = "name: a
steps: [{ send: AT }]
teardown: [{ wait: 1min }, { log: last word of the teardown }]
";
    let run = Patient::begin(&served, scenario, "wait: 1min");
    run.signal(Signal::INT)?;
    let output = run.end()?;
    demand(output.status.code() == Some(130), &told(&output))?;
    demand(served.journal().contains("last word of the teardown"), "the teardown went on")
}

fn other_signals() -> Result<(), Failed> {
    for signal in [Signal::TERM, Signal::HUP] {
        let served = Served::start();
        let run = Patient::start(&served, "false");
        run.signal(signal)?;
        let output = run.end()?;
        demand(output.status.code() == Some(130), &format!("{signal:?}: {}", told(&output)))?;
        demand(served.journal().contains("last word of the teardown"), "the teardown ran")?;
    }
    Ok(())
}

/// A run that waits; ended when it is dropped.
pub(crate) struct Patient(Option<Child>);

impl Patient {
    /// Starts the patient scenario and returns when it waits.
    fn start(served: &Served, slow: &str) -> Patient {
        Patient::begin(served, &PATIENT.replace("SLOW", slow), "wait: 1h")
    }

    /// Starts a scenario and returns when the journal has these words.
    fn begin(served: &Served, scenario: &str, words: &str) -> Patient {
        let scenario = served.scenario(scenario);
        let run = served.run(&scenario).spawn().expect("our own program can be started");
        let run = Patient(Some(run));
        let journal = served.folder.path().join("reports/journal.jsonl");
        let waits = |text: String| text.contains(words);
        patiently(words, || fs::read_to_string(&journal).is_ok_and(waits));
        run
    }

    /// A run that has yet to be started.
    pub(crate) fn of(mut run: Command) -> Result<Patient, Failed> {
        Ok(Patient(Some(run.spawn()?)))
    }

    fn id(&self) -> u32 {
        self.0.as_ref().map_or(0, Child::id)
    }

    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Failed> {
        let pid = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.ok_or("it has ended already")?, signal)?;
        Ok(())
    }

    pub(crate) fn end(mut self) -> Result<Output, Failed> {
        let run = self.0.take().ok_or("it has ended already")?;
        Ok(run.wait_with_output()?)
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        if let Some(run) = &mut self.0 {
            let _ = run.kill();
            let _ = run.wait();
        }
    }
}

pub(crate) fn demand(holds: bool, otherwise: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
