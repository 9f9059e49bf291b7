//! Whether a test fits a rig: the scenario's profiles, and what the rig takes.

use crate::diagnostic::{Diagnostic, either};
use crate::rig::Rig;
use crate::run::Test;
use crate::suite::{Desk, Tags};

/// Why a test is not for this rig; nothing when it may try. Which roles it needs is found out when
/// it is run, with what it calls.
pub(crate) fn misfit(desk: &Desk, test: &Test) -> Option<String> {
    let (rig, profiles) = (&desk.rig, &test.scenario.profiles);
    if !profiles.is_empty() && !profiles.contains(&rig.profile) {
        let wanted = either(profiles.iter().map(String::as_str));
        let (name, profile) = (&rig.name, &rig.profile);
        return Some(format!("it is for {wanted}, and the rig `{name}` is a `{profile}`"));
    }
    let takes = desk.takes.as_ref()?;
    if takes.fit(&test.at.tags) {
        return None;
    }
    let written = rig.takes.as_ref().map(|takes| takes.text.as_str()).unwrap_or_default();
    Some(format!("the rig `{}` takes only `{written}`", rig.name))
}

/// Why it is not for this rig, where another may have what this one lacks.
pub(crate) fn misfit_beside_others(desk: &Desk, test: &Test) -> Option<String> {
    misfit(desk, test).or_else(|| {
        let missing = test.scenario.needs.iter().find(|role| !desk.rig.fills(role))?;
        Some(format!("the rig `{}` has no role `{missing}`", desk.rig.name))
    })
}

/// What a rig file says of the tests that the rig takes.
pub(crate) fn takes(rig: &Rig) -> Result<Option<Tags>, Diagnostic> {
    let Some(takes) = &rig.takes else { return Ok(None) };
    Tags::parse(&takes.text).map(Some).map_err(|wrong| {
        Diagnostic::at(&takes.place, format!("`takes`: {wrong}"))
            .help("tags of scenarios, for example `update and not slow`")
    })
}
