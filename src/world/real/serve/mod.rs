//! Serves the virtual module in real time, for other programs and for trying the serial path.
//!
//! # Theory of operation
//!
//! One thread takes turns (`turns`): it lets the module say what is due, hands that over, carries
//! out what controllers want, sleeps until something happens, and listens. What the module has to
//! do with it is in `Service`, which knows no descriptor; how a client comes, speaks and goes is an
//! `Entrance`, one file for each; and the control socket has its language (`request`) apart from
//! its connections (`control`). Nothing ever waits for one client or controller alone.

#[cfg(unix)]
mod backlog;
#[cfg(unix)]
mod control;
#[cfg(unix)]
mod controller;
#[cfg(unix)]
mod door;
#[cfg(unix)]
mod entrance;
#[cfg(unix)]
mod intake;
#[cfg(unix)]
mod link;
#[cfg(unix)]
mod lock;
#[cfg(unix)]
mod on_pty;
#[cfg(unix)]
mod on_rfc2217;
#[cfg(unix)]
mod on_tcp;
#[cfg(unix)]
mod pty;
#[cfg(unix)]
mod request;
#[cfg(unix)]
mod service;
#[cfg(unix)]
mod turns;

use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::fault::Broken;
use crate::sim::{Module, PackageShelf};
use crate::world::Interrupts;
use crate::world::real::Clock;

/// The module's clock ends after 584 years (2^64 ns): at this speed it lasts three weeks. Who wants
/// to go further skips; and a host could not follow a much faster module.
pub const MAX_SPEED: u32 = 10_000;

/// How a module is served.
pub struct Serve {
    pub place: Place,
    pub cable: Cable,
    /// Where other programs drive the module's surroundings: a Unix domain socket.
    pub control: Option<PathBuf>,
    /// How many times faster than in reality the module's time goes, at most [`MAX_SPEED`].
    pub speed: NonZeroU32,
    /// Where a controller's package files come from.
    pub shelf: Box<dyn PackageShelf>,
    /// Told what a client opens, when it can: the PTY's own name, or the address with its port. If
    /// nobody can be told, nobody is served.
    pub ready: Ready,
}

/// Tells people what a client opens, or why it could not be told.
pub type Ready = Box<dyn FnOnce(&str) -> Result<(), Broken>>;

/// Where clients find the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// This becomes a symbolic link to a PTY, and is removed at the end.
    Pty(PathBuf),
    /// Raw bytes at `HOST:PORT`; the system chooses for port 0.
    Tcp(String),
    /// Telnet with the serial port's settings, at `HOST:PORT`.
    Rfc2217(String),
}

/// What is between the module and its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cable {
    /// It is there whatever the module does.
    Uart,
    /// The port is the module's own: without power, and while it boots, there is none.
    Usb,
}

/// Why a module is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// A path or an address that was given cannot be used; nothing was served.
    Refused(Broken),
    /// The system does not let us serve, or not any more.
    Broken(Broken),
}

/// Serves `module` to one client after the other until somebody interrupts.
#[cfg(unix)]
pub fn serve(
    options: Serve,
    module: Module,
    clock: Clock,
    interrupts: &Interrupts,
) -> Result<(), Unserved> {
    crate::world::real::serve::turns::serve(options, module, clock, interrupts)
}

/// There are no PTYs here, and no `poll`.
#[cfg(not(unix))]
pub fn serve(_: Serve, _: Module, _: Clock, _: &Interrupts) -> Result<(), Unserved> {
    let message = "the virtual module cannot be served here: that needs Unix";
    let help = "scenarios run on the virtual module without it: `fotarig run`";
    Err(Unserved::Broken(Broken::new(message).help(help)))
}
