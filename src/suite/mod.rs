//! What is run: the scenarios that were asked for, as tests, each with its parameters.

mod bench;
mod checkup;
mod conduct;
mod console;
mod desk;
mod desks;
mod find;
mod fit;
mod fleet;
mod insistence;
mod instruments;
mod isolate;
mod pool;
mod prepare;
mod prove;
mod rest;
mod roster;
mod scan;
mod shard;
mod tags;

pub use checkup::{Came, Checkup, Finding, State, TryCut};
pub use conduct::{Conduct, Patience};
pub use console::{CONSOLE, Console, Flow, Had};
pub use desk::{Desk, profile};
pub use desks::{desks, rig_files};
pub use find::find;
pub(crate) use fit::misfit_beside_others;
pub use fleet::{Finished, Fleet, Sharing};
pub use insistence::{Insistence, MAX_RETRIES};
pub use instruments::Instruments;
pub use isolate::isolate;
pub use prepare::{Occasion, Selection, count, seed_of, tests};
pub use prove::{Part, Prove, Soundness};
pub use scan::{Asked, Kind, Proposal, Questions, Scan, Spotted};
pub use shard::Shard;
pub use tags::Tags;
