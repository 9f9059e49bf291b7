//! Runs through a lab of other people's programs: labgrid, `ser2net` and pdudaemon.

#[cfg(unix)]
#[path = "lab/lab.rs"]
mod lab;
#[cfg(unix)]
#[path = "support/needed.rs"]
mod needed;
#[cfg(unix)]
#[path = "support/peer.rs"]
mod peer;
#[cfg(unix)]
#[path = "real/served.rs"]
#[expect(dead_code, reason = "shared with tests/real.rs, which uses more of it")]
mod served;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    unix::main()
}

#[cfg(not(unix))]
fn main() {
    println!("SKIPPED: these tests need PTYs, which only Unix has");
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io::Read;
    use std::process::{Child, Command, ExitCode};

    use libtest_mimic::{Arguments, Failed};
    use rustix::process::{Pid, Signal, kill_process};

    use crate::lab::{Lab, PDUDAEMON};
    use crate::needed::Needed;
    use crate::peer::{demand, trial};
    use crate::served::{patiently, told};

    /// What the lab is made of, and how it is installed.
    const NEEDED: [Needed; 3] = [
        Needed { probe: &["labgrid-coordinator", "--help"], install: "pip install labgrid" },
        Needed { probe: &["ser2net", "-v"], install: "apt-get install ser2net" },
        Needed { probe: &[PDUDAEMON, "--help"], install: "apt-get install pdudaemon" },
    ];

    pub(super) fn main() -> ExitCode {
        let trials = vec![
            trial("the_plugin_holds_its_transcript", &NEEDED, transcript),
            trial("a_local_update_goes_through_the_lab", &NEEDED, local_update),
            trial("a_power_cut_goes_through_the_lab", &NEEDED, power_cut),
            trial("a_place_is_free_after_ctrl_c", &NEEDED, after_ctrl_c),
            trial("a_place_is_free_after_fotarig_was_killed", &NEEDED, after_a_kill),
            trial("a_place_of_a_dead_fotarig_is_taken_over", &NEEDED, after_a_crash_of_both),
            trial("a_place_that_somebody_else_has_is_left_alone", &NEEDED, held_by_another),
        ];
        libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
    }

    fn transcript() -> Result<(), Failed> {
        let mut check = Command::new(env!("CARGO_BIN_EXE_fotarig"));
        let output = check.args(["plugin", "check", "plugins/labgrid"]).output()?;
        demand(output.status.success(), &told(&output))
    }

    /// XMODEM over labgrid's `ser2net`, and the place is given back.
    fn local_update() -> Result<(), Failed> {
        let lab = Lab::start()?;
        let mut run = lab.run("local-update/good");
        let output = run.args(["--param", "blocks=[1k]", "--param", "agreement=[1]"]).output()?;
        demand(output.status.success(), &told(&output))?;
        demand(lab.journal().contains("\"transfer"), "no transfer in the journal")?;
        demand(lab.holder()? == "None", &lab.holder()?)
    }

    /// The supply goes by labgrid's driver and pdudaemon, in the middle of a download.
    fn power_cut() -> Result<(), Failed> {
        let lab = Lab::start()?;
        let mut run = lab.run("power-cut/download");
        let output = run.args(["--param", "cut=[5]", "--param", "agreement=[1]"]).output()?;
        demand(output.status.success(), &told(&output))?;
        let switched = lab.switched();
        demand(switched.starts_with(&["off".into(), "on".into()]), &switched.join(" "))?;
        demand(lab.holder()? == "None", &lab.holder()?)
    }

    const LONG: &str = "
name: a long one
steps:
  - send: AT
  - power: off
  - wait: 90d
teardown:
  - power: on
";

    /// The supply is as the dead one left it.
    const AGAIN: &str = "
name: after a dead one
steps:
  - power: on
  - reboot: 1min
  - send: AT
";

    /// A run in the middle of its scenario, with the place acquired and the supply off.
    struct Running(Child);

    impl Running {
        fn start(lab: &Lab) -> Result<Running, Failed> {
            let path = lab.at("long.yaml");
            fs::write(&path, LONG)?;
            let mut run = Running(lab.run(&path.display().to_string()).spawn()?);
            patiently("the supply is off, or the run over", || {
                lab.switched() == ["off"] || lab.journal().contains("run_ended")
            });
            if lab.switched() == ["off"] && lab.holder()? != "None" {
                return Ok(run);
            }
            Err(format!("it should wait in its scenario:\n{}", run.end()?).into())
        }

        fn signal(&self, signal: Signal) -> Result<(), Failed> {
            Ok(kill_process(Pid::from_child(&self.0), signal)?)
        }

        /// What it has said until it ended, or was killed.
        fn end(&mut self) -> Result<String, Failed> {
            let _ = self.0.kill();
            let mut said = self.0.wait()?.to_string();
            if let (Some(out), Some(err)) = (&mut self.0.stdout, &mut self.0.stderr) {
                out.read_to_string(&mut said)?;
                err.read_to_string(&mut said)?;
            }
            Ok(said)
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    fn after_ctrl_c() -> Result<(), Failed> {
        let lab = Lab::start()?;
        let mut run = Running::start(&lab)?;
        run.signal(Signal::INT)?;
        let status = run.0.wait()?;
        demand(status.code() == Some(130), &run.end()?)?;
        demand(lab.switched() == ["off", "on"], &lab.switched().join(" "))?;
        demand(lab.holder()? == "None", &lab.holder()?)
    }

    /// The plugin sees that its input has ended, and gives the place back by itself.
    fn after_a_kill() -> Result<(), Failed> {
        let lab = Lab::start()?;
        Running::start(&lab)?.end()?;
        patiently("the place is free", || lab.holder().is_ok_and(|holder| holder == "None"));
        Ok(())
    }

    /// As after a loss of power: the place is still acquired, and the next run knows by whom.
    fn after_a_crash_of_both() -> Result<(), Failed> {
        let lab = Lab::start()?;
        let mut run = Running::start(&lab)?;
        run.signal(Signal::STOP)?; // so that it cannot begin to tear down
        let plugins = format!("/proc/{0}/task/{0}/children", run.0.id());
        for plugin in fs::read_to_string(plugins)?.split_whitespace() {
            let plugin = Pid::from_raw(plugin.parse()?).ok_or("a process has a number")?;
            kill_process(plugin, Signal::KILL)?;
        }
        run.end()?;
        let holder = lab.holder()?;
        demand(holder != "None" && !holder.ends_with("/eva"), &holder)?;
        fs::write(lab.at("again.yaml"), AGAIN)?;
        let output = lab.run(&lab.at("again.yaml").display().to_string()).output()?;
        demand(output.status.success(), &told(&output))?;
        let journal = lab.journal();
        demand(journal.contains("left acquired by a fotarig that died"), &journal)?;
        demand(lab.holder()? == "None", &lab.holder()?)
    }

    fn held_by_another() -> Result<(), Failed> {
        let lab = Lab::start()?;
        lab.client("eva", &["-p", "desk", "acquire"])?;
        let output = lab.run("connect/apn").output()?;
        demand(output.status.code() == Some(3), &told(&output))?;
        let said = told(&output);
        demand(said.contains("place `desk` is acquired by far/eva since "), &said)?;
        demand(said.contains("labgrid-client -p desk release --kick"), &said)?;
        demand(lab.switched().is_empty(), &lab.switched().join(" "))?;
        demand(lab.holder()? == "far/eva", &lab.holder()?)
    }
}
