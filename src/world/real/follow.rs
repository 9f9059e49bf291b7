//! Follows a port that has vanished: looks for it again and again, and opens it when it is there.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::duration::show;
use crate::fault::Broken;
use crate::moment::Moment;
use crate::rig::DeviceSettings;
use crate::world::real::Clock;
use crate::world::real::arrivals::Intake;
use crate::world::real::line::{Line, Unopened};
use crate::world::real::port::Stopped;
use crate::world::real::slot::Slot;
use crate::world::real::whereabouts::Whereabouts;

/// Between two looks for a port that has vanished. The first thing that a module says after its
/// boot comes later than this, and a look costs nothing.
const LOOK: Duration = Duration::from_millis(100);

/// A line that ends sooner than this was no return: a server closes at once when somebody else is
/// connected to it. So the time to come back goes on.
const TRUE_RETURN: Duration = Duration::from_secs(1);

/// What is needed to open a port again.
pub(super) struct Follow {
    pub(super) whereabouts: Whereabouts,
    pub(super) settings: DeviceSettings,
    pub(super) stopped: Stopped,
    pub(super) slot: Arc<Slot>,
    pub(super) clock: Clock,
    /// When the present line was opened.
    pub(super) opened: Moment,
    /// Until when it must have come back; from its last true life on.
    pub(super) latest: Option<Moment>,
}

impl Follow {
    pub(super) fn name(&self) -> String {
        self.whereabouts.name()
    }

    pub(super) fn stopped(&self) -> &Stopped {
        &self.stopped
    }

    /// Waits for the port's return; tells that it has vanished, and how that went on. Nothing
    /// when nobody wants it any more, or when it does not come back.
    pub(super) fn again(&mut self, why: &io::Error, intake: &Intake) -> Option<Line> {
        self.slot.empty();
        intake.gone(why).ok()?;
        let vanished = self.clock.now();
        let is_true = vanished.since(self.opened) >= self.clock.told(TRUE_RETURN);
        let patience = self.clock.told(self.settings.returns_within);
        let mut latest = match self.latest {
            Some(latest) if !is_true => latest,
            Some(_) | None => vanished + patience,
        };
        self.latest = Some(latest);
        let mut last = None;
        loop {
            let now = self.clock.now();
            if self.slot.is_dark() {
                latest = latest.max(now + patience);
                // Also for a boot loader that shows up first, for a moment only.
                self.latest = Some(latest);
            }
            if now >= latest {
                break;
            }
            if self.stopped.within(LOOK) {
                return None;
            }
            match self.open() {
                Ok((line, name)) => {
                    self.opened = self.clock.now();
                    let life = self.slot.fill(line.clone());
                    intake.back(name, life).ok()?;
                    return Some(line);
                }
                Err(unopened) => last = Some(unopened),
            }
        }
        intake.lost(self.lost(why, last.map(Unopened::explain)));
        None
    }

    fn open(&mut self) -> Result<(Line, String), Unopened> {
        let spot = self.whereabouts.find().map_err(Unopened::Broken)?;
        let line = Line::open(&spot, &self.settings, &self.stopped, self.clock)?;
        self.whereabouts.remember(&spot);
        Ok((line, spot.to_string()))
    }

    /// `last` is why the last look was in vain.
    fn lost(&self, why: &io::Error, last: Option<Broken>) -> Broken {
        let name = self.name();
        let patience = self.settings.returns_within;
        let message = if patience.is_zero() {
            format!("the port `{name}` is gone: {why}")
        } else {
            let patience = show(patience);
            format!("the port `{name}` is gone: {why}; it did not come back within {patience}")
        };
        let help = "see to its cable, the module's power and its USB connection";
        match last {
            Some(last) => Broken::new(format!("{message} ({})", last.message))
                .help(last.help.unwrap_or_else(|| help.to_owned())),
            None => Broken::new(message).help(help),
        }
    }
}
