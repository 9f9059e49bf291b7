//! The download of a package: offer, progress, suspension by its absence, signature, storing.
//!
//! Bytes reach flash whenever 18 is said, in whole units. A suspended download is only the state
//! that flash has; whatever stops the session drops the transfer, which lives in RAM.

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
    live.flash.update = Some(Update { package, stage: Stage::Fetching { stored_bytes: 0 } });
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
        DownloadStep::Progress => progress(live),
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
    let Stage::Fetching { stored_bytes } = update.stage else {
        return;
    };
    live.ram.download_accepted = false;
    let size = update.package.size_bytes;
    if stored_bytes == 0 {
        live.ram.percent_told = 0;
        live.say(Indication::DownloadStarts);
    }
    let whole = live.network.time_for(size).max(times::SHORTEST_DOWNLOAD);
    live.ram.transfer = Some(Transfer {
        started: live.now,
        from_bytes: stored_bytes,
        whole: live.chance.around(whole),
        next_percent: live.ram.percent_told,
    });
    plan_progress(live, stored_bytes);
}

/// 18 comes with each percent, but not before another unit has reached flash.
fn plan_progress(live: &mut Live<'_>, stored_bytes: u64) {
    let (Some(transfer), Some(update)) = (&mut live.ram.transfer, &live.flash.update) else {
        return;
    };
    let size = update.package.size_bytes;
    let unit = percent_at(update.next_unit(stored_bytes), size);
    transfer.next_percent = unit.max(live.ram.percent_told.saturating_add(1)).min(100);
    let fetched = bytes_at(transfer.next_percent, size).saturating_sub(transfer.from_bytes);
    let at = transfer.started + part(transfer.whole, fetched, size);
    let at = at.max(live.now);
    live.ram.agenda.add(at, Event::Download(DownloadStep::Progress));
}

fn progress(live: &mut Live<'_>) {
    let (Some(transfer), Some(update)) = (&live.ram.transfer, &mut live.flash.update) else {
        return;
    };
    let percent = transfer.next_percent;
    let stored_bytes = update.stored(bytes_at(percent, update.package.size_bytes));
    live.ram.percent_told = percent;
    if percent < 100 {
        update.stage = Stage::Fetching { stored_bytes };
        live.say(Indication::Progress { percent });
        plan_progress(live, stored_bytes);
        return coverage::progressed(live, percent);
    }
    update.stage = Stage::Fetched;
    live.ram.transfer = None;
    live.ram.http_status = Some(HTTP_OK);
    live.say(Indication::Progress { percent });
    session::touch(live);
    live.after(times::SIGNATURE_CHECK, Event::Download(DownloadStep::Checked));
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

/// How many whole bytes `percent` of `size` are.
fn bytes_at(percent: u8, size: u64) -> u64 {
    let bytes = u128::from(size) * u128::from(percent) / 100;
    u64::try_from(bytes).unwrap_or(size).min(size)
}

/// The first percent at which all of `bytes` are there.
fn percent_at(bytes: u64, size: u64) -> u8 {
    if size == 0 {
        return 100;
    }
    let percent = (u128::from(bytes) * 100).div_ceil(u128::from(size));
    u8::try_from(percent).unwrap_or(100).min(100)
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
    fn percents_and_bytes_agree_at_the_edges() {
        for size in [1, 99, 100, 1464, 1_199_028, u64::MAX] {
            assert_eq!(bytes_at(0, size), 0);
            assert_eq!(bytes_at(100, size), size);
            assert_eq!(percent_at(size, size), 100);
            assert_eq!(part(Duration::from_secs(9), size, size).as_secs(), 9);
        }
        assert_eq!((bytes_at(100, 0), percent_at(0, 0)), (0, 100));
        assert_eq!(percent_at(bytes_at(37, 1_199_028), 1_199_028), 37);
    }
}
