//! The way in over a PTY, with its link; as USB it vanishes with the module's port and returns.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::fault::Broken;
use crate::world::real::serve::Unserved;
use crate::world::real::serve::entrance::{Entrance, Heard, Outbox};
use crate::world::real::serve::link::Link;
use crate::world::real::serve::pty::{Pty, PtyHeard};

/// How often the cable is looked at while nobody is there; a hung-up master cannot be waited for.
const LOOK: Duration = Duration::from_millis(20);

pub(super) struct OnPty {
    /// None while the port has vanished.
    pty: Option<Pty>,
    link: Link,
    client: Client,
}

#[derive(Clone, Copy)]
enum Client {
    Present,
    Absent,
    /// It has gone, and the slave cannot be opened.
    LeftLocked,
}

impl OnPty {
    pub(super) fn open(path: PathBuf) -> Result<OnPty, Unserved> {
        let pty = Pty::open().map_err(|error| {
            let broken = Broken::new(format!("the virtual module cannot be served: {error}"));
            let help = "see that this system has PTYs left (`sysctl kernel.pty` on Linux)";
            Unserved::Broken(broken.help(help))
        })?;
        let link = Link::make(path, &pty.slave).map_err(Unserved::Refused)?;
        Ok(OnPty { pty: Some(pty), link, client: Client::Absent })
    }

    /// Makes the cable as new. That fails when the next client has locked it already, which the
    /// next look will show, or when the last one was killed: Linux keeps its lock (`TIOCEXCL`) as
    /// long as the PTY lives, so then there must be a new one.
    fn part(&mut self) -> io::Result<()> {
        let Some(pty) = &mut self.pty else { return Ok(()) };
        self.client = match (pty.renew(), self.client) {
            (Ok(()), _) => Client::Absent,
            (Err(_), Client::Present) => Client::LeftLocked,
            (Err(_), Client::Absent | Client::LeftLocked) => {
                *pty = Pty::open()?;
                self.link.lead_to(&pty.slave)?;
                Client::Absent
            }
        };
        Ok(())
    }
}

impl Entrance for OnPty {
    fn name(&self) -> String {
        self.pty.as_ref().map_or_else(String::new, |pty| pty.slave.clone())
    }

    fn watch<'e>(&'e self, outbox: Outbox, fds: &mut Vec<PollFd<'e>>) -> Option<Duration> {
        let pty = self.pty.as_ref()?;
        match self.client {
            Client::Absent | Client::LeftLocked => Some(LOOK),
            Client::Present => {
                let wanted = match outbox {
                    Outbox::Empty => PollFlags::IN,
                    Outbox::Waiting => PollFlags::IN | PollFlags::OUT,
                };
                fds.push(PollFd::new(&pty.master, wanted));
                None
            }
        }
    }

    fn hear(&mut self, buffer: &mut [u8]) -> io::Result<Heard> {
        let Some(pty) = &mut self.pty else { return Ok(Heard::Nobody) };
        let heard = match pty.read(buffer)? {
            PtyHeard::Bytes(length) => Heard::Bytes(length),
            PtyHeard::Silence => Heard::Silence,
            PtyHeard::NoClient => {
                match self.client {
                    Client::Absent => {}
                    Client::Present | Client::LeftLocked => self.part()?,
                }
                return Ok(Heard::Nobody);
            }
        };
        self.client = Client::Present;
        Ok(heard)
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pty.as_mut().map_or(Ok(0), |pty| pty.write(bytes))
    }

    /// First the name goes, so that nobody opens what is about to hang up.
    fn vanish(&mut self) -> io::Result<()> {
        if self.pty.is_some() {
            self.link.take_away()?;
            self.pty = None;
            self.client = Client::Absent;
        }
        Ok(())
    }

    fn appear(&mut self) -> io::Result<()> {
        if self.pty.is_none() {
            let pty = Pty::open()?;
            self.link.put_back(&pty.slave)?;
            self.pty = Some(pty);
        }
        Ok(())
    }
}
