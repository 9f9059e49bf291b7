//! A package that came over the AT port: its bytes, and its check before the install (F26, F31).

use std::sync::Arc;

use crate::behaviour::{Defect, Local12};
use crate::package::container::{Flaw, verify};
use crate::package::{Header, Outlook, Package};
use crate::sim::agenda::{Event, InstallStep};
use crate::sim::flash::{Flash, Stage, Update};
use crate::sim::indication::Indication;
use crate::sim::live::Live;
use crate::sim::times;

/// It stays until its install is over, which so has nothing to report (F30.5).
#[derive(Clone, Debug)]
pub(crate) struct LocalPackage {
    /// Grows with each block.
    pub(crate) bytes: Vec<u8>,
    pub(crate) size_bytes: u64,
}

impl LocalPackage {
    pub(crate) fn is_complete(&self) -> bool {
        self.bytes.len() as u64 == self.size_bytes
    }
}

/// 12 and the install, or 13 and nothing.
pub(crate) fn check(live: &mut Live<'_>) {
    let Some(package) = &live.flash.local else {
        return;
    };
    let install = Event::Install(InstallStep::Start);
    match verify(&package.bytes) {
        Err(flaw) if !is_overlooked(live, &flaw) => {
            live.say(Indication::SignatureBad);
            if live.has(Defect::InstallsRejected) {
                live.after(times::INSTALL_AFTER_ACCEPT, install);
            } else {
                live.flash.local = None;
            }
        }
        Ok(_) | Err(_) => {
            match live.settings.switches.local_12 {
                Local12::Printed => live.say(Indication::SignatureGood),
                Local12::Absent => {}
            }
            live.after(times::INSTALL_AFTER_ACCEPT, install);
        }
    }
}

fn is_overlooked(live: &Live<'_>, flaw: &Flaw) -> bool {
    match Outlook::of_flaw(flaw) {
        Outlook::WrongSignature => live.has(Defect::AcceptsBadSignature),
        Outlook::Damaged => live.has(Defect::AcceptsDamage),
        Outlook::Updated | Outlook::WrongBase => true,
    }
}

/// The update that is installed from here on, unless there is one. Bytes that are no package are
/// dropped, whoever has let them come so far.
pub(crate) fn becomes_update(flash: &mut Flash) {
    let (None, Some(local)) = (&flash.update, &flash.local) else {
        return;
    };
    let Ok((header, _)) = Header::read(&local.bytes) else {
        flash.local = None;
        return;
    };
    let Header { name, from, to, kind, size_bytes: _, payload_sha256: _ } = header;
    let package = Package { name, from, to, kind, size_bytes: local.size_bytes, content: None };
    flash.update = Some(Update::offered(Arc::new(package), None));
    flash.set_stage(Stage::Stored);
}
