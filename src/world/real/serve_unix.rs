//! Serves the virtual module on a PTY, to one client after the other.

use std::io::{self, PipeReader, Write};
use std::num::NonZeroU32;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::fault::Broken;
use crate::moment::Moment;
use crate::sim::Module;
use crate::world::Interrupts;
use crate::world::real::link_unix::Link;
use crate::world::real::port::wait_for;
use crate::world::real::pty_unix::{Heard, Pty};
use crate::world::real::{Clock, Serve, Unserved};

/// How often the cable is looked at while nobody is there; a hung-up master cannot be waited for.
const LOOK: Duration = Duration::from_millis(20);

/// How much of what the module says waits for a client that does not read: more than a minute of
/// a UART at 115200 baud. What does not fit is lost, as from a UART whose host has overrun.
const BACKLOG_BYTES: usize = 1 << 20;

/// The most that is read at a time: a PTY never has more than 4 KB.
const READ_BYTES: usize = 4096;

/// Serves until somebody interrupts.
pub(super) fn serve(
    options: Serve,
    module: Module,
    clock: Clock,
    interrupts: &Interrupts,
) -> Result<(), Unserved> {
    let told = interrupts.count();
    let bell = bell(interrupts).map_err(|error| unserved(&error))?;
    let pty = Pty::open().map_err(|error| unserved(&error))?;
    let link = Link::make(options.path, &pty.slave).map_err(Unserved::Refused)?;
    (options.ready)(&pty.slave);
    let began = clock.now();
    let mut service = Service {
        pty,
        link,
        module,
        time: ModuleTime { clock, began, speed: options.speed },
        alarm: Some(Moment::START),
        backlog: Vec::new(),
        client: Client::Absent,
    };
    while interrupts.count() == told {
        service.turn(&bell).map_err(|error| unserved(&error))?;
    }
    Ok(())
}

/// Becomes readable when somebody interrupts.
fn bell(interrupts: &Interrupts) -> io::Result<PipeReader> {
    let (bell, rope) = io::pipe()?;
    interrupts.wake_with(move || {
        let _ = (&rope).write(b"!");
    });
    Ok(bell)
}

fn unserved(error: &io::Error) -> Unserved {
    let broken = Broken::new(format!("the virtual module cannot be served: {error}"));
    Unserved::Broken(
        broken.help("see that this system has PTYs left (`sysctl kernel.pty` on Linux)"),
    )
}

/// The module's time: real time, faster.
struct ModuleTime {
    clock: Clock,
    began: Moment,
    speed: NonZeroU32,
}

impl ModuleTime {
    fn now(&self) -> Moment {
        let elapsed = self.clock.now().since(self.began);
        Moment::START + elapsed.saturating_mul(self.speed.get())
    }

    /// How long, really, until the module's time is `moment`.
    fn until(&self, moment: Moment) -> Duration {
        // A nanosecond more, so that a division that rounds down does not wake us too early.
        moment.since(self.now()) / self.speed.get() + Duration::from_nanos(1)
    }
}

#[derive(Clone, Copy)]
enum Client {
    Present,
    Absent,
    /// It has gone, and the slave cannot be opened.
    LeftLocked,
}

struct Service {
    pty: Pty,
    link: Link,
    module: Module,
    time: ModuleTime,
    /// When the module must be advanced next.
    alarm: Option<Moment>,
    /// What the client has not taken yet.
    backlog: Vec<u8>,
    client: Client,
}

impl Service {
    /// Lets the module say what is due, gives it to the client, and listens for a while.
    fn turn(&mut self, bell: &PipeReader) -> io::Result<()> {
        let now = self.time.now();
        if self.alarm.is_some_and(|alarm| alarm <= now) {
            self.advance(now, &[]);
        }
        let alarm = self.alarm.map(|alarm| self.time.until(alarm));
        match self.client {
            Client::Present => self.attend(bell, alarm)?,
            Client::Absent | Client::LeftLocked => {
                let limit = alarm.map_or(LOOK, |alarm| alarm.min(LOOK));
                wait_for(&mut [PollFd::new(bell, PollFlags::IN)], Some(limit))?;
            }
        }
        self.hear()
    }

    /// Hands over what waits, and sleeps until there is something to do for this client.
    fn attend(&mut self, bell: &PipeReader, limit: Option<Duration>) -> io::Result<()> {
        if !self.backlog.is_empty() {
            let written = self.pty.write(&self.backlog)?;
            self.backlog.drain(..written);
        }
        let wanted =
            if self.backlog.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
        let mut fds = [
            PollFd::from_borrowed_fd(bell.as_fd(), PollFlags::IN),
            PollFd::new(&self.pty.master, wanted),
        ];
        wait_for(&mut fds, limit)
    }

    /// What the client says goes to the module. When it has gone, its last words come first, and
    /// then nothing that was meant for it is left for the next one.
    fn hear(&mut self) -> io::Result<()> {
        let mut buffer = [0; READ_BYTES];
        match (self.pty.read(&mut buffer)?, self.client) {
            (Heard::Bytes(length), _) => {
                self.client = Client::Present;
                self.advance(self.time.now(), &buffer[..length]);
            }
            (Heard::Silence, _) => self.client = Client::Present,
            (Heard::NoClient, Client::Absent) => {}
            (Heard::NoClient, Client::Present | Client::LeftLocked) => self.part()?,
        }
        Ok(())
    }

    /// Makes the cable as new. That fails when the next client has locked it already, which the
    /// next look will show, or when the last one was killed: Linux keeps its lock (`TIOCEXCL`) as
    /// long as the PTY lives, so then there must be a new one.
    fn part(&mut self) -> io::Result<()> {
        self.backlog.clear();
        self.client = match (self.pty.renew(), self.client) {
            (Ok(()), _) => Client::Absent,
            (Err(_), Client::Present) => Client::LeftLocked,
            (Err(_), Client::Absent | Client::LeftLocked) => {
                self.pty = Pty::open()?;
                self.link.lead_to(&self.pty.slave)?;
                Client::Absent
            }
        };
        Ok(())
    }

    fn advance(&mut self, at: Moment, input: &[u8]) {
        let mut said = Vec::new();
        self.alarm = self.module.advance(at, input, &mut said);
        match self.client {
            Client::Present => {
                let room = BACKLOG_BYTES.saturating_sub(self.backlog.len());
                self.backlog.extend(&said[..said.len().min(room)]);
            }
            Client::Absent | Client::LeftLocked => {}
        }
    }
}
