//! What every way to a served module has in common: a client comes, speaks, listens and goes.

use std::io;
use std::time::Duration;

use rustix::event::PollFd;

use crate::sim::Dtr;

/// One way for clients to come in, one client at a time.
pub(super) trait Entrance {
    /// What a client opens.
    fn name(&self) -> String;

    /// Adds what is worth waiting for. Returns how long nobody needs to look in any other case;
    /// zero when there is something to do already.
    fn watch<'e>(&'e self, outbox: Outbox, fds: &mut Vec<PollFd<'e>>) -> Option<Duration>;

    /// Takes what a client says, without waiting. Between two clients there is always a
    /// [`Heard::Nobody`], and the last words of a client come before it.
    fn hear(&mut self, buffer: &mut [u8]) -> io::Result<Heard>;

    /// Gives the client as much as it takes now, which can be nothing; to nobody, nothing.
    fn say(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// The module's own port goes: a client that has it open sees that.
    fn vanish(&mut self) -> io::Result<()>;

    /// The module's own port is back.
    fn appear(&mut self) -> io::Result<()>;
}

/// Whether something waits to be said to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outbox {
    Empty,
    Waiting,
}

/// What a look at the entrance gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// So many are in the buffer.
    Bytes(usize),
    /// A client is there and silent.
    Silence,
    /// A client is there and does not want what it has not taken yet.
    Purge,
    /// A client is there and sets its DTR line.
    Dtr(Dtr),
    Nobody,
}
