//! All that is not ours behind one trait: the port, the clock, Ctrl-C and the roles of a rig.
//!
//! A wait is always on bytes *and* time *and* Ctrl-C, so port and clock are one thing, and
//! [`World::wait`] is the only place where the program waits for a device.

mod interrupts;
mod paced;
pub mod real;
mod replay;
mod simulated;

use serde_json::Value;

use crate::fault::{Broken, Verdict};
use crate::journal::Event;
use crate::moment::Moment;
use crate::rig::methods_of;

pub use interrupts::Interrupts;
pub use paced::{Ahead, Paced};
pub use replay::{Abilities, Kind, MAX_TAPE_BYTES, Replay, Tape};
pub use simulated::Simulated;

/// A rig as the runner sees it.
pub trait World {
    /// The present, on this world's clock.
    fn now(&self) -> Moment;

    /// Sends bytes to the device; returns when they left.
    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken>;

    /// Waits until bytes come, `until` is reached or somebody interrupts, whichever is first. A
    /// moment in the past only fetches what came up to it. Bytes stamped up to `until` are handed
    /// out before [`Wake::Deadline`], however late the call is; bytes stamped later are kept.
    fn wait(&mut self, until: Moment) -> Result<Wake, Broken>;

    /// Asks a role of the rig for something, for example `power` for `off`.
    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken>;

    /// Whether the rig has this role.
    fn offers(&self, role: &str) -> bool;

    /// Whether the rig's role can do this.
    fn can(&self, role: &str, method: &str) -> bool {
        self.offers(role) && (methods_of(role).is_empty() || methods_of(role).contains(&method))
    }

    /// What those who fill the roles said for the journal since the last time.
    fn remarks(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Whether a further test can use it: not when its port is gone for good.
    fn usable(&self) -> bool {
        true
    }

    /// Whether the port is there, as far as [`World::wait`] has told or a write has found: while
    /// it is not, nothing can be written and [`Wake::Back`] is worth waiting for.
    fn port_is_there(&self) -> bool {
        true
    }

    /// The device's supply was switched. Without it a port of the device's own is not missed; its
    /// time to return begins anew.
    fn supplied(&mut self, _supplied: Supplied) {}

    /// The moment of what is about to be written down. Only a recorded world knows it better than
    /// its clock: it has been written down before.
    fn stamp(&mut self, _event: &Event<'_>) -> Moment {
        self.now()
    }

    /// The steps of a test are over; its teardown follows.
    fn steps_are_over(&mut self, _came_to: Verdict) {}

    /// Where a test has left what was recorded of it, and nothing more can be told. A world that
    /// answers whatever is done has no such end.
    fn parted(&self) -> Option<&Broken> {
        None
    }
}

/// Whether a device has its supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supplied {
    On,
    Off,
}

/// Why a wait ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Bytes from the device, stamped on arrival.
    Bytes {
        at: Moment,
        bytes: Vec<u8>,
    },
    /// The port has vanished; it is looked for, and until it is back nothing can be written. When
    /// it does not come back, a later wait is broken.
    Gone {
        at: Moment,
        why: String,
    },
    /// The port is there again, perhaps under another name: bytes of both lives are one
    /// conversation.
    Back {
        at: Moment,
        port: String,
    },
    Deadline,
    /// Ctrl-C, SIGTERM or SIGHUP; told once for each.
    Interrupted,
}
