//! What only a conversation by hand asks of a session: whether the module is still busy.

use crate::at::Kind;
use crate::moment::Moment;
use crate::run::session::Session;

impl Session {
    /// Whether the answer to the last command may still come.
    pub(crate) fn is_busy(&self) -> bool {
        self.decoder.awaiting() && self.now() < self.outstanding
    }

    /// How long the answer to the last command may still come.
    pub(crate) fn busy_until(&self) -> Moment {
        self.outstanding
    }

    /// Nothing that came is expected by anybody. Of an answer only what it says about the device
    /// is kept. Returns whether the module has asked for data, so that it waits itself.
    pub(crate) fn let_go(&mut self) -> bool {
        let mut asks = false;
        while let Some(number) = self.answer() {
            let Some(line) = self.inbox.get(number).cloned() else { continue };
            match line.kind {
                Kind::Prompt => asks = true,
                Kind::Final => self.answered(&line.text),
                Kind::Echo | Kind::Information | Kind::Urc | Kind::Text => {}
            }
        }
        self.inbox.clear();
        asks
    }
}
