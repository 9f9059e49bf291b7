//! Polling: the module connects by itself at the period of `AT+WDSC=3` (note 7.4.2, F09).

use std::time::Duration;

use crate::behaviour::Defect;
use crate::sim::agenda::Event;
use crate::sim::live::Live;
use crate::sim::ram::{Opener, Registration, Session};
use crate::sim::{retry, session};

/// The period is over.
pub(crate) fn due(live: &mut Live<'_>) {
    // At once, and anew at the end of the session: a power cut in it must not end the polling.
    restart(live);
    if session::is_possible(live) {
        retry::end(live);
        session::begin(live, Opener::Module);
    }
}

/// The clock starts anew: after a session, or because the host set the period.
pub(crate) fn restart(live: &mut Live<'_>) {
    let minutes = u64::from(live.flash.polling_minutes);
    let period = match Duration::from_secs(minutes * 60) {
        period if live.has(Defect::PollsTooOften) => period / 2,
        period => period,
    };
    live.flash.poll_at = (minutes > 0).then(|| live.now + period);
    arm(live);
}

/// Puts the next poll on the agenda; an overdue one runs at once.
pub(crate) fn arm(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::Poll);
    if let Some(at) = live.flash.poll_at
        && live.ram.session == Session::Idle
        && live.ram.registration == Registration::Home
        && !live.has(Defect::NeverPolls)
    {
        live.ram.agenda.add(at.max(live.now), Event::Poll);
    }
}
