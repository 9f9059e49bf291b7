//! The part of a conversation in which a file goes to the device, block by block.

use crate::fault::Trouble;
use crate::journal::{Event, Wire};
use crate::run::ears::Running;
use crate::run::line_control::LineControl;
use crate::run::session::Session;

impl Session {
    /// From here on the module's answers to blocks of a file are told from its lines.
    pub(crate) fn begin_transfer(&mut self, control: LineControl) {
        self.line_control = Some(control);
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

    /// Writes a part of a file, as it is.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let at = self.world.write(bytes)?;
        self.journal.record(at, Event::Sent(Wire::from(bytes)));
        Ok(())
    }
}
