//! A deadline without a clock: after a length of time an event lies in the queue.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, SyncSender, channel};
use std::time::Duration;

use crate::plugin::streams::{Event, start};

/// An alarm that is set; dropping it takes it back.
pub(super) struct Alarm {
    _set: Sender<()>,
}

impl Alarm {
    /// Sends `Event::Alarm(number)` once the time is up.
    pub(super) fn set(
        after: Duration,
        number: u64,
        events: SyncSender<Event>,
    ) -> io::Result<Alarm> {
        let (set, taken_back) = channel();
        start("plugin-alarm", move || {
            if taken_back.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                let _ = events.send(Event::Alarm(number));
            }
        })?;
        Ok(Alarm { _set: set })
    }
}
