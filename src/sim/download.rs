//! The download of a package: offer, progress, suspension by its absence, signature, storing.
//!
//! The link delivers block after block; 18 counts what came, flash keeps what was written. A
//! suspended download is only the state that flash has; whatever stops the session drops the
//! transfer, which lives in RAM.

use std::sync::Arc;
use std::time::Duration;

use crate::package::Package;
use crate::sim::agenda::{DownloadStep, Event, SessionStep};
use crate::sim::flash::{Request, Stage, Update};
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::ram::{Session, Transfer};
use crate::sim::{coverage, request, session, times};

/// Answer of `AT+WDSE` after a good download.
const HTTP_OK: u16 = 200;

/// The server offers a package (F12 and F13).
pub(crate) fn offered(live: &mut Live<'_>, package: Arc<Package>) {
    let remaining_bytes = package.size_bytes;
    live.flash.update = Some(Update::offered(package));
    if request::needs_agreement(live, Request::Download) {
        request::ask(live, Request::Download);
    } else {
        live.say(Indication::Offered { remaining_bytes });
        live.after(times::FIRST_PROGRESS, Event::Download(DownloadStep::Start));
    }
}

/// A session opened while a download was suspended (F17; switch `resume_quiet`).
pub(crate) fn again(live: &mut Live<'_>) {
    // A request that waits is not answered by switching its agreement off (reference 2.2).
    let asks = request::needs_agreement(live, Request::Download)
        || live.flash.request == Some(Request::Download);
    if asks && !live.ram.download_accepted {
        request::ask(live, Request::Download);
    } else {
        live.after(times::FIRST_PROGRESS, Event::Download(DownloadStep::Start));
    }
}

pub(crate) fn step(live: &mut Live<'_>, step: DownloadStep) {
    match step {
        DownloadStep::Start => start(live),
        DownloadStep::Block => block(live),
        DownloadStep::Written => written(live),
        DownloadStep::Checked => {
            live.say(Indication::SignatureGood);
            live.after(times::STORED_AFTER_CHECK, Event::Download(DownloadStep::Stored));
        }
        DownloadStep::Stored => stored(live),
    }
}

fn start(live: &mut Live<'_>) {
    let Some(update) = &live.flash.update else {
        return;
    };
    let Stage::Fetching { strip } = update.stage else {
        return;
    };
    live.ram.download_accepted = false;
    let size = update.package.size_bytes;
    let from_bytes = strip.whole_bytes();
    if from_bytes == 0 {
        live.ram.percent_told = 0;
        live.say(Indication::DownloadStarts);
    }
    live.ram.percent_told = live.ram.percent_told.max(percent_of(from_bytes, size));
    let whole = live.network.time_for(size).max(times::SHORTEST_DOWNLOAD);
    let whole = live.chance.around(whole);
    live.ram.transfer = Some(Transfer { started: live.now, from_bytes, whole });
    plan_block(live);
}

/// The next block comes as the link delivers it, but not before flash is free.
fn plan_block(live: &mut Live<'_>) {
    let (Some(transfer), Some(update)) = (&live.ram.transfer, &mut live.flash.update) else {
        return;
    };
    let size = update.package.size_bytes;
    let Some(strip) = update.strip() else {
        return;
    };
    let fetched = strip.block_end().saturating_sub(transfer.from_bytes);
    let at = transfer.started + part(transfer.whole, fetched, size);
    live.ram.agenda.add(at.max(live.now), Event::Download(DownloadStep::Block));
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
    if percent > live.ram.percent_told {
        live.ram.percent_told = percent;
        live.say(Indication::Progress { percent });
        coverage::progressed(live, percent);
    }
}

fn written(live: &mut Live<'_>) {
    let Some(strip) = live.flash.update.as_mut().and_then(Update::strip) else {
        return;
    };
    strip.finish_block();
    if !strip.is_full() {
        return plan_block(live);
    }
    live.flash.set_stage(Stage::Fetched);
    live.ram.transfer = None;
    live.ram.http_status = Some(HTTP_OK);
    session::touch(live);
    let left = times::SIGNATURE_CHECK.saturating_sub(times::BLOCK_WRITE);
    live.after(left, Event::Download(DownloadStep::Checked));
}

/// 12 was before 10 (reference switch `store_order`); now the server may order the install.
fn stored(live: &mut Live<'_>) {
    live.flash.set_stage(Stage::Stored);
    live.say(Indication::Stored);
    session::touch(live);
    match live.ram.session {
        Session::Up(_) => {
            live.after(times::SERVER_SPEAKS, Event::Session(SessionStep::ServerSpeaks));
        }
        Session::Connecting(_) | Session::Idle => {}
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
