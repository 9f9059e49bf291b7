//! What is run: the scenarios that were asked for, as tests, each with its parameters.

mod bench;
mod checkup;
mod conduct;
mod desk;
mod find;
mod prepare;
mod prove;
mod tags;

pub use checkup::{Came, Checkup, Finding, State, TryCut};
pub use conduct::{Conduct, Connect, Patience};
pub use desk::{Desk, profile};
pub use find::find;
pub use prepare::{Occasion, Selection, count, seed_of, tests};
pub use prove::{Part, Prove, Soundness};
pub use tags::Tags;
