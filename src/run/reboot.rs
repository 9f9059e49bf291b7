//! Waits for a module to boot: its ready sign, or an answer to `AT`; then quiets its echo again.

use std::time::Duration;

use crate::fault::Trouble;
use crate::moment::Moment;
use crate::run::missed;
use crate::run::session::Turn;
use crate::run::stage::Stage;
use crate::scenario::Timing;

/// How long a boot may take when the scenario sets no limit: some modules search their network
/// before they speak.
pub(crate) const BOOT_WITHIN: Duration = Duration::from_secs(120);
/// Between two attempts to reach a module that announces no boot; a module that is about to go down
/// is down by then, and one that boots (5 s, reference 1.3) has not lost much.
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// How long such an attempt waits for its answer.
pub(crate) const PROBE_WITHIN: Duration = Duration::from_secs(2);

impl Stage {
    /// Waits until the module has booted. A boot that is under way or over already counts: its
    /// ready sign came after the last command or call.
    pub(crate) fn reboot(&mut self, within: Option<&Timing>) -> Result<(), Trouble> {
        let within = within.map_or(Ok(BOOT_WITHIN), |within| self.scope.length(within))?;
        self.boot(self.session.now() + within)?;
        self.quiet()
    }

    pub(crate) fn boot(&mut self, latest: Moment) -> Result<(), Trouble> {
        let start = self.session.now();
        let since = self.session.acted_at();
        self.session.forget_command();
        let mut probe_at = start + PROBE_EVERY;
        while !self.is_ready(since) {
            if self.session.turn(probe_at.min(latest))? == Turn::Heard {
                continue;
            }
            if latest <= probe_at {
                return Err(missed::no_boot(start, &self.session));
            }
            // Without a port there is nobody to ask, and asking would outlast `within`.
            if !self.session.is_away() && (self.answers("AT", latest)? || self.is_ready(since)) {
                break;
            }
            probe_at = self.session.now() + PROBE_EVERY;
        }
        Ok(())
    }

    /// Brings back what a module forgets when it boots.
    pub(crate) fn quiet(&mut self) -> Result<(), Trouble> {
        let commands = self.session.profile().after_boot.clone();
        for command in &commands {
            self.answers(command, Moment::NEVER)?;
        }
        Ok(())
    }

    /// Takes the ready sign, if it has come.
    fn is_ready(&mut self, since: Moment) -> bool {
        let Some(ready) = self.session.profile().ready.clone() else { return false };
        let waiting = self.session.inbox.waiting_from(0);
        let mut signs = waiting.filter(|line| line.at >= since);
        let sign = signs.find(|line| ready.regex.is_match(&line.text)).map(|line| line.number);
        drop(signs);
        sign.is_some_and(|number| self.session.inbox.take(number).is_some())
    }

    /// Whether a command is answered by OK soon, and before `latest`; no answer at all is no
    /// trouble here.
    pub(crate) fn answers(&mut self, command: &str, latest: Moment) -> Result<bool, Trouble> {
        let first = self.session.inbox.end();
        let latest = latest.min(self.session.send(command)? + PROBE_WITHIN);
        let result = loop {
            if let Some(number) = self.session.answer() {
                break self.session.inbox.get(number).map(|line| line.text.clone());
            }
            if self.session.turn(latest)? == Turn::Deadline {
                break None;
            }
        };
        match &result {
            Some(result) => self.session.answered(result),
            None => self.session.forget_command(),
        }
        self.session.inbox.drop_finals_from(first);
        Ok(result.is_some_and(|result| result == b"OK"))
    }
}
