//! Plugins: programs in any language that fill a rig's roles, and their host.
//!
//! # Theory of operation
//!
//! A rig file names a plugin for each role. [`outfit`] finds its folder, reads its manifest and
//! checks its settings, before anything moves. [`Host::start`] starts a process for each set of
//! settings and lets it describe itself; [`Host::call`] asks it, one call at a time. The protocol
//! (`crate::rpc`, written down in `docs/plugins.md`) does no I/O; threads bring what the process
//! writes, says and how it ends into one queue, and an alarm puts the deadline there too, so that
//! no clock is read. Whoever breaks the protocol or its deadline is asked to end, so that it can
//! let go what it holds, then killed with all its children. The next call starts it afresh: a
//! teardown can still switch the power on.

mod alarm;
mod covered;
mod environment;
mod folder;
mod host;
#[cfg_attr(unix, path = "kin_unix.rs")]
#[cfg_attr(not(unix), path = "kin_elsewhere.rs")]
mod kin;
mod manifest;
mod outfit;
mod process;
mod secrets;
mod setting;
mod settings;
mod streams;
mod talk;
mod trial;
mod words;
mod workplace;

use crate::diagnostic::{did_you_mean, either};

pub use environment::LookUp;
pub use folder::{Folder, Found, PLUGINS, PYTHON_MODULE, built_in, find, names_in};
pub use host::{Call, Host, LeftAs};
pub use manifest::{MANIFEST, Manifest, Method, Terminal, load};
pub use outfit::{Outfit, outfit};
pub use secrets::{MIN_SECRET_CHARS, Secrets};
pub use setting::{Kind, Need, Setting};
pub use trial::{Came, Finding, check};

pub(crate) use host::Begun;
pub(crate) use talk::{MAX_SHOWN, cut};

use host::PROTOCOL;

/// The word that was meant, or all that there are.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let all = || format!("there is {}", either(known.iter().copied()));
    did_you_mean(word, known.iter().copied()).unwrap_or_else(all)
}
