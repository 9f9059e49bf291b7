//! How a download ends: the check of the package, and whether it is stored (note 9.3; F26 and F27).

use crate::behaviour::{Defect, StoreOrder};
use crate::package::Outlook;
use crate::sim::agenda::{DownloadStep, Event, InstallStep, SessionStep};
use crate::sim::cloud::Flaw;
use crate::sim::download_fault::{self, Strike};
use crate::sim::flash::{Outcome, Request, Stage};
use crate::sim::indication::{Indication, StoreFailure};
use crate::sim::live::Live;
use crate::sim::ram::Session;
use crate::sim::{request, session, times};

/// Status of a download whose bytes came.
const HTTP_OK: u16 = 200;

/// What the module thinks of a package that it has checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// 13, and nothing else.
    Unsigned,
    /// 11,2 without 13.
    Damaged,
}

/// All bytes are in flash: next, the module checks them.
pub(crate) fn complete(live: &mut Live<'_>) {
    live.flash.set_stage(Stage::Fetched);
    live.ram.transfer = None;
    live.ram.http_status = Some(HTTP_OK);
    session::touch(live);
    let left = times::SIGNATURE_CHECK.saturating_sub(times::BLOCK_WRITE);
    live.after(left, Event::Download(DownloadStep::Checked));
}

/// The check is over; which of 12 and 10 comes first is switch `store_order`.
pub(crate) fn checked(live: &mut Live<'_>) {
    if let Some(Strike::Final { failure, status }) = download_fault::strike(live, 100) {
        return fail(live, failure, status);
    }
    examine(live);
    let next = match (verdict(live), live.settings.switches.store_order) {
        (Verdict::Good, StoreOrder::TwelveTen) => {
            live.say(Indication::SignatureGood);
            DownloadStep::Stored
        }
        (Verdict::Good, StoreOrder::TenTwelve) => {
            live.say(Indication::Stored);
            DownloadStep::Stored
        }
        (Verdict::Unsigned, StoreOrder::TwelveTen | StoreOrder::TenTwelve) => {
            live.say(Indication::SignatureBad);
            if live.has(Defect::InstallsRejected) {
                DownloadStep::Stored
            } else {
                DownloadStep::Rejected
            }
        }
        (Verdict::Damaged, StoreOrder::TwelveTen | StoreOrder::TenTwelve) => {
            return rejected(live);
        }
    };
    live.after(times::STORED_AFTER_CHECK, Event::Download(next));
}

/// Complete and good; now the server may order the install.
pub(crate) fn stored(live: &mut Live<'_>) {
    live.flash.set_stage(Stage::Stored);
    live.say(match (verdict(live), live.settings.switches.store_order) {
        (Verdict::Good, StoreOrder::TenTwelve) => Indication::SignatureGood,
        (Verdict::Good, StoreOrder::TwelveTen) | (Verdict::Unsigned | Verdict::Damaged, _) => {
            Indication::Stored
        }
    });
    session::touch(live);
    match live.ram.session {
        Session::Up(_) => {
            live.after(times::SERVER_SPEAKS, Event::Session(SessionStep::ServerSpeaks));
        }
        Session::Connecting(_) | Session::Idle => {}
    }
}

/// The bytes are no good package: 11,2.
pub(crate) fn rejected(live: &mut Live<'_>) {
    fail(live, StoreFailure::BadPackage, Some(HTTP_OK));
}

/// 11: the package and its request are gone, the session stays, the operation has failed. A server
/// that cannot be told offers the package again (F27).
pub(crate) fn fail(live: &mut Live<'_>, failure: StoreFailure, status: Option<u16>) {
    clear(live);
    live.ram.http_status = status;
    live.say(Indication::NotStored(Some(failure)));
    match live.ram.session {
        Session::Up(_) => live.cloud.hear_report(Outcome::Refused),
        Session::Connecting(_) | Session::Idle => {}
    }
    session::touch(live);
}

/// Nothing is left of a package, nor of what was going on with it.
pub(crate) fn clear(live: &mut Live<'_>) {
    live.flash.update = None;
    live.ram.transfer = None;
    live.ram.download_accepted = false;
    live.ram.agenda.cancel_download();
    // Accepted a moment ago.
    live.ram.agenda.cancel(Event::Install(InstallStep::Start));
    request::settle(live, Request::Download);
    request::settle(live, Request::Install);
}

/// Looks at the bytes of a package, as far as anybody can.
fn examine(live: &mut Live<'_>) {
    let Some(update) = &mut live.flash.update else {
        return;
    };
    if let Some(flaw) = update.package.flaw() {
        update.flaw = match Outlook::of_flaw(&flaw) {
            Outlook::WrongSignature => update.flaw.or(Some(Flaw::Unsigned)),
            Outlook::Damaged => Some(Flaw::Corrupt),
            // Whether it fits turns out when it is installed.
            Outlook::Updated | Outlook::WrongBase => update.flaw,
        };
    }
}

fn verdict(live: &Live<'_>) -> Verdict {
    let flaw = live.flash.update.as_ref().and_then(|update| update.flaw);
    match flaw {
        Some(Flaw::Unsigned) if !live.has(Defect::AcceptsBadSignature) => Verdict::Unsigned,
        Some(Flaw::Corrupt) if !live.has(Defect::AcceptsDamage) => Verdict::Damaged,
        Some(Flaw::Unsigned | Flaw::Corrupt) | None => Verdict::Good,
    }
}
