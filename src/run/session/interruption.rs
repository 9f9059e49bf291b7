//! What Ctrl-C does to a conversation: it ends the steps, and leaves a teardown to its end.

use crate::fault::Trouble;
use crate::moment::Moment;
use crate::run::session::Session;
use crate::world::Wake;

/// What an interrupt does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interruption {
    /// It ends the steps.
    EndsSteps,
    /// The first one of this test, in its teardown: noted, and the teardown goes on.
    Noted { came: bool },
}

impl Session {
    pub(super) fn interrupt(&mut self) -> Result<(), Trouble> {
        match self.interruption {
            Interruption::Noted { came: false } => {
                self.interruption = Interruption::Noted { came: true };
                Ok(())
            }
            Interruption::Noted { came: true } | Interruption::EndsSteps => {
                Err(Trouble::Interrupted)
            }
        }
    }

    /// Whether somebody wants the steps to end, for a script that computes and does not wait.
    pub(crate) fn is_interrupted(&mut self) -> bool {
        match self.world.wait(Moment::START) {
            Ok(Wake::Interrupted) => self.interrupt().is_err(),
            Ok(Wake::Bytes { at, bytes }) => {
                // Nothing arrives before the world begins, but no byte may be lost.
                self.hear(at, &bytes).is_err()
            }
            Ok(Wake::Gone { at, why }) => {
                self.lose(at, why);
                false
            }
            Ok(Wake::Back { at, port }) => {
                self.regain(at, &port);
                false
            }
            // What is broken is told by the next verb.
            Ok(Wake::Deadline) | Err(_) => false,
        }
    }
}
