//! Programs that we did not write: they talk to our module, carry our bytes, take our files.

#[cfg(unix)]
#[path = "peers/local.rs"]
mod local;
#[cfg(unix)]
#[path = "peers/lrzsz.rs"]
mod lrzsz;
#[cfg(unix)]
#[path = "support/needed.rs"]
mod needed;
#[cfg(unix)]
#[path = "support/peer.rs"]
mod peer;
#[cfg(unix)]
#[path = "peers/ports.rs"]
mod ports;
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
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::{Child, Command, ExitCode, Stdio};

    use libtest_mimic::{Arguments, Failed};

    use crate::local;
    use crate::lrzsz;
    use crate::needed::Needed;
    use crate::peer::{demand, trial};
    use crate::ports;
    use crate::served::{Served, patiently, told};

    const PYSERIAL: Needed =
        Needed { probe: &["python3", "-c", "import serial"], install: "pip install pyserial" };
    const SOCAT: Needed = Needed { probe: &["socat", "-V"], install: "apt-get install socat" };
    const SER2NET: Needed =
        Needed { probe: &["ser2net", "-v"], install: "apt-get install ser2net" };
    const SX: Needed = Needed { probe: &["sx", "--version"], install: "apt install lrzsz" };
    const RX: Needed = Needed { probe: &["rx", "--version"], install: "apt install lrzsz" };
    const XMLLINT: Needed =
        Needed { probe: &["xmllint", "--version"], install: "apt-get install libxml2-utils" };

    const OPENSSL: Needed =
        Needed { probe: &["openssl", "version"], install: "apt-get install openssl" };

    /// The schema of the Jenkins xUnit plugin, where the workspace has it.
    const SCHEMA: &str = "../shared/data/junit-10.xsd";

    pub(super) fn main() -> ExitCode {
        let trials = vec![
            trial("pyserial_talks_to_the_served_module", &[PYSERIAL], pyserial),
            trial("pyserial_talks_rfc2217_and_raw_tcp", &[PYSERIAL], pyserial_over_tcp),
            trial("socat_carries_a_scenario", &[SOCAT], socat),
            trial("socat_carries_a_transfer_over_tcp", &[SOCAT], ports::socat_tcp),
            trial("ser2net_carries_a_transfer_over_rfc2217", &[SER2NET], ports::ser2net_rfc2217),
            trial("ser2net_carries_a_transfer_over_tcp", &[SER2NET], ports::ser2net_raw),
            trial("openssl_signs_and_verifies_packages", &[OPENSSL], openssl),
            trial("sx_carries_a_local_update", &[SX], local::long_blocks),
            trial("sx_carries_a_local_update_in_short_blocks", &[SX], local::short_blocks),
            trial("sx_sends_long_blocks", &[SX], lrzsz::sx_long),
            trial("sx_sends_short_blocks", &[SX], lrzsz::sx_short),
            trial("sx_sends_with_a_crc", &[SX], lrzsz::sx_crc),
            trial("rx_receives_with_a_sum", &[RX], lrzsz::rx_sum),
            trial("rx_receives_with_a_crc", &[RX], lrzsz::rx_crc),
            trial("rx_receives_over_a_pty", &[RX], lrzsz::rx_over_a_pty),
            trial("xmllint_accepts_every_verdict", &[XMLLINT], xmllint),
        ];
        libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
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

    /// The same over a URL; over RFC 2217 with settings and lines, which it waits to be answered.
    const TCP_CLIENT: &str = "
import serial, sys
for url in sys.argv[1:]:
    for baud in (115200, 9600):
        port = serial.serial_for_url(url, baudrate=baud, timeout=5)
        port.write(b'AT+CGMR\\r')
        heard = port.read_until(b'OK\\r\\n')
        assert b'AT+CGMR\\r\\r\\nBHL7800.1.6.3.0.20180803\\r\\n\\r\\nOK\\r\\n' == heard, heard
        if url.startswith('rfc2217'):
            port.parity, port.stopbits, port.bytesize = 'E', 2, 7
            port.dtr, port.rts, port.break_condition = False, False, True
            port.rtscts = True
            assert port.cts and port.dsr and port.cd and not port.ri
            port.reset_input_buffer()
            port.reset_output_buffer()
            port.write(b'AT\\xff\\r')
            assert port.read_until(b'\\r') == b'AT\\xff\\r'
        port.close()
";

    fn pyserial_over_tcp() -> Result<(), Failed> {
        let rfc2217 = Over::start("rfc2217")?;
        let tcp = Over::start("tcp")?;
        let urls = [format!("rfc2217://{}", rfc2217.address), format!("socket://{}", tcp.address)];
        let output = Command::new("python3").args(["-c", TCP_CLIENT]).args(urls).output()?;
        demand(output.status.success(), &told(&output))
    }

    /// A module that is served on a TCP port.
    struct Over {
        address: String,
        _simulate: Bridge,
    }

    impl Over {
        fn start(way: &str) -> Result<Over, Failed> {
            let mut simulate = Command::new(env!("CARGO_BIN_EXE_fotarig"));
            simulate.args(["simulate", "--speed", "25", &format!("--{way}"), "127.0.0.1:0"]);
            let mut simulate = simulate.stdout(Stdio::piped()).spawn()?;
            let mut ready = String::new();
            let out = simulate.stdout.take().ok_or("a pipe was asked for")?;
            BufReader::new(out).read_line(&mut ready)?;
            let place = ready.split(&format!(" is on {way} ")).nth(1).unwrap_or_default();
            let address = place.split(',').next().unwrap_or_default().to_owned();
            Ok(Over { address, _simulate: Bridge(simulate) })
        }
    }

    /// Ended when the test is over, whichever way.
    pub(crate) struct Bridge(Child);

    impl Bridge {
        pub(crate) fn of(bridge: Child) -> Bridge {
            Bridge(bridge)
        }
    }

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
        let output = served.run(Path::new("connect/apn")).output()?;
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

    /// Both ways: it accepts our signature, and with the same key it makes the same.
    fn openssl() -> Result<(), Failed> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let public = root.join("packages/test-key/public.der");
        for key in ["packages/test-key/private.der", "tests/keys/other.der"] {
            let key = root.join(key);
            let mut make = Command::new(env!("CARGO_BIN_EXE_fotarig"));
            make.args(["package", "make", "--from=A", "--to=B", "--kind=full", "--size=2000"]);
            make.arg("--force").arg("--key").arg(&key).arg("-o").arg(at("package"));
            let output = make.output()?;
            demand(output.status.success(), &told(&output))?;
            let bytes = fs::read(at("package"))?;
            let end = bytes.windows(2).position(|two| two == b"\n\n").ok_or("no header")? + 2;
            let (signature, payload) = bytes[end..].split_at(256);
            fs::write(at("header"), &bytes[..end])?;
            fs::write(at("signature"), signature)?;
            fs::write(at("payload"), payload)?;
            let digest = || {
                let mut command = Command::new("openssl");
                command.current_dir(folder.path()).args(["dgst", "-sha256", "-keyform", "DER"]);
                command
            };
            let verify = ["-signature", "signature", "header"];
            let output = digest().arg("-verify").arg(&public).args(verify).output()?;
            let is_test_key = key.starts_with(root.join("packages"));
            demand(output.status.success() == is_test_key, &told(&output))?;
            let sign = ["-out", "theirs", "header"];
            let output = digest().arg("-sign").arg(&key).args(sign).output()?;
            demand(output.status.success(), &told(&output))?;
            demand(fs::read(at("theirs"))? == signature, "openssl signs otherwise")?;
            let output = digest().args(["-r", "payload"]).output()?;
            let theirs = String::from_utf8_lossy(&output.stdout).into_owned();
            let digest = theirs.split(' ').next().unwrap_or_default();
            let line = format!("payload-sha256: {digest}\n\n");
            demand(bytes[..end].ends_with(line.as_bytes()), &theirs)?;
        }
        Ok(())
    }
}
