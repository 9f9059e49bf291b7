//! The retry timers of `AT+WDSC=4`: a series of further attempts after a connection that failed.

use std::time::Duration;

use crate::behaviour::Defect;
use crate::moment::Moment;
use crate::sim::agenda::Event;
use crate::sim::flash::Request;
use crate::sim::live::Live;
use crate::sim::ram::{Opener, Session};
use crate::sim::{session, times};

/// A running series; it survives resets and power cuts (reference chapter 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Retry {
    /// Minutes, as they were when the series began (reference 2.2).
    timers: [u32; 8],
    /// Whose session it shall become.
    opener: Opener,
    /// How many timers have been used.
    used: usize,
    /// When the next attempt begins.
    pub(crate) at: Moment,
}

/// An attempt starts: arms the timer for the one after it, unless the list is exhausted.
pub(crate) fn arm(live: &mut Live<'_>, opener: Opener) {
    // Somebody else's attempt begins a series of its own.
    let series = live.flash.retry.filter(|series| series.opener == opener);
    let mut series =
        series.unwrap_or(Retry { timers: live.flash.retry_minutes, opener, used: 0, at: live.now });
    // 0 is skipped.
    let rest = series.timers.iter().enumerate().skip(series.used);
    let next = rest.filter(|(_, minutes)| **minutes > 0).map(|(place, m)| (place, *m)).next();
    live.ram.agenda.cancel(Event::Retry);
    live.flash.retry = next.map(|(place, minutes)| {
        series.used = place + 1;
        series.at = live.now + timer(live, minutes);
        series
    });
    wait(live);
}

fn timer(live: &Live<'_>, minutes: u32) -> Duration {
    if live.has(Defect::RetriesAtOnce) {
        return times::EARLY_RETRY;
    }
    Duration::from_secs(u64::from(minutes) * 60)
}

/// The series is over: connected, denied, or the host does not want it.
pub(crate) fn end(live: &mut Live<'_>) {
    live.flash.retry = None;
    live.ram.agenda.cancel(Event::Retry);
}

/// Puts the next attempt on the agenda; one that is overdue follows at once.
pub(crate) fn wait(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::Retry);
    if let Some(series) = live.flash.retry
        && !live.has(Defect::NeverRetries)
    {
        live.ram.agenda.add(series.at.max(live.now), Event::Retry);
    }
}

/// The timer is over. Without a network the attempt waits for the registration, in an install for
/// the boot behind it.
pub(crate) fn due(live: &mut Live<'_>) {
    let Some(series) = live.flash.retry else { return };
    // The host has been asked since: nothing happens before its answer.
    if live.flash.request == Some(Request::Connect) {
        return;
    }
    match live.ram.session {
        Session::Idle if session::is_possible(live) => session::begin(live, series.opener),
        Session::Idle | Session::Up(_) => {}
        // The attempt takes longer than its timer: look again when it may be over.
        Session::Connecting(_) => live.exactly_after(times::UNANSWERED, Event::Retry),
    }
}
