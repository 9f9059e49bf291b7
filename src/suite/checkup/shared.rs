//! A look at the instruments that a rig shares with others of its host.

use crate::diagnostic::Diagnostic;
use crate::fault::Trouble;
use crate::suite::Instruments;
use crate::suite::checkup::Checkup;
use crate::suite::checkup::finding::Tell;

/// Nothing is taken for longer than a look.
pub(super) fn look(checkup: &Checkup, tell: &mut Tell<'_>) {
    let rig = &checkup.desk.rig;
    if rig.shared.is_empty() {
        return;
    }
    let instruments = match Instruments::of_this_host() {
        Ok(instruments) => instruments,
        Err(complaint) => {
            tell.badly("shared", Trouble::broken(complaint));
            return;
        }
    };
    for (name, places) in &rig.shared {
        match instruments.taken_by(name, *places, &rig.name) {
            Ok(None) => tell.well("shared", format!("`{name}` is free, for {places} at once")),
            Ok(Some(holder)) => {
                let note = Diagnostic::new(format!("`{name}` is in use by {holder}"));
                tell.noted("shared", note.help("a run waits until it is free"));
            }
            Err(broken) => tell.badly("shared", broken),
        }
    }
}
