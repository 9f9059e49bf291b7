//! What a boot makes of a package that it finds in flash (note 11.1, 11.4 and 13).

use crate::behaviour::Defect;
use crate::sim::agenda::{DownloadStep, Event};
use crate::sim::cloud::Flaw;
use crate::sim::flash::{Request, Stage};
use crate::sim::live::Live;
use crate::sim::ram::BootCause;
use crate::sim::times;

/// Drops the block that was left half-written; whole blocks survive whatever the cause.
pub(crate) fn take_stock(live: &mut Live<'_>) {
    let forgets = live.has(match live.ram.cause {
        BootCause::Reset => Defect::ForgetsPackage,
        BootCause::PowerOn => Defect::LosesPackage,
    });
    let counts_half_blocks = live.has(Defect::CountsHalfBlocks);
    let Some(update) = &mut live.flash.update else {
        return;
    };
    let Stage::Fetching { strip } = &mut update.stage else {
        return;
    };
    if counts_half_blocks && strip.is_half_written() {
        strip.finish_block();
        update.flaw = Some(Flaw::Corrupt);
    }
    strip.recover();
    if forgets {
        live.flash.update = None;
        // There is nothing left that it could be about.
        live.flash.request.take_if(|request| *request == Request::Download);
    }
}

/// All bytes were there and the check was not over: it is done again, whatever is asked when.
pub(crate) fn check(live: &mut Live<'_>) {
    if live.flash.stage() == Some(Stage::Fetched) {
        let delay = times::REQUESTS_AFTER_BOOT + times::SIGNATURE_CHECK;
        live.after(delay, Event::Download(DownloadStep::Checked));
    }
}
