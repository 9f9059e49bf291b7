//! The way in over RFC 2217: telnet, in which a client also sets the serial port.
//!
//! Every setting is answered as carried out. DTR reaches the module; it takes any other: it has no
//! wire on which a wrong speed would show, and no pin for RTS or a break.

use std::io;
use std::time::Duration;

use rfc2217::{ModemState, PortSettings, Purge, Server, ServerEvent};
use rustix::event::{PollFd, PollFlags};

use crate::sim::Dtr;
use crate::world::real::Clock;
use crate::world::real::serve::Unserved;
use crate::world::real::serve::door::{Door, wanted};
use crate::world::real::serve::entrance::{Entrance, Heard, Outbox};

/// What a client is told that asks with whom it speaks (RFC 2217 section 3, SIGNATURE).
const SIGNATURE: &str = concat!("fotarig ", env!("CARGO_PKG_VERSION"), " virtual HL78xx");

/// The speed of a module as it leaves the factory (reference 1.1).
const FACTORY_BAUD: u32 = 115_200;

/// The most that is read from a client at a time.
const READ_BYTES: usize = 4096;

pub(super) struct OnRfc2217 {
    door: Door,
    telnet: Server,
    /// Read and not understood yet: the answers to what came before have no room.
    unread: Vec<u8>,
    /// What comes after the bytes that were handed out last.
    owed: Option<Heard>,
}

impl OnRfc2217 {
    pub(super) fn open(address: &str, clock: Clock) -> Result<OnRfc2217, Unserved> {
        let door = Door::open(address, clock)?;
        Ok(OnRfc2217 { door, telnet: telnet(), unread: Vec::new(), owed: None })
    }

    /// Gives the client what telnet has to say, as far as it takes it.
    fn flush(&mut self) {
        while self.telnet.has_output() {
            match self.door.write(self.telnet.output()) {
                0 => break,
                written => self.telnet.consume_output(written),
            }
        }
    }

    /// Understands what was read, up to the next event.
    fn understand(&mut self, buffer: &mut [u8]) -> Heard {
        let progress = self.telnet.receive_into(&self.unread, buffer);
        self.unread.drain(..progress.consumed);
        let mut matters = None;
        // There is at most one at a time, and it comes after the bytes.
        while let Some(event) = self.telnet.poll_event() {
            matters = for_module(&event).or(matters);
        }
        match progress.payload_len {
            0 => {
                self.flush();
                matters.unwrap_or(Heard::Silence)
            }
            length => {
                self.owed = matters;
                if self.owed.is_none() {
                    self.flush();
                }
                Heard::Bytes(length)
            }
        }
    }
}

impl Entrance for OnRfc2217 {
    fn name(&self) -> String {
        self.door.name()
    }

    fn watch<'e>(&'e self, outbox: Outbox, fds: &mut Vec<PollFd<'e>>) -> Option<Duration> {
        let wanted = match (self.unread.is_empty(), self.telnet.has_output()) {
            (true, true) => wanted(Outbox::Waiting),
            (true, false) => wanted(outbox),
            // Its answers must leave before more can be understood.
            (false, true) => PollFlags::OUT,
            (false, false) => return Some(Duration::ZERO),
        };
        let limit = self.door.watch(wanted, fds);
        if self.owed.is_some() { Some(Duration::ZERO) } else { limit }
    }

    fn hear(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        // What is owed is carried out before a controller can act on its answer.
        let owed = self.owed.take();
        self.flush();
        if let Some(owed) = owed {
            return Ok(owed);
        }
        if self.unread.is_empty() {
            let mut raw = [0; READ_BYTES];
            match self.door.read(&mut raw)? {
                Heard::Bytes(length) => self.unread.extend(&raw[..length]),
                Heard::Silence | Heard::Purge | Heard::Dtr(_) => {
                    self.flush();
                    return Ok(Heard::Silence);
                }
                Heard::Nobody => {
                    self.telnet = telnet();
                    return Ok(Heard::Nobody);
                }
            }
        }
        Ok(self.understand(buffer))
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.door.is_empty() {
            // The telnet of the next client is a new one.
            return Ok(0);
        }
        let mut taken = 0;
        while let Ok(length @ 1..) = self.telnet.try_write_data(&bytes[taken..]) {
            taken += length;
            self.flush();
        }
        Ok(taken)
    }

    /// As on raw TCP: the connection stays, the bytes stop.
    fn vanish(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn appear(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What of an event is more than an answer.
fn for_module(event: &ServerEvent) -> Option<Heard> {
    match event {
        // What the client said has reached the module already; the other way can be purged.
        ServerEvent::Purge(Purge::Receive | Purge::Both) => Some(Heard::Purge),
        ServerEvent::Dtr(true) => Some(Heard::Dtr(Dtr::Asserted)),
        ServerEvent::Dtr(false) => Some(Heard::Dtr(Dtr::Dropped)),
        _ => None,
    }
}

/// The telnet of a new client.
fn telnet() -> Server {
    let settings = PortSettings { baud_rate: FACTORY_BAUD, ..PortSettings::default() };
    let mut telnet = Server::new(settings).with_signature(SIGNATURE);
    telnet
        .try_set_modem_state(ModemState::CTS | ModemState::DSR | ModemState::CD)
        .expect("it is only stored before a client has come");
    telnet
}
