//! Connects to a server of serial ports over TCP, within a limit, and says why it cannot.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::fault::Broken;
use crate::world::real::port::{Port, Stopped};

/// How long a server may take, from its name to the connection: it is in the same building, and a
/// person waits.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long each of several addresses is tried: an IPv6 address that leads nowhere must leave time
/// for the IPv4 address behind it.
const ONE_ADDRESS: Duration = Duration::from_secs(2);

/// How often somebody who waits for the connection looks whether to stop.
const LOOK: Duration = Duration::from_millis(20);

/// Looks of one connection.
const LOOKS: u128 = CONNECT_WITHIN.as_millis() / LOOK.as_millis();

/// Why there is no connection.
enum Unconnected {
    Unknown(io::Error),
    Refused(io::Error),
}

/// Connects to `host:port`.
pub(super) fn connect(place: &str, stopped: &Stopped) -> Result<Port, Broken> {
    let (told, outcome) = channel();
    let wanted = place.to_owned();
    // The system's search for a name has no limit of its own, so that it must be left behind.
    let thread = thread::Builder::new().name(format!("connects to {place}").replace('\0', ""));
    let thread = thread.spawn(move || told.send(reach(&wanted)));
    thread.map_err(|error| Broken::new(format!("no thread can be started: {error}")))?;
    for _ in 0..LOOKS {
        match outcome.recv_timeout(LOOK) {
            Ok(Ok(stream)) => {
                return Port::tcp(stream).map_err(|error| failed(place, &error));
            }
            Ok(Err(Unconnected::Unknown(error))) => return Err(unknown(place, &error)),
            Ok(Err(Unconnected::Refused(error))) => return Err(failed(place, &error)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) if stopped.within(Duration::ZERO) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    Err(failed(place, &io::ErrorKind::TimedOut.into()))
}

fn reach(place: &str) -> Result<TcpStream, Unconnected> {
    let addresses = place.to_socket_addrs().map_err(Unconnected::Unknown)?;
    let addresses: Vec<SocketAddr> = addresses.collect();
    let each = if addresses.len() > 1 { ONE_ADDRESS } else { CONNECT_WITHIN };
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for address in addresses {
        match TcpStream::connect_timeout(&address, each) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(Unconnected::Refused(last))
}

fn unknown(place: &str, error: &io::Error) -> Broken {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    Broken::new(format!("there is no host `{host}`: {error}"))
        .help("see to its name in the rig file, or give its IP address")
}

fn failed(place: &str, error: &io::Error) -> Broken {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Broken::new(format!("nobody listens at `{place}`"))
            .help("see that the server of serial ports runs there, and on this port"),
        io::ErrorKind::TimedOut => {
            let limit = CONNECT_WITHIN.as_secs();
            Broken::new(format!("no answer from `{place}` within {limit}s"))
                .help("see to its power, its network and a firewall between it and this machine")
        }
        _ => Broken::new(format!("`{place}` cannot be reached: {error}"))
            .help("see to its address in the rig file and to the network"),
    }
}
