//! The result of an update: what the host is told by 16 or 15, and what is kept for the server.

use crate::behaviour::{Defect, ResultOrder};
use crate::sim::flash::{News, Outcome, UpdateResult};
use crate::sim::indication::Indication;
use crate::sim::live::Live;

/// The moments of a boot at which the result may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    BeforeKsup,
    AfterKsup,
    AfterReady,
}

/// Remembers how an update ended. Without an outcome only the server learns that it failed.
pub(crate) fn keep(live: &mut Live<'_>, outcome: Option<Outcome>) {
    let told = match outcome {
        Some(Outcome::Updated) if live.has(Defect::LiesFailed) => Some(Outcome::Refused),
        other => other,
    };
    let boots = if live.has(Defect::Says16Twice) { 2 } else { 1 };
    live.flash.news = told.map(|outcome| News { outcome, boots });
    // A local update has nothing to report (F30.5).
    if live.flash.local.is_none() || live.has(Defect::LocalReports) {
        let outcome = told.unwrap_or(Outcome::Refused);
        live.flash.result = Some(UpdateResult { outcome });
    }
}

/// Says the result if this is its place (reference switch `result_order`).
pub(crate) fn tell(live: &mut Live<'_>, place: Place) {
    let due = match live.settings.switches.result_order {
        ResultOrder::BeforeKsup | ResultOrder::NoKsup => Place::BeforeKsup,
        ResultOrder::AfterKsup => Place::AfterKsup,
        ResultOrder::AfterReady => Place::AfterReady,
    };
    if place == due {
        tell_now(live);
    }
}

pub(crate) fn tell_now(live: &mut Live<'_>) {
    let Some(News { outcome, boots }) = live.flash.news.take() else {
        return;
    };
    if boots > 1 {
        live.flash.news = Some(News { outcome, boots: boots - 1 });
    }
    live.say(match outcome {
        Outcome::Updated => Indication::UpdateDone,
        Outcome::Refused => Indication::UpdateFailed,
    });
}

/// Whether the result stands in for `+KSUP` at this boot.
pub(crate) fn replaces_ksup(live: &Live<'_>) -> bool {
    live.flash.news.is_some() && live.settings.switches.result_order == ResultOrder::NoKsup
}
