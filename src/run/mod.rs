//! Runs tests: plain sequential code that reads like the scenario.

mod inbox;
mod scope;
mod session;

pub use inbox::{Inbox, Waiting};
pub use session::Session;
