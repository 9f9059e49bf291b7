//! Whether a test fits a rig: the scenario's profiles, and what the rig takes.

use crate::diagnostic::{Diagnostic, either};
use crate::rig::{Port, Rig, methods_of, roles};
use crate::run::{Able, Test, lacks};
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
    let lack = || Some(format!("the rig `{}` {}", desk.rig.name, lacks(test, desk)?));
    misfit(desk, test).or_else(lack)
}

/// By the rig file and the manifests of its plugins, before any of them is started.
impl Able for Desk {
    fn offers(&self, role: &str) -> bool {
        match self.rig.port {
            Port::Virtual(_) => roles().any(|known| known == role),
            Port::Device(_) => self.outfit.offers(role),
        }
    }

    fn can(&self, role: &str, method: &str) -> bool {
        match self.rig.port {
            Port::Virtual(_) => methods_of(role).contains(&method),
            Port::Device(_) => self.outfit.can(role, method),
        }
    }
}

/// What a rig file says of the tests that the rig takes.
pub(crate) fn takes(rig: &Rig) -> Result<Option<Tags>, Diagnostic> {
    let Some(takes) = &rig.takes else { return Ok(None) };
    Tags::parse(&takes.text).map(Some).map_err(|wrong| {
        Diagnostic::at(&takes.place, format!("`takes`: {wrong}"))
            .help("tags of scenarios, for example `update and not slow`")
    })
}
