//! Switches a device's supply, and does not believe it before it is proven.

use std::mem;
use std::time::Duration;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::journal::{Event, Wire};
use crate::moment::Moment;
use crate::rig::{POWER, Proof};
use crate::run::session::{Answered, Session};
use crate::run::supply::{ReadBack, RealSupply, SILENT_FOR, Spoken, State};
use crate::world::{Supplied, Wake};

/// The plugin's own method that asks the switch how it stands.
const STATE: &str = "state";
/// How often it is looked whether a port has vanished.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How a stretch of time ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    Through,
    /// Nothing can come any more: the port is not there.
    PortGone,
}

impl Session {
    /// A device counts as without its supply from the attempt to take it away.
    pub(super) fn switch_off(&mut self, params: &Value) -> Result<Answered, Trouble> {
        self.supply.state = State::Off;
        self.world.supplied(Supplied::Off);
        let outcome = self.ask(POWER, "off", params);
        self.supply.off_since = self.now();
        let answered = outcome?;
        if let Some(real) = self.supply.real.clone() {
            for proof in real.proofs(self.read_back()) {
                self.prove(proof, &real, answered.at)?;
            }
        }
        Ok(answered)
    }

    /// Short gaps are no power cuts: it stays off as long as the rig file says.
    pub(super) fn switch_on(&mut self, params: &Value) -> Result<Answered, Trouble> {
        let real = self.supply.real.clone();
        if let (Some(real), State::Off) = (&real, self.supply.state) {
            self.pass(self.supply.off_since + real.rules.off_for)?;
        }
        let answered = self.ask(POWER, "on", params)?;
        self.world.supplied(Supplied::On);
        if let (Some(real), ReadBack::There) = (&real, self.read_back()) {
            self.reads_back("on", real)?;
        }
        self.supply.state = State::On;
        Ok(answered)
    }

    /// Leaves the device with its supply, whatever happened and whoever interrupts.
    pub(crate) fn make_safe(&mut self) -> Result<(), Trouble> {
        let mut broke = false;
        while self.supply.state == State::Off {
            match self.call(POWER, "on", &Value::Null) {
                // A person is impatient: the next try has less to wait for.
                Err(Trouble::Interrupted) => {}
                // A plugin that has died since its last call costs one call, and is started anew.
                Err(Trouble::Broken(_)) if !broke => broke = true,
                outcome => return outcome.map(drop),
            }
        }
        Ok(())
    }

    /// What proves a cut on this rig; nothing on a simulated one, whose supply cannot lie.
    pub(crate) fn proofs(&self) -> Vec<Proof> {
        let real = self.supply.real.as_ref();
        real.map(|real| real.proofs(self.read_back())).unwrap_or_default()
    }

    fn read_back(&self) -> ReadBack {
        if self.world.can(POWER, STATE) { ReadBack::There } else { ReadBack::Missing }
    }

    fn prove(&mut self, proof: Proof, real: &RealSupply, answered: Moment) -> Result<(), Trouble> {
        match proof {
            Proof::ReadBack if self.read_back() == ReadBack::Missing => Err(real.no_read_back()),
            Proof::ReadBack => self.reads_back("off", real),
            Proof::Silence => match self.overhear(answered, real)? {
                Some(spoken) => Err(real.still_speaks(&spoken)),
                None => Ok(()),
            },
            Proof::UsbGone => self.vanishes(real, answered + real.gone_within),
        }
    }

    fn reads_back(&mut self, wanted: &str, real: &RealSupply) -> Result<(), Trouble> {
        let answer = self.ask(POWER, STATE, &Value::Null)?.value;
        match answer["power"].as_str() {
            Some(found) if found == wanted => Ok(()),
            Some(found @ ("on" | "off")) => Err(real.contradicted(wanted, found)),
            Some(_) | None => {
                let message = format!("`power.state` was answered with `{answer}`");
                let help = "its plugin must answer `{\"power\": \"on\"}` or `{\"power\": \"off\"}`";
                Err(Trouble::broken(Diagnostic::new(message).help(help)))
            }
        }
    }

    /// What a module says upon `AT` although it should have no power. What comes within a margin
    /// was on its way; what comes later is evidence, and no line that a scenario can forbid.
    fn overhear(&mut self, answered: Moment, real: &RealSupply) -> Result<Option<Spoken>, Trouble> {
        if self.pass(answered + real.margin)? == Passed::PortGone {
            return real.nothing_heard();
        }
        let forbidden = mem::take(&mut self.ears.forbidden);
        let first_line = self.inbox.end();
        let spoken = self.probe(answered, real);
        self.forget_command();
        self.inbox.drop_finals_from(first_line);
        self.ears.forbidden = forbidden;
        spoken
    }

    fn probe(&mut self, answered: Moment, real: &RealSupply) -> Result<Option<Spoken>, Trouble> {
        self.forget_command();
        self.decoder.sent(b"AT");
        // Without its supply a module holds the flow control, or has no port: both is silence.
        let Ok(sent) = self.world.write(b"AT\r") else { return real.nothing_heard() };
        self.ears.tail.said(sent, "AT".to_owned());
        self.journal.record(sent, Event::Sent(Wire::from(b"AT\r".as_slice())));
        let mut spoken: Option<Spoken> = None;
        loop {
            match self.world.wait(sent + SILENT_FOR) {
                Ok(Wake::Bytes { at, bytes }) => {
                    self.hear(at, &bytes)?;
                    let begun = || Spoken {
                        bytes: Vec::new(),
                        first: at.since(answered),
                        asked: sent.since(answered),
                    };
                    spoken.get_or_insert_with(begun).bytes.extend(bytes);
                }
                Ok(Wake::Interrupted) => self.interrupt()?,
                Ok(Wake::Back { at, port }) => self.regain(at, &port),
                Ok(Wake::Gone { at, why }) => {
                    self.lose(at, why);
                    return spoken.map_or_else(|| real.nothing_heard(), |spoken| Ok(Some(spoken)));
                }
                Ok(Wake::Deadline) | Err(_) => return Ok(spoken),
            }
        }
    }

    /// Waits until the module's own USB port is not there any more.
    fn vanishes(&mut self, real: &RealSupply, latest: Moment) -> Result<(), Trouble> {
        while self.world.port_is_there() {
            let now = self.now();
            if now >= latest {
                return Err(real.still_plugged());
            }
            if self.pass(latest.min(now + LOOK_EVERY))? == Passed::PortGone {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Lets time pass and hears what comes. Forbidden lines are told by the next turn.
    fn pass(&mut self, until: Moment) -> Result<Passed, Trouble> {
        self.journal.flush();
        loop {
            match self.world.wait(until) {
                Ok(Wake::Bytes { at, bytes }) => self.hear(at, &bytes)?,
                Ok(Wake::Interrupted) => self.interrupt()?,
                Ok(Wake::Gone { at, why }) => self.lose(at, why),
                Ok(Wake::Back { at, port }) => self.regain(at, &port),
                Ok(Wake::Deadline) if self.world.port_is_there() => return Ok(Passed::Through),
                Ok(Wake::Deadline) | Err(_) => return Ok(Passed::PortGone),
            }
        }
    }
}
