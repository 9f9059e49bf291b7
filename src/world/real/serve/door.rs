//! A TCP port that lets one client in at a time; who comes meanwhile is turned away.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::sockopt::{
    set_socket_keepalive, set_tcp_keepcnt, set_tcp_keepidle, set_tcp_keepintvl,
};

use crate::fault::Broken;
use crate::moment::Moment;
use crate::world::real::Clock;
use crate::world::real::serve::Unserved;
use crate::world::real::serve::entrance::{Heard, Outbox};

// A client whose machine lost its power or its network does not say goodbye. After a minute
// without any sign of it, the next client may come in.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_COUNT: u32 = 3;

/// How long a goodbye may be on its way after the next client has knocked: two connections have no
/// order, also not on one machine. A person who is turned away does not notice this.
const GOODBYE: Duration = Duration::from_millis(100);

pub(super) struct Door {
    clock: Clock,
    listener: TcpListener,
    client: Option<TcpStream>,
    /// Has knocked while a client was there, or not yet been let in.
    candidate: Option<Candidate>,
}

/// The second client or the next: that shows when the first one has had time for its goodbye.
struct Candidate {
    stream: TcpStream,
    patience_ends: Moment,
}

impl Door {
    pub(super) fn open(address: &str, clock: Clock) -> Result<Door, Unserved> {
        let listener = TcpListener::bind(address);
        let listener = listener.and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        match listener {
            Ok(listener) => Ok(Door { clock, listener, client: None, candidate: None }),
            Err(error) => Err(Unserved::Refused(refused(address, &error))),
        }
    }

    /// The address with the true port.
    pub(super) fn name(&self) -> String {
        self.listener.local_addr().map_or_else(|_| String::new(), |address| address.to_string())
    }

    pub(super) fn watch<'d>(
        &'d self,
        wanted: PollFlags,
        fds: &mut Vec<PollFd<'d>>,
    ) -> Option<Duration> {
        fds.extend(self.client.iter().map(|client| PollFd::new(client, wanted)));
        match &self.candidate {
            Some(_) if self.client.is_none() => Some(Duration::ZERO),
            Some(candidate) => Some(candidate.patience_ends.since(self.clock.now())),
            None => {
                fds.push(PollFd::new(&self.listener, PollFlags::IN));
                None
            }
        }
    }

    /// Never gives `Purge` or `Dtr`; otherwise as
    /// [`crate::world::real::serve::entrance::Entrance::hear`].
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        if self.candidate.is_none() {
            let patience_ends = self.clock.now() + GOODBYE;
            let stream = newcomer(self.listener.accept())?;
            self.candidate = stream.map(|stream| Candidate { stream, patience_ends });
        }
        let Some(client) = &mut self.client else {
            let next = self.candidate.take().map(|candidate| candidate.stream);
            self.client = next.filter(|client| greet(client).is_ok());
            let came = self.client.is_some();
            return Ok(if came { Heard::Silence } else { Heard::Nobody });
        };
        match client.read(buffer) {
            Ok(length) if length > 0 => Ok(Heard::Bytes(length)),
            Err(error) if is_for_later(&error) => {
                let now = self.clock.now();
                self.candidate.take_if(|candidate| candidate.patience_ends <= now);
                Ok(Heard::Silence)
            }
            Ok(_) | Err(_) => {
                self.client = None;
                Ok(Heard::Nobody)
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.client.is_none()
    }

    /// Writes as much as there is room for. To a client that has gone all can be said: the next
    /// look shows that it has.
    pub(super) fn write(&mut self, bytes: &[u8]) -> usize {
        let Some(client) = &mut self.client else { return 0 };
        match client.write(bytes) {
            Ok(length) => length,
            Err(error) if is_for_later(&error) => 0,
            Err(_) => bytes.len(),
        }
    }
}

/// What is worth waiting for from a client that is listened to.
pub(super) fn wanted(outbox: Outbox) -> PollFlags {
    match outbox {
        Outbox::Empty => PollFlags::IN,
        Outbox::Waiting => PollFlags::IN | PollFlags::OUT,
    }
}

/// Who has come, if anybody. Who went away while coming, or failed to come, is nobody; without
/// descriptors we cannot go on.
pub(super) fn newcomer<S, A>(accepted: io::Result<(S, A)>) -> io::Result<Option<S>> {
    match accepted {
        Ok((stream, _)) => Ok(Some(stream)),
        Err(error) => match Errno::from_io_error(&error) {
            Some(Errno::MFILE | Errno::NFILE) => Err(error),
            Some(_) | None => Ok(None),
        },
    }
}

/// Nothing for now, or the call was interrupted.
pub(super) fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn greet(client: &TcpStream) -> io::Result<()> {
    client.set_nonblocking(true)?;
    // What a module says is short and must not wait for more.
    client.set_nodelay(true)?;
    set_socket_keepalive(client, true)?;
    set_tcp_keepidle(client, KEEPALIVE_IDLE)?;
    set_tcp_keepintvl(client, KEEPALIVE_INTERVAL)?;
    set_tcp_keepcnt(client, KEEPALIVE_COUNT)?;
    Ok(())
}

fn refused(address: &str, error: &io::Error) -> Broken {
    match error.kind() {
        io::ErrorKind::AddrInUse => Broken::new(format!("`{address}` is in use"))
            .help("give port 0, and the system chooses one that is free"),
        io::ErrorKind::PermissionDenied => {
            Broken::new(format!("`{address}` may not be opened by this user"))
                .help("give a port above 1023")
        }
        _ => Broken::new(format!("`{address}` cannot be opened: {error}"))
            .help("give an address of this machine and a port, for example `127.0.0.1:4000`"),
    }
}
