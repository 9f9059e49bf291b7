//! What is done to a device past its port: calls of the rig's roles, and the care for its supply.

use serde_json::Value;

use crate::fault::{Broken, Trouble};
use crate::journal::Event;
use crate::run::session::{Session, Supply};

impl Session {
    pub(crate) fn can(&self, role: &str, method: &str) -> bool {
        self.world.can(role, method)
    }

    /// Asks a role for something. What cannot be journalled is done all the same, and told after.
    /// A device counts as without its supply from the attempt to take it away.
    pub(crate) fn call(
        &mut self,
        role: &str,
        method: &str,
        params: &Value,
    ) -> Result<Value, Broken> {
        let flushed = self.journal.flush();
        if (role, method) == ("power", "off") {
            self.supply = Supply::Off;
        }
        let answer = self.world.call(role, method, params);
        for remark in self.world.remarks() {
            self.record(Event::Logged(remark.into()));
        }
        let answer = answer?;
        if (role, method) == ("power", "on") {
            self.supply = Supply::On;
        }
        self.acted_at = self.now();
        self.ears.tail.said(self.acted_at, format!("{role}.{method}"));
        let params = (!params.is_null()).then(|| params.clone());
        self.record(Event::Called { role: role.into(), method: method.into(), params });
        flushed.map(|()| answer)
    }

    /// Leaves the device with its supply, whatever happened.
    pub(crate) fn make_safe(&mut self) -> Result<(), Trouble> {
        match self.supply {
            Supply::Off => self.call("power", "on", &Value::Null).map(drop)?,
            Supply::On => {}
        }
        Ok(())
    }
}
