//! One module with everything around it, as a rig file describes it.

mod settings;

pub use settings::{Credentials, Offer, VirtualSettings};
