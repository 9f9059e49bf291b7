//! What the virtual module says and when, flow by flow of the app note and the wire reference.

mod play;
mod session;
mod update;
