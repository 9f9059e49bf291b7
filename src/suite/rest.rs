//! How the supply of a rig is left when all its tests are done, whatever they came to.

use serde_json::Value;

use crate::fault::Broken;
use crate::plugin::{Call, Host, LeftAs, MAX_SHOWN, cut};
use crate::rig::{POWER, SafeState};

/// Asks a plugin of the rig.
type Ask<'h> = dyn Fn(&Call<'_>) -> Result<Value, Broken> + 'h;

/// Switches the supply if it is not known to be as it must be left. No port is needed for that,
/// and no conversation: they may be what went wrong.
pub(crate) fn rest(wanted: SafeState, host: &Host, ask: &Ask<'_>) -> Result<(), Broken> {
    let method = match (wanted, host.supplied()) {
        (SafeState::On, LeftAs::Unsure) => "on",
        (SafeState::Off, LeftAs::AsFound | LeftAs::On | LeftAs::Unsure) => "off",
        (SafeState::On, LeftAs::AsFound | LeftAs::On) | (SafeState::Keep, _) => return Ok(()),
    };
    if !host.can(POWER, method) {
        return Ok(());
    }
    let switch = || ask(&Call { role: POWER, method, params: &Value::Null });
    // A plugin that has died is started anew by the second call.
    switch().or_else(|_| switch()).map_err(|broken| left(method, broken))?;
    if !host.can(POWER, "state") {
        return Ok(());
    }
    let state = ask(&Call { role: POWER, method: "state", params: &Value::Null });
    match state.map_err(|broken| left(method, broken))?["power"].as_str() {
        Some(found) if found == method => Ok(()),
        Some(found) => {
            let found = cut(found, MAX_SHOWN);
            Err(left(method, Broken::new(format!("it reads back as {found}"))))
        }
        None => Err(left(method, Broken::new("its `power.state` does not say how it is"))),
    }
}

/// Whoever comes to this bench next must know it.
fn left(method: &str, broken: Broken) -> Broken {
    let message = format!("the rig is not left with its power {method}: {}", broken.message);
    Broken { message, ..broken }
}
