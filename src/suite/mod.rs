//! What is run: the scenarios that were asked for, as tests, each with its parameters.

mod find;
mod prepare;
mod tags;

pub use find::find;
pub use prepare::{Desk, Selection, seed_of, tests};
pub use tags::Tags;
