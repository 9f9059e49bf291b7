//! Sleep and hibernation, `AT+KSLEEP`: when the module falls asleep and what wakes it.
//!
//! Asleep it hears nothing: input is lost, not kept (reference 1.5). The WAKEUP pin, DTR and its
//! own URCs wake it. What it is doing on the network goes on, since its timers do.

use std::time::Duration;

use crate::behaviour::Defect;
use crate::sim::agenda::Event;
use crate::sim::boot;
use crate::sim::flash::Stage;
use crate::sim::live::Live;
use crate::sim::ram::Session;
use crate::sim::times;

/// A busy module looks again so late at the latest: its delay may be a second, a session months.
const BUSY_LOOK: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sleep {
    Awake,
    Asleep(Depth),
    /// On its way up, still without answers.
    Waking(Depth),
    /// Awake without ears, a defect that only a reset ends.
    Deaf,
}

/// Level of `AT+KSLEEP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    Sleep,
    /// Hibernation that keeps its memory: its end is not announced (guess).
    LiteHibernate,
    Hibernate,
}

/// The host's DTR line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dtr {
    Asserted,
    /// The module may sleep, if `AT+KSLEEP=0` makes it look.
    Dropped,
}

/// Whether bytes from the host arrive.
pub(crate) fn hears(live: &mut Live<'_>) -> bool {
    if live.has(Defect::Asleep) && live.ram.sleep != Sleep::Awake {
        // They are lost, and wake it all the same.
        wake(live);
    }
    live.ram.sleep == Sleep::Awake
}

/// Something was sent, said or set: the time until sleep begins anew.
pub(crate) fn touch(live: &mut Live<'_>) {
    live.ram.agenda.cancel(Event::FallAsleep);
    if wanted(live).is_some() && live.ram.sleep == Sleep::Awake {
        live.exactly_after(delay(live), Event::FallAsleep);
    }
}

/// The delay of `AT+KSLEEP`; 0 would leave no time to send `AT+KSLEEP=2` (guess).
fn delay(live: &Live<'_>) -> Duration {
    Duration::from_secs(u64::from(live.flash.sleep[2].max(1)))
}

/// The time without input or output is over.
pub(crate) fn fall_asleep(live: &mut Live<'_>) {
    match wanted(live) {
        Some(depth) if !is_busy(live) => {
            live.ram.sleep = Sleep::Asleep(depth);
            live.ram.front.forget_line();
        }
        // What the module says and answers begins the time anew, so the end of a session or of a
        // command is seldom waited for.
        Some(_) => live.exactly_after(delay(live).max(BUSY_LOOK), Event::FallAsleep),
        None => {}
    }
}

/// The WAKEUP pin, or DTR.
pub(crate) fn wake(live: &mut Live<'_>) {
    match live.ram.sleep {
        Sleep::Asleep(depth) => {
            live.ram.sleep = Sleep::Waking(depth);
            let time = match depth {
                Depth::Sleep => times::WAKE_FROM_SLEEP,
                Depth::LiteHibernate | Depth::Hibernate => times::WAKE_FROM_HIBERNATION,
            };
            live.after(time, Event::Awake);
        }
        Sleep::Awake => touch(live),
        Sleep::Waking(_) | Sleep::Deaf => {}
    }
}

/// Wide awake: after the WAKEUP pin, or because the module has something to say.
pub(crate) fn rouse(live: &mut Live<'_>) {
    let depth = match live.ram.sleep {
        Sleep::Asleep(depth) | Sleep::Waking(depth) => depth,
        Sleep::Awake | Sleep::Deaf => return,
    };
    live.line.wake();
    live.ram.agenda.cancel(Event::Awake);
    live.ram.sleep = match depth {
        Depth::LiteHibernate | Depth::Hibernate if live.has(Defect::HibernateDeaf) => Sleep::Deaf,
        Depth::Sleep | Depth::LiteHibernate | Depth::Hibernate => Sleep::Awake,
    };
    match depth {
        Depth::Hibernate => boot::announce(live),
        Depth::Sleep | Depth::LiteHibernate => touch(live),
    }
}

/// How deep the module sleeps once it is idle; None when it must stay awake.
fn wanted(live: &Live<'_>) -> Option<Depth> {
    if live.has(Defect::Asleep) {
        return Some(Depth::Sleep);
    }
    let [mode, level, _] = live.flash.sleep;
    match (mode, live.dtr) {
        (0, Dtr::Dropped) | (1, Dtr::Asserted | Dtr::Dropped) => Some(match level {
            0 => Depth::Sleep,
            1 => Depth::LiteHibernate,
            _ => Depth::Hibernate,
        }),
        _ => None,
    }
}

/// What keeps a module awake (guess).
fn is_busy(live: &Live<'_>) -> bool {
    live.ram.front.is_running()
        || live.ram.session != Session::Idle
        || live.flash.stage() == Some(Stage::Fetched)
        || live.flash.stage() == Some(Stage::Installing)
        || live.ram.agenda.holds(Event::Reboot)
}
