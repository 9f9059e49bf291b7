//! Programs that we did not write: they talk to our module, carry our bytes, take our files.

#[cfg(unix)]
#[path = "peers/lrzsz.rs"]
mod lrzsz;
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
    use std::path::Path;
    use std::process::{Child, Command, ExitCode};

    use libtest_mimic::{Arguments, Failed, Trial};

    use crate::lrzsz;
    use crate::served::{Served, patiently, told};

    /// What a test needs beside us, and how it is installed.
    struct Peer {
        probe: &'static [&'static str],
        install: &'static str,
    }

    const PYSERIAL: Peer =
        Peer { probe: &["python3", "-c", "import serial"], install: "pip install pyserial" };
    const SOCAT: Peer = Peer { probe: &["socat", "-V"], install: "apt-get install socat" };
    const SX: Peer = Peer { probe: &["sx", "--version"], install: "apt install lrzsz" };
    const RX: Peer = Peer { probe: &["rx", "--version"], install: "apt install lrzsz" };
    const XMLLINT: Peer =
        Peer { probe: &["xmllint", "--version"], install: "apt-get install libxml2-utils" };

    /// The schema of the Jenkins xUnit plugin, where the workspace has it.
    const SCHEMA: &str = "../shared/data/junit-10.xsd";

    pub(super) fn main() -> ExitCode {
        let trials = vec![
            trial("pyserial_talks_to_the_served_module", &PYSERIAL, pyserial),
            trial("socat_carries_a_scenario", &SOCAT, socat),
            trial("sx_sends_long_blocks", &SX, lrzsz::sx_long),
            trial("sx_sends_short_blocks", &SX, lrzsz::sx_short),
            trial("sx_sends_with_a_crc", &SX, lrzsz::sx_crc),
            trial("rx_receives_with_a_sum", &RX, lrzsz::rx_sum),
            trial("rx_receives_with_a_crc", &RX, lrzsz::rx_crc),
            trial("xmllint_accepts_every_verdict", &XMLLINT, xmllint),
        ];
        libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
    }

    /// A test that is skipped loudly without its peer, or fails where peers are required.
    fn trial(name: &str, peer: &'static Peer, test: fn() -> Result<(), Failed>) -> Trial {
        let title = name.to_owned();
        Trial::test(name, move || {
            let probe = Command::new(peer.probe[0]).args(&peer.probe[1..]).output();
            if probe.is_ok_and(|probe| probe.status.success()) {
                return test();
            }
            let missing = format!("`{}` is missing: {}", peer.probe[0], peer.install);
            if std::env::var("FOTARIG_PEERS").as_deref() == Ok("required") {
                return Err(missing.into());
            }
            eprintln!("SKIPPED {title}: {missing}");
            Ok(())
        })
    }

    /// Opens the port twice, one client after the other, and reads the version each time.
    const CLIENT: &str = "
import serial, sys
for _ in range(2):
    port = serial.Serial(sys.argv[1], 115200, timeout=5)
    port.write(b'AT+CGMR\\r')
    heard = port.read_until(b'OK\\r\\n')
    assert b'AT+CGMR\\r\\r\\nBHL7800.1.6.3.0.20180803\\r\\n\\r\\nOK\\r\\n' == heard, heard
    port.close()
";

    fn pyserial() -> Result<(), Failed> {
        let served = Served::start();
        let port = served.folder.path().join("port");
        let output = Command::new("python3").args(["-c", CLIENT]).arg(port).output()?;
        demand(output.status.success(), &told(&output))
    }

    /// Ended when the test is over, whichever way.
    struct Bridge(Child);

    impl Drop for Bridge {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// socat between us and the module: other chunks, other timing, a PTY that we did not make.
    fn socat() -> Result<(), Failed> {
        let served = Served::start();
        let folder = served.folder.path();
        let ours = folder.join("bridge");
        let near = format!("PTY,link={},raw,echo=0", ours.display());
        let far = format!("{},raw,echo=0", folder.join("port").display());
        let _bridge = Bridge(Command::new("socat").args([near, far]).spawn()?);
        patiently("the bridge of socat", || ours.exists());
        let rig = fs::read_to_string(folder.join("rig.yaml"))?.replace("/port'", "/bridge'");
        fs::write(folder.join("rig.yaml"), rig)?;
        let output = served.run(Path::new("connect/bootstrap")).output()?;
        demand(output.status.success(), &told(&output))
    }

    /// One test of each verdict, with bytes that XML forbids in the failure.
    fn xmllint() -> Result<(), Failed> {
        let folder = tempfile::tempdir()?;
        let scenarios = [
            ("passed", "name: <passed> & \"quoted\"\nsteps: [{ send: AT }]\n"),
            ("failed", "name: failed\nsteps: [{ script: 'fail(\"a\\u0007b\\uFFFE]]>\")' }]\n"),
            ("broken", "name: broken\nsteps: [{ script: 'loop {}' }]\n"),
        ];
        let mut run = Command::new(env!("CARGO_BIN_EXE_fotarig"));
        run.arg("run").current_dir(folder.path());
        for (name, text) in scenarios {
            fs::write(folder.path().join(format!("{name}.yaml")), text)?;
            run.arg(format!("{name}.yaml"));
        }
        let output = run.output()?;
        demand(output.status.code() == Some(3), &told(&output))?;
        let mut lint = Command::new("xmllint");
        lint.arg("--noout");
        if Path::new(SCHEMA).exists() {
            lint.args(["--schema", SCHEMA]);
        } else {
            eprintln!("SKIPPED the schema: {SCHEMA} is not there; only well-formedness is checked");
        }
        let output = lint.arg(folder.path().join("reports/latest/junit.xml")).output()?;
        demand(output.status.success(), &told(&output))
    }

    fn demand(holds: bool, otherwise: &str) -> Result<(), Failed> {
        if holds { Ok(()) } else { Err(otherwise.into()) }
    }
}
