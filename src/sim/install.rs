//! The install of a stored package: order, 14, close, silence, block after block (note 9.4).
//!
//! The new image is written beside the old one, block by block, and becomes the one that boots with
//! the last block. So the version is the old or the new one at any moment, and an install that lost
//! its power goes on behind its last whole block.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::behaviour::{CloseAtInstall, Defect, InstallTime, Mismatch};
use crate::package::{Package, PackageKind};
use crate::sim::agenda::{Agenda, BootStep, Event, InstallStep};
use crate::sim::flash::{Outcome, Request, Stage};
use crate::sim::flash_strip::FlashStrip;
use crate::sim::front::Front;
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::ram::{Port, Session};
use crate::sim::{boot, local_package, request, result, session, times, version};

/// The image is as large as its modules' flash allows, whatever the size of the package; a block is
/// what one power cut costs. Both are guesses: a 32nd of two minutes is under four seconds.
const IMAGE_BYTES: u64 = 32 << 17;
const IMAGE_BLOCK_BYTES: NonZeroU64 = NonZeroU64::new(1 << 17).expect("not zero");

/// As many as the port carries in a third of a second (reference section 8: "long").
const FLOOD: [u8; 4096] = [0; 4096];

const TRACE: &[u8] = b"\r\nupdater: image 1, 32 blocks\r\nupdater: [ERR] 0x0000 ack late\r\n";

/// The server orders the install: at once, or with the host's agreement.
pub(crate) fn ordered(live: &mut Live<'_>) {
    // The host was quicker, and has accepted what the server is about to order.
    if live.ram.agenda.holds(Event::Install(InstallStep::Start)) {
        return;
    }
    let waits = live.flash.request == Some(Request::Install);
    if waits || request::needs_agreement(live, Request::Install) {
        request::ask(live, Request::Install);
    } else {
        start(live);
    }
}

/// `AT+WDSR=4`; a local package is checked only now.
pub(crate) fn accepted(live: &mut Live<'_>) {
    request::settle(live, Request::Install);
    if live.flash.update.is_none() && live.flash.local.is_some() {
        live.after(times::SOON, Event::Install(InstallStep::Check));
    } else {
        live.after(times::INSTALL_AFTER_ACCEPT, Event::Install(InstallStep::Start));
    }
}

pub(crate) fn step(live: &mut Live<'_>, step: InstallStep) {
    match step {
        InstallStep::Check => local_package::check(live),
        InstallStep::Start => start(live),
        InstallStep::CloseSession => {
            session::end(live);
            match live.settings.switches.close_at_install {
                CloseAtInstall::Told => live.say(Indication::Closed),
                CloseAtInstall::Silent => {}
            }
        }
        InstallStep::Apply => apply(live),
        InstallStep::Block => finish_block(live),
    }
}

/// Goes on with an install that lost its power: silence, no second 14 (F24). False when the module
/// boots instead.
pub(crate) fn take_up(live: &mut Live<'_>) -> bool {
    if live.flash.stage() != Some(Stage::Installing) {
        return false;
    }
    let half_written = live.flash.image.is_some_and(|strip| strip.is_half_written());
    if let Some(strip) = &mut live.flash.image {
        strip.recover();
    }
    if live.has(Defect::InstallLost) {
        live.flash.image = None;
        live.flash.update = None;
        live.flash.local = None;
        return false;
    }
    if live.has(Defect::HalfUpdated) && half_written {
        mix_versions(live);
        return false;
    }
    if live.has(Defect::HangInstall) && half_written {
        // F29: the host's watchdog has switched the module off and on.
        end(live, Some(Outcome::Refused));
        return false;
    }
    write_block(live);
    true
}

/// 14, then 8 if a session is open, then silence.
fn start(live: &mut Live<'_>) {
    local_package::becomes_update(live);
    if live.flash.update.is_none() {
        return;
    }
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

/// The port falls silent and the image is written.
fn apply(live: &mut Live<'_>) {
    let on_the_spot = live.settings.switches.mismatch == Mismatch::WithoutReboot;
    if on_the_spot && verdict(live) == Some(Outcome::Refused) {
        end(live, Some(Outcome::Refused));
        result::tell_now(live);
        return live.after(times::AUTOMATIC_CONNECTION, Event::Boot(BootStep::Resume));
    }
    if live.has(Defect::TraceNoise) {
        live.out.extend_from_slice(TRACE);
    }
    if live.has(Defect::NulFlood) {
        live.out.extend_from_slice(&FLOOD);
    }
    live.ram.port = Port::Dead;
    live.ram.front = Front::default();
    live.ram.agenda = Agenda::default();
    write_block(live);
}

/// Begins to write the next block of the image.
fn write_block(live: &mut Live<'_>) {
    let erased = FlashStrip::erased(IMAGE_BYTES, IMAGE_BLOCK_BYTES);
    let strip = live.flash.image.get_or_insert(erased);
    strip.begin_block();
    // F29: nothing ever finishes this block.
    if live.has(Defect::HangInstall) {
        return;
    }
    let blocks = u32::try_from(IMAGE_BYTES / IMAGE_BLOCK_BYTES).expect("a small constant");
    let whole = match &live.flash.update {
        Some(update) => duration(live, update.package.size_bytes),
        None => Duration::ZERO,
    };
    live.after(whole / blocks, Event::Install(InstallStep::Block));
}

fn finish_block(live: &mut Live<'_>) {
    let Some(strip) = &mut live.flash.image else {
        return;
    };
    strip.finish_block();
    if !strip.is_full() {
        return write_block(live);
    }
    let verdict = verdict(live);
    end(live, verdict);
    boot::restart(live);
}

/// How long the whole image takes (reference switch `install_time`).
fn duration(live: &Live<'_>, package_bytes: u64) -> Duration {
    if live.has(Defect::SlowInstall) {
        return times::INSTALL_SLOW;
    }
    if live.has(Defect::LateInstall) {
        return times::INSTALL_TOO_LONG;
    }
    match live.settings.switches.install_time {
        InstallTime::S120 => times::INSTALL,
        InstallTime::S900 => times::INSTALL_LONGEST,
        InstallTime::BySize => times::install_of(package_bytes),
    }
}

/// How the install of the package ends by itself; None leaves the old version without a word.
fn verdict(live: &Live<'_>) -> Option<Outcome> {
    let package = &live.flash.update.as_ref()?.package;
    if !fits(live, package) {
        return match live.settings.switches.mismatch {
            Mismatch::NoEvent => None,
            Mismatch::AfterReboot | Mismatch::WithoutReboot if live.has(Defect::SilentMismatch) => {
                None
            }
            Mismatch::AfterReboot | Mismatch::WithoutReboot => Some(Outcome::Refused),
        };
    }
    if live.has(Defect::UpdateLooksGood) {
        return None;
    }
    if live.has(Defect::DowngradeRefused) && version::is_older(&package.to, &live.flash.firmware) {
        return None;
    }
    if live.has(Defect::PairRefused) && package.kind == PackageKind::Delta {
        return Some(Outcome::Refused);
    }
    Some(Outcome::Updated)
}

/// Note 12: a delta needs the version that it was made for.
fn fits(live: &Live<'_>, package: &Package) -> bool {
    let again = live.has(Defect::InstallsTwice) && package.to == live.flash.firmware;
    package.fits(&live.flash.firmware) || again || live.has(Defect::AcceptsWrongBase)
}

/// The update is over, and only its result is left.
fn end(live: &mut Live<'_>, outcome: Option<Outcome>) {
    live.flash.image = None;
    live.flash.request = None;
    let Some(update) = live.flash.update.take() else {
        return;
    };
    if outcome == Some(Outcome::Updated) && !live.has(Defect::LiesUpdated) {
        live.flash.firmware = if live.has(Defect::VersionGarbage) {
            "HL7800.?.?.?.0".to_owned()
        } else {
            update.package.to.clone()
        };
        live.flash.updates += 1;
    }
    result::keep(live, outcome);
    if live.has(Defect::InstallsTwice) && live.flash.updates == 1 {
        live.flash.update = Some(update);
        live.flash.set_stage(Stage::Stored);
    } else {
        live.flash.local = None;
    }
}

/// The defect that takes a half-written block for a good one.
fn mix_versions(live: &mut Live<'_>) {
    if let Some(update) = &live.flash.update {
        let mixed = format!("{}/{}", live.flash.firmware, update.package.to);
        end(live, Some(Outcome::Updated));
        live.flash.firmware = mixed;
    }
}
