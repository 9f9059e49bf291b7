//! A look at a module that leaves it as it was: what it answers, how soon, and, if wanted, a cut.
//!
//! Nothing is sent but `AT` and commands that only ask. Echo and other settings stay as they are:
//! the decoder tells an echo from an answer by itself.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::fault::Trouble;
use crate::moment::Moment;
use crate::package::Package;
use crate::rig::{POWER, Proof};
use crate::run::Test;
use crate::run::condition::Conditions;
use crate::run::lacks::lacks;
use crate::run::reboot::{BOOT_WITHIN, PROBE_WITHIN};
use crate::run::scope::Scope;
use crate::run::session::{Session, Turn, stated};
use crate::run::stage::Stage;

/// How often a module is asked whether it is there: the first `AT` may only wake it, and the second
/// may meet the end of its boot.
pub const ATTEMPTS: u32 = 5;
/// After an attempt that was not answered, its answer may still come: nothing for so long means
/// that it does not.
const LATE_ANSWERS: Duration = Duration::from_secs(1);

/// One who looks at a device, and at what can be done to it.
pub struct Visit {
    stage: Stage,
    arrived: Moment,
}

/// What a command was answered with.
#[derive(Clone, Debug)]
pub struct Reply {
    /// From the command's leaving to the arrival of its final result code.
    pub took: Duration,
    /// `OK`, `+CME ERROR: 3`.
    pub result: String,
    /// Information responses before it.
    pub lines: Vec<String>,
}

/// A power cut that was proven, and the way back from it.
#[derive(Clone, Debug)]
pub struct Cut {
    /// From the call of `power.off` to its answer.
    pub off_took: Duration,
    pub proofs: Vec<Proof>,
    /// From the answer to `power.off` to that to `power.on`.
    pub was_off: Duration,
    /// From the answer to `power.on` to the first sign of life.
    pub boot_took: Duration,
}

impl Visit {
    pub fn begin(session: Session, package: &Arc<Package>) -> Visit {
        let (scope, conditions) = (Scope::default(), Conditions::default());
        let arrived = session.now();
        let package = Arc::clone(package);
        Visit { stage: Stage { session, scope, conditions, package }, arrived }
    }

    /// Asks until the module answers, and says how often it was asked; nothing when it is silent.
    pub fn wake(&mut self) -> Result<Option<u32>, Trouble> {
        for attempt in 1..=ATTEMPTS {
            if self.ask("AT")?.is_none_or(|reply| reply.result != "OK") {
                continue;
            }
            if attempt > 1 {
                self.listen(LATE_ANSWERS)?;
            }
            return Ok(Some(attempt));
        }
        Ok(None)
    }

    /// Whether anything at all has come from it.
    pub fn has_heard(&self) -> bool {
        self.stage.session.heard_at() > self.arrived
    }

    /// Asks a module that is awake; nothing when it does not answer soon.
    pub fn ask(&mut self, command: &str) -> Result<Option<Reply>, Trouble> {
        let session = &mut self.stage.session;
        session.clear_line()?;
        let first = session.inbox.end();
        let sent = session.send(command)?;
        let found = loop {
            if let Some(number) = session.answer() {
                let line = session.inbox.get(number);
                break line.map(|line| (line.at, line.text.clone()));
            }
            if session.turn(sent + PROBE_WITHIN)? == Turn::Deadline {
                break None;
            }
        };
        let Some((at, result)) = found else {
            session.forget_command();
            return Ok(None);
        };
        session.answered(&result);
        let lines = session.take_information_from(first);
        session.inbox.drop_finals_from(first);
        let result = String::from_utf8_lossy(&result).into_owned();
        Ok(Some(Reply { took: at.since(sent), result, lines }))
    }

    /// What a module says of itself, by the profile's command for this fact; nothing when it does
    /// not say it, or nobody knows how to ask.
    pub fn fact(&mut self, fact: &str) -> Result<Option<String>, Trouble> {
        let command = self.stage.session.profile().command_for(fact).map(str::to_owned);
        let Some(command) = command else { return Ok(None) };
        let reply = self.ask(&command)?.filter(|reply| reply.result == "OK");
        Ok(reply.and_then(|reply| Some(stated(reply.lines.first()?).to_owned())))
    }

    fn listen(&mut self, length: Duration) -> Result<(), Trouble> {
        let until = self.stage.session.now() + length;
        while self.stage.session.turn(until)? == Turn::Heard {}
        Ok(())
    }

    /// Whether the rig's role can do this.
    pub fn can(&self, role: &str, method: &str) -> bool {
        self.stage.session.can(role, method)
    }

    /// Asks a role for something.
    pub fn call(&mut self, role: &str, method: &str) -> Result<Value, Trouble> {
        Ok(self.stage.session.call(role, method, &Value::Null)?.value)
    }

    /// Gives the supply and awaits the boot; returns how long that took.
    pub fn switch_on(&mut self) -> Result<Duration, Trouble> {
        let on = self.stage.session.call(POWER, "on", &Value::Null)?.at;
        self.stage.boot(on + BOOT_WITHIN)?;
        Ok(self.stage.session.now().since(on))
    }

    /// Takes the supply away, proves it, gives it back and awaits the boot.
    pub fn cut(&mut self) -> Result<Cut, Trouble> {
        let asked = self.stage.session.now();
        let off = self.stage.session.call(POWER, "off", &Value::Null)?.at;
        let on = self.stage.session.call(POWER, "on", &Value::Null)?.at;
        self.stage.boot(on + BOOT_WITHIN)?;
        Ok(Cut {
            off_took: off.since(asked),
            proofs: self.stage.session.proofs(),
            was_off: on.since(off),
            boot_took: self.stage.session.now().since(on),
        })
    }

    /// What a test needs that this rig lacks, as the end of a sentence about the rig.
    pub fn lack(&self, test: &Test) -> Option<String> {
        lacks(test, &self.stage.session).map(|lack| lack.to_string())
    }

    /// Ends the visit: the device is left with its supply.
    pub fn leave(mut self) -> Result<(), Trouble> {
        self.stage.session.make_safe()
    }
}
