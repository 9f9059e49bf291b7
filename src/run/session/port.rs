//! What a conversation does when its port vanishes and returns: both lives are one conversation.

use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::journal::Event;
use crate::moment::Moment;
use crate::run::session::Session;
use crate::run::supply::State;

/// The last time that the port was away.
#[derive(Debug)]
pub(crate) struct Gap {
    pub(crate) since: Moment,
    pub(crate) why: String,
    /// None while it is away.
    pub(crate) until: Option<Moment>,
}

impl Session {
    /// The line that had begun does not go on in the next life; what came of it is kept.
    pub(super) fn lose(&mut self, at: Moment, why: String) {
        self.journal.record(at, Event::PortGone { why: why.as_str().into() });
        self.decoder.hang_up(self.heard_at, &mut self.ears.keep(&mut self.inbox));
        self.ears.tail.happened(at, format!("the port vanished: {why}"));
        self.gap = Some(Gap { since: at, why, until: None });
    }

    pub(super) fn regain(&mut self, at: Moment, port: &str) {
        self.journal.record(at, Event::PortBack { port: port.into() });
        self.ears.tail.happened(at, format!("the port is back at {port}"));
        if let Some(gap) = &mut self.gap {
            gap.until = Some(at);
        }
    }

    /// When the port was away last, in this test.
    pub(crate) fn gap(&self) -> Option<&Gap> {
        self.gap.as_ref()
    }

    /// Whether nothing can be sent now.
    pub(crate) fn is_away(&self) -> bool {
        !self.world.port_is_there()
    }

    /// Waits until something can be sent. The port's own time to return bounds it.
    pub(super) fn await_port(&mut self) -> Result<(), Trouble> {
        while self.is_away() {
            // It is not missed then, so nothing would bound the wait.
            if self.supply.state == State::Off {
                return Err(dark());
            }
            self.turn(Moment::NEVER)?;
        }
        Ok(())
    }

    /// Sends bytes, after the port's return when it is away. What could not leave before it
    /// vanished leaves then.
    pub(super) fn deliver(&mut self, bytes: &[u8]) -> Result<Moment, Trouble> {
        loop {
            self.await_port()?;
            match self.world.write(bytes) {
                Ok(at) => return Ok(at),
                Err(_) if self.is_away() => {}
                Err(broken) => return Err(broken.into()),
            }
        }
    }
}

fn dark() -> Trouble {
    Trouble::broken(
        Diagnostic::new("the module's power is off, and its port is gone with it")
            .help("switch it on first: `power: on`, then `reboot:`; else see to the switch"),
    )
}
