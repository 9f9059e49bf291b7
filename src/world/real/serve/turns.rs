//! The turns of a service: what is due, what waits, what controllers want, and what clients say.

use std::io::{self, PipeReader, Write};

use rustix::event::{PollFd, PollFlags};

use crate::fault::Broken;
use crate::sim::Module;
use crate::world::Interrupts;
use crate::world::real::Clock;
use crate::world::real::port::wait_for;
use crate::world::real::serve::control::Control;
use crate::world::real::serve::entrance::Entrance;
use crate::world::real::serve::on_pty::OnPty;
use crate::world::real::serve::on_rfc2217::OnRfc2217;
use crate::world::real::serve::on_tcp::OnTcp;
use crate::world::real::serve::service::{ModuleTime, Port, Service};
use crate::world::real::serve::{Place, Serve, Unserved};

/// The most that is read at a time: a PTY never has more than 4 KB.
const READ_BYTES: usize = 4096;

/// Serves until somebody interrupts.
pub(super) fn serve(
    options: Serve,
    module: Module,
    clock: Clock,
    interrupts: &Interrupts,
) -> Result<(), Unserved> {
    let Serve { place, cable, control, speed, shelf, ready } = options;
    let told = interrupts.count();
    let bell = bell(interrupts).map_err(|error| unserved(&error))?;
    let mut entrance = open(place, clock)?;
    let mut control = match control {
        Some(path) => Some(Control::open(&path).map_err(Unserved::Refused)?),
        None => None,
    };
    ready(&entrance.name()).map_err(Unserved::Broken)?;
    let mut service = Service::new(module, ModuleTime::start(clock, speed), cable, shelf);
    while interrupts.count() == told {
        turn(&mut service, &mut *entrance, control.as_mut(), &bell)
            .map_err(|error| unserved(&error))?;
    }
    Ok(())
}

fn open(place: Place, clock: Clock) -> Result<Box<dyn Entrance>, Unserved> {
    Ok(match place {
        Place::Pty(path) => Box::new(OnPty::open(path)?),
        Place::Tcp(address) => Box::new(OnTcp::open(&address, clock)?),
        Place::Rfc2217(address) => Box::new(OnRfc2217::open(&address, clock)?),
    })
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
    Unserved::Broken(Broken::new(format!("the virtual module cannot be served: {error}")))
}

/// Does all that there is to do, and then sleeps until there is more.
fn turn(
    service: &mut Service,
    entrance: &mut dyn Entrance,
    mut control: Option<&mut Control>,
    bell: &PipeReader,
) -> io::Result<()> {
    let mut buffer = [0; READ_BYTES];
    let heard = entrance.hear(&mut buffer)?;
    service.hear(heard, &buffer);
    service.catch_up();
    if let Some(control) = &mut control {
        control.turn(service)?;
    }
    match service.port() {
        Port::There => {}
        Port::Gone => entrance.vanish()?,
        Port::Back => {
            entrance.vanish()?;
            entrance.appear()?;
        }
    }
    while !service.waiting().is_empty() {
        match entrance.say(service.waiting())? {
            0 => break,
            taken => service.taken(taken),
        }
    }
    let mut fds = vec![PollFd::new(bell, PollFlags::IN)];
    let look = entrance.watch(service.outbox(), &mut fds);
    if let Some(control) = &control {
        control.watch(&mut fds);
    }
    let limit = [service.idle(), look].into_iter().flatten().min();
    wait_for(&mut fds, limit)
}
