//! The way in over raw TCP: the bytes of the port and nothing else.

use std::io;
use std::time::Duration;

use rustix::event::PollFd;

use crate::world::real::Clock;
use crate::world::real::serve::Unserved;
use crate::world::real::serve::door::{Door, wanted};
use crate::world::real::serve::entrance::{Entrance, Heard, Outbox};

pub(super) struct OnTcp(Door);

impl OnTcp {
    pub(super) fn open(address: &str, clock: Clock) -> Result<OnTcp, Unserved> {
        Door::open(address, clock).map(OnTcp)
    }
}

impl Entrance for OnTcp {
    fn name(&self) -> String {
        self.0.name()
    }

    fn watch<'e>(&'e self, outbox: Outbox, fds: &mut Vec<PollFd<'e>>) -> Option<Duration> {
        self.0.watch(wanted(outbox), fds)
    }

    fn hear(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        self.0.read(buffer)
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.0.write(bytes))
    }

    /// A connection stays, as that of a bench server whose module is switched off: bytes stop.
    fn vanish(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn appear(&mut self) -> io::Result<()> {
        Ok(())
    }
}
