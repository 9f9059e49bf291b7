//! Runs tests: plain sequential code that reads like the scenario.

mod condition;
mod inbox;
mod missed;
mod scope;
mod session;
mod watch;

pub use inbox::{Inbox, Waiting};
pub use session::Session;
