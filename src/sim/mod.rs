//! The virtual HL78xx: what a module, its network and its cloud do, without a port or a clock.
//!
//! # Theory of operation
//!
//! [`Module::advance`] is the way in for time and bytes. It is given both, carries out everything
//! that is due in order and each thing at its own moment, and appends what the module says. It may
//! be called late: a late call gives the same bytes as many calls in time.
//!
//! What a module knows is kept in two types. `Flash` survives a power cut, `Ram` does not: a cut is
//! `ram = None` and nothing else, so what is lost cannot be got wrong. The network and the cloud
//! are beside them, since they do not lose power with the module.
//!
//! Whatever happens later is an `Event` in the agenda, which lives in `Ram`. A flow of the app note
//! is a chain of events: each carries out one line of it and puts the next one on the agenda. What
//! must go on after a cut is not an event but a state in `Flash`, from which the boot makes the
//! events again.
//!
//! What happens to a module from outside (its supply, its network, its cloud) comes by
//! [`Module::call`], under the names of `control`. How it differs from other modules, and how it is
//! wrong, is data in `crate::behaviour`; a file here asks for it once, where the behaviour is
//! decided, and at that moment, since it can be changed while the module runs. What the host gets
//! of what was said, and the other way round, goes over the line in `noise`.
//!
//! A command line is collected by `front`, carried out when its answer is due, and answered in the
//! same instant; bytes that arrive before that wait. During `AT+WDSD` they are for `local`. Times
//! have a jitter of a tenth, drawn from the seed, except timers that the app note gives exactly
//! (20 s, 30 min, delays, polling).
//!
//! "Reference" in a comment is the wire reference of the HL78xx; `F12` is a flow there, "note" is
//! app note 2174223, and "guess" says that nobody has seen a real module do it.

mod agenda;
mod answer;
mod boot;
mod chance;
mod cloud;
mod commands;
mod control;
mod coverage;
mod download;
mod download_fault;
mod flash;
mod flash_strip;
mod front;
mod indication;
mod install;
mod live;
mod local;
mod local_package;
mod login;
mod module;
mod network;
mod noise;
mod polling;
mod progress;
mod ram;
mod recovery;
mod request;
mod result;
mod retry;
mod server;
mod session;
mod sleep;
mod state;
mod storing;
mod times;
mod version;
mod wishes;

pub use control::{PackageShelf, Refused};
pub use module::{Module, PortPresence, Supply};
pub use sleep::Dtr;
