//! What is run: the scenarios that were asked for, as tests, each with its parameters.

mod bench;
mod checkup;
mod conduct;
mod console;
mod desk;
mod find;
mod prepare;
mod prove;
mod rest;
mod scan;
mod tags;

pub use checkup::{Came, Checkup, Finding, State, TryCut};
pub use conduct::{Conduct, Patience};
pub use console::{CONSOLE, Console, Flow, Had};
pub use desk::{Desk, profile};
pub use find::find;
pub use prepare::{Occasion, Selection, count, seed_of, tests};
pub use prove::{Part, Prove, Soundness};
pub use scan::{Asked, Kind, Proposal, Questions, Scan, Spotted};
pub use tags::Tags;
