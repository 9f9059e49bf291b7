//! The download of a package: offer, blocks, suspension by its absence, resumption, retries.
//!
//! The link delivers block after block; 18 counts what came, flash keeps what was written. A
//! suspended download is only the state that flash has; whatever stops the session drops the
//! transfer, which lives in RAM. How it ends is in `storing`.

use std::sync::Arc;
use std::time::Duration;

use crate::behaviour::{Defect, OfferOrder, ResumeQuiet, SuspendOffer};
use crate::package::Package;
use crate::sim::agenda::{DownloadStep, Event};
use crate::sim::cloud::Flaw;
use crate::sim::download_fault::{self, MAX_RETRIES, Strike};
use crate::sim::flash::{Request, Stage, Update};
use crate::sim::indication::{Indication, StoreFailure};
use crate::sim::live::Live;
use crate::sim::ram::Transfer;
use crate::sim::{progress, request, storing, times};

/// Where `progress-stops` hangs and `crash-ksup` crashes.
const HANGS_AT_PERCENT: u8 = 50;
const CRASHES_AT_PERCENT: u8 = 40;

/// What goes wrong at 100 % goes wrong when all has come, in the check.
const LAST_PERCENT_ON_THE_WAY: u8 = 99;

/// What `wrong-size` adds.
const SURPLUS_BYTES: u64 = 512;

/// The server offers a package (F12 and F13). It takes the place of one that was offered before.
pub(crate) fn offered(live: &mut Live<'_>, package: Arc<Package>, flaw: Option<Flaw>) {
    storing::clear(live);
    live.ram.transport_retries = 0;
    if live.cloud.download_fault.take_if(|fault| fault.is_before_offer()).is_some() {
        return storing::fail(live, StoreFailure::NoRoom, None);
    }
    live.flash.update = Some(Update::offered(package, flaw));
    if needs_agreement(live) {
        request::ask(live, Request::Download);
    } else {
        say_offer(live);
        begin_after(live, times::FIRST_PROGRESS);
    }
}

/// A session opened while a download was suspended (F17; switch `resume_quiet`).
pub(crate) fn again(live: &mut Live<'_>) {
    // The host was quicker, and has accepted what the server is about to offer.
    if is_going_on(live) {
        return;
    }
    live.ram.transport_retries = 0;
    if needs_agreement(live) && !live.ram.download_accepted {
        return request::ask(live, Request::Download);
    }
    match live.settings.switches.resume_quiet {
        ResumeQuiet::Told if !live.ram.download_accepted => say_offer(live),
        ResumeQuiet::Told | ResumeQuiet::Quiet => {}
    }
    begin_after(live, times::FIRST_PROGRESS);
}

/// The bytes come `delay` from now, however often somebody wants them to.
pub(crate) fn begin_after(live: &mut Live<'_>, delay: Duration) {
    live.ram.agenda.cancel(Event::Download(DownloadStep::Start));
    live.after(delay, Event::Download(DownloadStep::Start));
}

/// Whether bytes come, or will without another word of the server.
pub(crate) fn is_going_on(live: &Live<'_>) -> bool {
    live.ram.transfer.is_some()
        || live.ram.paused
        || live.ram.agenda.holds(Event::Download(DownloadStep::Start))
}

/// The session ends, and with it the transfer; what is in flash stays (switch `suspend_offer`).
pub(crate) fn suspend(live: &mut Live<'_>) {
    live.ram.transfer = None;
    live.ram.paused = false;
    live.ram.download_accepted = false;
    match live.settings.switches.suspend_offer {
        SuspendOffer::NextSession => {}
        SuspendOffer::AtOnce => {
            live.exactly_after(times::OFFER_AFTER_END, Event::Download(DownloadStep::Offer));
        }
    }
}

/// 9, with what is still to come.
pub(crate) fn say_offer(live: &mut Live<'_>) {
    let Some(update) = &live.flash.update else {
        return;
    };
    let mut remaining_bytes = update.remaining_bytes();
    if live.has(Defect::WrongRemaining) {
        remaining_bytes = update.package.size_bytes;
    }
    if live.has(Defect::WrongSize) {
        remaining_bytes = remaining_bytes.saturating_add(SURPLUS_BYTES);
    }
    live.say(Indication::Offered { remaining_bytes });
}

/// Whether the host has to agree to what is in flash. A request that waits is not answered by
/// switching its agreement off (reference 2.2).
pub(crate) fn needs_agreement(live: &Live<'_>) -> bool {
    let asks = request::needs_agreement(live, Request::Download)
        || live.flash.request == Some(Request::Download);
    let resumes = stored_bytes(live).is_some_and(|bytes| bytes > 0);
    asks && !(resumes && live.has(Defect::ResumesUnasked))
}

pub(crate) fn step(live: &mut Live<'_>, step: DownloadStep) {
    match step {
        DownloadStep::Offer => offer_at_once(live),
        DownloadStep::Start => start(live),
        DownloadStep::Block => block(live),
        DownloadStep::Written => written(live),
        DownloadStep::Checked => storing::checked(live),
        DownloadStep::Rejected => storing::rejected(live),
        DownloadStep::Stored => storing::stored(live),
    }
}

fn offer_at_once(live: &mut Live<'_>) {
    if stored_bytes(live).is_some() && live.flash.request.is_none() && needs_agreement(live) {
        request::ask(live, Request::Download);
    }
}

/// None unless a package is offered, being downloaded or suspended.
fn stored_bytes(live: &Live<'_>) -> Option<u64> {
    match live.flash.stage()? {
        Stage::Fetching { strip } => Some(strip.whole_bytes()),
        Stage::Fetched | Stage::Stored | Stage::Installing => None,
    }
}

fn start(live: &mut Live<'_>) {
    let accepted = std::mem::take(&mut live.ram.download_accepted);
    let from_zero = live.has(Defect::ResumesFromZero);
    let stuck = live.has(Defect::NeverResumes);
    let Some(update) = &mut live.flash.update else {
        return;
    };
    let size = update.package.size_bytes;
    let Some(strip) = update.strip() else {
        return;
    };
    if from_zero {
        strip.erase();
    }
    let from_bytes = strip.whole_bytes();
    if from_bytes > 0 && stuck {
        return;
    }
    if accepted && live.settings.switches.offer_order == OfferOrder::NineAfterAccept {
        say_offer(live);
    }
    if from_bytes == 0 {
        progress::start(live);
    } else {
        progress::resume(live, percent_of(from_bytes, size));
        match live.settings.switches.resume_quiet {
            ResumeQuiet::Told if !accepted => live.say(Indication::DownloadStarts),
            ResumeQuiet::Told | ResumeQuiet::Quiet => {}
        }
    }
    let whole = live.network.time_for(size).max(times::SHORTEST_DOWNLOAD);
    let whole = live.chance.around(whole);
    live.ram.transfer = Some(Transfer { started: live.now, from_bytes, whole });
    plan_block(live);
}

/// The next block comes as the link delivers it, but not before flash is free.
fn plan_block(live: &mut Live<'_>) {
    let hangs = live.has(Defect::ProgressStops);
    let (Some(transfer), Some(update)) = (&live.ram.transfer, &mut live.flash.update) else {
        return;
    };
    let size = update.package.size_bytes;
    let Some(strip) = update.strip() else {
        return;
    };
    let end = strip.block_end();
    if hangs && percent_of(end, size) > HANGS_AT_PERCENT {
        return;
    }
    let at = transfer.started + part(transfer.whole, end.saturating_sub(transfer.from_bytes), size);
    let block = Event::Download(DownloadStep::Block);
    // One at a time, also when a transfer is started anew.
    live.ram.agenda.cancel(block);
    live.ram.agenda.add(at.max(live.now), block);
}

/// 18 comes with the first block of each percent, before that block is safe (F22).
fn block(live: &mut Live<'_>) {
    let Some(update) = &mut live.flash.update else {
        return;
    };
    let size = update.package.size_bytes;
    let Some(strip) = update.strip() else {
        return;
    };
    strip.begin_block();
    let percent = percent_of(strip.block_end(), size);
    live.exactly_after(times::BLOCK_WRITE, Event::Download(DownloadStep::Written));
    live.network.exchange(live.now);
    progress::reach(live, percent);
    crash(live, percent);
    match download_fault::strike(live, percent.min(LAST_PERCENT_ON_THE_WAY)) {
        None => {}
        Some(Strike::Connection) => retry(live),
        Some(Strike::Final { failure, status }) => storing::fail(live, failure, status),
    }
}

/// The connection broke: the module tries again, but not for ever (reference 4.3).
fn retry(live: &mut Live<'_>) {
    if live.ram.transport_retries == MAX_RETRIES {
        return storing::fail(live, StoreFailure::Transfer, None);
    }
    live.ram.transport_retries += 1;
    live.ram.transfer = None;
    begin_after(live, times::TRANSPORT_RETRY);
}

/// Defect `crash-ksup`, once for each package.
fn crash(live: &mut Live<'_>, percent: u8) {
    let due = percent >= CRASHES_AT_PERCENT && live.has(Defect::CrashKsup);
    if let Some(update) = live.flash.update.as_mut().filter(|update| due && !update.crashed) {
        update.crashed = true;
        live.exactly_after(Duration::ZERO, Event::Reboot);
    }
}

fn written(live: &mut Live<'_>) {
    let Some(strip) = live.flash.update.as_mut().and_then(Update::strip) else {
        return;
    };
    strip.finish_block();
    if strip.is_full() {
        storing::complete(live);
    } else {
        plan_block(live);
    }
}

/// The whole percents that `bytes` of `size` are.
fn percent_of(bytes: u64, size: u64) -> u8 {
    let percent = (u128::from(bytes) * 100).checked_div(u128::from(size));
    percent.and_then(|percent| u8::try_from(percent).ok()).unwrap_or(100)
}

/// `bytes` of `size` as a part of `whole`.
fn part(whole: Duration, bytes: u64, size: u64) -> Duration {
    if size == 0 {
        return whole;
    }
    let nanos = whole.as_nanos() / u128::from(size) * u128::from(bytes)
        + whole.as_nanos() % u128::from(size) * u128::from(bytes) / u128::from(size);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_and_parts_at_the_edges() {
        for size in [1, 99, 100, 1464, 1_199_028, u64::MAX] {
            assert_eq!((percent_of(0, size), percent_of(size, size)), (0, 100));
            assert_eq!(percent_of(size - 1, size) < 100, size > 0);
            assert_eq!(part(Duration::from_secs(9), size, size).as_secs(), 9);
        }
        assert_eq!(percent_of(0, 0), 100);
    }
}
