//! Servers of serial ports that we did not write, between a run and the served module.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use crate::peer::demand;
use crate::served::{Pace, Served, package_file, patiently, told};
use crate::unix::Bridge;

/// Sends a file whose bytes have every value, 255 among them, by XMODEM-1K.
const TRANSFER: &str = "local-update/late-start";

pub(crate) fn ser2net_rfc2217() -> Result<(), Failed> {
    ser2net("rfc2217", "telnet(rfc2217),tcp")
}

pub(crate) fn ser2net_raw() -> Result<(), Failed> {
    ser2net("tcp", "tcp")
}

fn ser2net(kind: &str, accepter: &str) -> Result<(), Failed> {
    let (_folder, package) = package_file();
    let served = Served::in_use(&package, Pace::Usual);
    let (folder, port) = (served.folder.path(), free_port()?);
    let device = folder.join("port");
    let config = format!(
        "connection: &module\n  accepter: {accepter},127.0.0.1,{port}\n  \
         connector: serialdev,{},115200n81,local\n",
        device.display()
    );
    fs::write(folder.join("ser2net.yaml"), config)?;
    let mut server = Command::new("ser2net");
    server.args(["-n", "-c"]).arg(folder.join("ser2net.yaml"));
    server.arg("-P").arg(folder.join("ser2net.pid")).stdout(Stdio::null()).stderr(Stdio::null());
    let _server = Bridge::of(server.spawn()?);
    patiently("ser2net", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    run(&served, kind, port, &package)
}

pub(crate) fn socat_tcp() -> Result<(), Failed> {
    let (_folder, package) = package_file();
    let served = Served::in_use(&package, Pace::Usual);
    let port = free_port()?;
    let near = format!("TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr");
    let far = format!("{},raw,echo=0", served.folder.path().join("port").display());
    // It takes one connection, so that a look whether it is there would be that one.
    let log = served.folder.path().join("socat.log");
    let mut server = Command::new("socat");
    server.args(["-d", "-d", "-lf"]).arg(&log).args([near, far]);
    let _server = Bridge::of(server.spawn()?);
    let listens = || fs::read_to_string(&log).is_ok_and(|log| log.contains("listening on"));
    patiently("socat", listens);
    run(&served, "tcp", port, &package)
}

/// A transfer through a server that listens.
fn run(served: &Served, kind: &str, port: u16, package: &Path) -> Result<(), Failed> {
    let rig = format!("name: desk\nport: {{ {kind}: '127.0.0.1:{port}', speed: 25 }}\n");
    fs::write(served.folder.path().join("rig.yaml"), rig)?;
    let mut run = served.run(Path::new(TRANSFER));
    let output = run.arg("--package").arg(package).output()?;
    demand(output.status.success(), &told(&output))
}

/// A port that nobody has now; these servers do not tell which one the system chose.
fn free_port() -> Result<u16, Failed> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
