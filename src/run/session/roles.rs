//! What is done to a device past its port: calls of the rig's roles, and how long they took.

use std::time::Duration;

use serde_json::Value;

use crate::fault::{Broken, Trouble};
use crate::journal::{Cue, Event, Wire};
use crate::moment::Moment;
use crate::rig::POWER;
use crate::run::inbox::Waiting;
use crate::run::session::Session;
use crate::scenario::is_cut;

/// What a role answered.
pub(crate) struct Answered {
    pub(crate) value: Value,
    pub(crate) at: Moment,
    /// Of a cut: the line that it followed, and the time from its arrival to the answer.
    pub(crate) after: Option<(String, Duration)>,
}

impl Session {
    /// An expectation has taken this line.
    pub(crate) fn took(&mut self, line: &Waiting) {
        self.cue = Some((line.at, line.text.clone()));
    }

    /// Whether there is a line from which the time of a cut counts.
    pub(crate) fn has_cue(&self) -> bool {
        self.cue.is_some()
    }

    /// Asks a role for something. The supply of a real rig is switched by its rules.
    pub(crate) fn call(
        &mut self,
        role: &str,
        method: &str,
        params: &Value,
    ) -> Result<Answered, Trouble> {
        let started = self.now();
        let answered = match (role, method) {
            (POWER, "off") => self.switch_off(params),
            (POWER, "on") => self.switch_on(params),
            (_, _) => self.ask(role, method, params).map_err(Trouble::from),
        };
        if answered.is_ok() {
            // What a device says while the plugin has not answered yet is due to the call as well.
            self.acted_at = started;
        }
        answered
    }

    /// The call itself. Nothing comes before a cut that can be done after it: its moment is what
    /// the test is about.
    pub(super) fn ask(
        &mut self,
        role: &str,
        method: &str,
        params: &Value,
    ) -> Result<Answered, Broken> {
        let is_cut = is_cut(role, method);
        if !is_cut {
            self.journal.flush();
        }
        let started = self.now();
        let answer = self.world.call(role, method, params);
        let at = self.now();
        for remark in self.world.remarks() {
            self.journal.record(at, Event::Logged(remark.into()));
        }
        let cue = self.cue.take().filter(|_| is_cut);
        let (took_ns, after) = if self.supply.is_real() {
            let cue = cue.as_ref();
            let after = cue.map(|(at, line)| Cue { line: Wire::brief(line), ns: at.as_nanos() });
            (Some(Moment::START + at.since(started)), after)
        } else {
            (None, None)
        };
        let event = Event::Called {
            role: role.into(),
            method: method.into(),
            params: (!params.is_null()).then(|| params.clone()),
            took_ns: took_ns.map(Moment::as_nanos),
            after,
            answer: answer.as_ref().ok().filter(|value| !value.is_null()).cloned(),
            refused: answer.as_ref().err().map(|broken| broken.message.as_str().into()),
        };
        self.journal.record(at, event);
        let value = answer?;
        self.ears.tail.said(at, format!("{role}.{method}"));
        let after = cue.map(|(came, line)| (String::from_utf8_lossy(&line).into(), at.since(came)));
        Ok(Answered { value, at, after })
    }
}
