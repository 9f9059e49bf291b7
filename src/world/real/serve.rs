//! Serves the virtual module in real time, for other programs and for trying the serial path.

use std::num::NonZeroU32;
use std::path::PathBuf;

use crate::fault::Broken;
use crate::sim::Module;
use crate::world::Interrupts;
use crate::world::real::Clock;

/// How a module is served.
pub struct Serve {
    /// Becomes a symbolic link to the PTY, and is removed at the end.
    pub path: PathBuf,
    /// How many times faster than in reality the module's time goes.
    pub speed: NonZeroU32,
    /// Told the PTY's own name when `path` can be opened.
    pub ready: Box<dyn FnOnce(&str)>,
}

/// Why a module is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unserved {
    /// The path that was given cannot be used; nothing was served.
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
    crate::world::real::serve_unix::serve(options, module, clock, interrupts)
}

/// There are no PTYs here.
#[cfg(not(unix))]
pub fn serve(options: Serve, _: Module, _: Clock, _: &Interrupts) -> Result<(), Unserved> {
    let Serve { path, .. } = options;
    let path = path.display();
    let message = format!("the virtual module cannot be served at `{path}`: that needs Unix");
    let help = "scenarios run on the virtual module without it: `fotarig run`";
    Err(Unserved::Broken(Broken::new(message).help(help)))
}
