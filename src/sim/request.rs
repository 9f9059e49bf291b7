//! Questions to the host, 1, 2 and 3: asked, repeated, delayed, settled (note 7.3 and 9.2).

use std::time::Duration;

use crate::behaviour::{Defect, OfferOrder, RepeatWith9};
use crate::sim::agenda::Event;
use crate::sim::answer::Switch;
use crate::sim::flash::Request;
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::{download, times};

/// Asks for the first time, or again after a reset; 9 comes before 2 unless it waits for the
/// answer (switch `offer_order`).
pub(crate) fn ask(live: &mut Live<'_>, request: Request) {
    live.flash.request = Some(request);
    match (request, live.settings.switches.offer_order) {
        (Request::Download, OfferOrder::NineThenTwo) => download::say_offer(live),
        (Request::Download, OfferOrder::NineAfterAccept)
        | (Request::Connect | Request::Install, _) => {}
    }
    show(live);
}

/// Whether the host has to agree first (note 7.3, Table 2).
pub(crate) fn needs_agreement(live: &Live<'_>, request: Request) -> bool {
    let agreements = &live.flash.agreements;
    let (agreement, unasked, needless) = match request {
        Request::Connect => (agreements.connect, Defect::ConnectsUnasked, false),
        Request::Download => {
            (agreements.download, Defect::DownloadsUnasked, live.has(Defect::AsksNeedlessly))
        }
        Request::Install => {
            (agreements.install, Defect::InstallsUnasked, live.has(Defect::AsksNeedlessly))
        }
    };
    match agreement {
        Switch::On => !live.has(unasked),
        Switch::Off => needless,
    }
}

/// Shows the pending request once more, by default without 9 (switch `repeat_with_9`).
pub(crate) fn repeat(live: &mut Live<'_>) {
    match (live.flash.request, live.settings.switches.repeat_with_9) {
        (Some(Request::Download), RepeatWith9::Yes) => download::say_offer(live),
        (Some(Request::Download | Request::Connect | Request::Install) | None, _) => {}
    }
    show(live);
}

/// Shows the pending request, and once more in 30 minutes.
fn show(live: &mut Live<'_>) {
    let Some(request) = live.flash.request else {
        return;
    };
    live.say(indication(request));
    let period =
        if live.has(Defect::RepeatsEarly) { times::EARLY_REPEAT } else { times::REQUEST_REPEAT };
    live.ram.agenda.cancel(Event::RepeatRequest);
    if !live.has(Defect::NeverRepeats) {
        live.exactly_after(period, Event::RepeatRequest);
    }
}

fn indication(request: Request) -> Indication {
    match request {
        Request::Connect => Indication::AskConnect,
        Request::Download => Indication::AskDownload,
        Request::Install => Indication::AskInstall,
    }
}

/// The pending request is shown again after `delay`, not before.
pub(crate) fn delay(live: &mut Live<'_>, delay: Duration) {
    live.ram.agenda.cancel(Event::RepeatRequest);
    if live.has(Defect::DelayNeverEnds) {
        return;
    }
    let delay = if live.has(Defect::IgnoresDelay) { times::REQUEST_REPEAT } else { delay };
    live.exactly_after(delay, Event::RepeatRequest);
}

/// `request` is answered or has lost its reason.
pub(crate) fn settle(live: &mut Live<'_>, request: Request) {
    if live.flash.request == Some(request) {
        live.flash.request = None;
        live.ram.agenda.cancel(Event::RepeatRequest);
        if live.has(Defect::RepeatsAnswered) {
            live.exactly_after(times::SOON, Event::Say(indication(request)));
        }
    }
}
