//! What only a conversation by hand asks of a session: whether the module is still busy.

use crate::moment::Moment;
use crate::run::session::Session;

impl Session {
    /// Whether the answer to the last command may still come. A module that asks for data waits
    /// itself.
    pub(crate) fn is_busy(&self) -> bool {
        let awaits = self.decoder.awaiting() && !self.decoder.awaits_data();
        awaits && self.now() < self.outstanding
    }

    /// How long the answer to the last command may still come.
    pub(crate) fn busy_until(&self) -> Moment {
        self.outstanding
    }

    /// Nothing that came is expected by anybody. Of an answer only what it says about the device
    /// is kept.
    pub(crate) fn let_go(&mut self) {
        while let Some(number) = self.answer() {
            let line = self.inbox.get(number).map(|line| line.text.clone());
            if !self.decoder.awaiting() {
                self.answered(&line.unwrap_or_default());
            }
        }
        self.inbox.clear();
    }
}
