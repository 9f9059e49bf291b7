//! The part of a conversation in which a file goes to the device, block by block.

use std::time::Duration;

use crate::at::LineControl;
use crate::fault::Trouble;
use crate::journal::{Event, Wire};
use crate::run::ears::Running;
use crate::run::session::{Session, Turn};

/// Two CAN end a transfer: the theory is in `src/xmodem/mod.rs`.
const CANCEL: [u8; 2] = [0x18; 2];
const NAK: u8 = 0x15;
/// How long a module may take to give up: silence inside a block is noticed after 1 s (6.3).
const CANCELLED_WITHIN: Duration = Duration::from_secs(3);

impl Session {
    /// From here on the module's answers to blocks of a file are told from its lines.
    pub(crate) fn begin_transfer(&mut self) {
        self.line_control = Some(LineControl::behind(self.decoder.partial()));
        // Its final result code comes behind the file.
        self.ears.running = Some(Running::default());
    }

    /// What the module has said about blocks since the last call.
    pub(crate) fn line_control(&mut self) -> Vec<u8> {
        self.line_control.as_mut().map(LineControl::take).unwrap_or_default()
    }

    /// Whether the command that asked for a file has its final result code.
    pub(crate) fn has_result(&self) -> bool {
        self.ears.running.as_ref().is_some_and(|running| !running.answers.is_empty())
    }

    pub(crate) fn end_transfer(&mut self) {
        self.line_control = None;
    }

    /// Frees the line of a module that still waits for blocks, whatever else went wrong, and hears
    /// its final result code: what comes next is a command. In the middle of a block a module takes
    /// no notice; it is told again when it has said NAK.
    pub(crate) fn cancel_transfer(&mut self) {
        if self.is_away() {
            // Most likely it boots; one that still waits is told in the teardown.
            return;
        }
        let limit = self.limit.take();
        let until = self.now() + CANCELLED_WITHIN;
        let mut told = self.write(&CANCEL);
        while told.is_ok() && !self.has_result() {
            match self.turn(until) {
                // Another forbidden line hides no earlier trouble.
                Ok(Turn::Heard) | Err(Trouble::Failed(_)) => {}
                Ok(Turn::Deadline) | Err(Trouble::Broken(_) | Trouble::Interrupted) => break,
            }
            if self.line_control().contains(&NAK) {
                told = self.write(&CANCEL);
            }
        }
        self.limit = limit;
    }

    /// Writes a part of a file, as it is.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let at = self.deliver(bytes)?;
        self.cue = None;
        self.journal.record(at, Event::Sent(Wire::from(bytes)));
        Ok(())
    }
}
