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

/// Serves `module` to one client after the other until somebody interrupts.
#[cfg(unix)]
pub fn serve(
    options: Serve,
    module: Module,
    clock: Clock,
    interrupts: &Interrupts,
) -> Result<(), Broken> {
    crate::world::real::serve_unix::serve(options, module, clock, interrupts)
}

/// There are no PTYs here.
#[cfg(not(unix))]
pub fn serve(options: Serve, _: Module, _: Clock, _: &Interrupts) -> Result<(), Broken> {
    let Serve { path, .. } = options;
    let path = path.display();
    Err(Broken::new(format!("the virtual module cannot be served at `{path}`: that needs Unix"))
        .help("scenarios run on the virtual module without it: `fotarig run`"))
}
