//! The install of a stored package: order, 14, close, silence, and the version afterwards (9.4).

use crate::sim::agenda::{Agenda, Event, InstallStep};
use crate::sim::boot;
use crate::sim::flash::{Outcome, Request, Stage, Told, UpdateResult};
use crate::sim::front::Front;
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::ram::{Port, Session};
use crate::sim::{request, session, times};

/// The server orders the install: at once, or with the host's agreement.
pub(crate) fn ordered(live: &mut Live<'_>) {
    let waits = live.flash.request == Some(Request::Install);
    if waits || request::needs_agreement(live, Request::Install) {
        request::ask(live, Request::Install);
    } else {
        start(live);
    }
}

pub(crate) fn step(live: &mut Live<'_>, step: InstallStep) {
    match step {
        InstallStep::Start => start(live),
        InstallStep::CloseSession => {
            session::end(live);
            live.say(Indication::Closed);
        }
        InstallStep::Apply => {
            live.ram.port = Port::Dead;
            live.ram.front = Front::default();
            live.ram.agenda = Agenda::default();
            live.after(times::INSTALL, Event::Install(InstallStep::Applied));
        }
        InstallStep::Applied => applied(live),
    }
}

/// 14, then 8 if a session is open (switch `close_at_install`), then silence.
fn start(live: &mut Live<'_>) {
    live.flash.set_stage(Stage::Installing);
    live.say(Indication::UpdateStarts);
    let mut silent = times::SILENT_BEFORE_INSTALL;
    match live.ram.session {
        Session::Idle => {}
        Session::Connecting(_) | Session::Up(_) => {
            live.exactly_after(
                times::CLOSE_BEFORE_INSTALL,
                Event::Install(InstallStep::CloseSession),
            );
            silent += times::CLOSE_BEFORE_INSTALL;
        }
    }
    live.exactly_after(silent, Event::Install(InstallStep::Apply));
}

/// The image is applied, or refused because it was made for another version (switch `mismatch`:
/// 15 after the reboot). From here the update is over and only its result is left.
fn applied(live: &mut Live<'_>) {
    if let Some(update) = live.flash.update.take() {
        let outcome = if update.package.from == live.flash.firmware {
            live.flash.firmware.clone_from(&update.package.to);
            live.flash.updates += 1;
            Outcome::Updated
        } else {
            Outcome::Refused
        };
        live.flash.result = Some(UpdateResult { outcome, told: Told::NotYet });
        live.flash.request = None;
    }
    boot::restart(live);
}
