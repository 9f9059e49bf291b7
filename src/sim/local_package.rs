//! A package that came over the AT port: its bytes, and its check before the install (F26, F31).

use std::sync::Arc;

use crate::behaviour::{Defect, Local12};
use crate::package::container::{Flaw, is_container, verify};
use crate::package::{Content, Header, Outlook, Package};
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
    let checked = match among(live.known, &package.bytes) {
        Some(_) => Ok(()),
        None => verify(&package.bytes).map(drop),
    };
    match checked {
        Err(flaw) if !is_overlooked(live, &flaw) => {
            live.say(Indication::SignatureBad);
            if live.has(Defect::InstallsRejected) {
                live.after(times::INSTALL_AFTER_ACCEPT, install);
            } else {
                live.flash.local = None;
            }
        }
        Ok(()) | Err(_) => {
            match live.settings.switches.local_12 {
                Local12::Printed => live.say(Indication::SignatureGood),
                Local12::Absent => {}
            }
            live.after(times::INSTALL_AFTER_ACCEPT, install);
        }
    }
}

/// The package of a vendor that these bytes are. Its format is not ours to read, so it is taken as
/// well made, as over the air.
fn among<'k>(known: &'k [Arc<Package>], bytes: &[u8]) -> Option<&'k Arc<Package>> {
    let is_it = |package: &&Arc<Package>| {
        let content = package.content.as_ref().map(Content::bytes);
        content.is_some_and(|content| content == bytes && !is_container(content))
    };
    known.iter().find(is_it)
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
pub(crate) fn becomes_update(live: &mut Live<'_>) {
    let flash: &mut Flash = live.flash;
    let (None, Some(local)) = (&flash.update, &flash.local) else {
        return;
    };
    // It has been checked, or not, as it shall be.
    let (file, content) = (None, None);
    let package = if let Some(known) = among(live.known, &local.bytes) {
        Package { file, content, ..Package::clone(known) }
    } else if let Ok((header, _)) = Header::read(&local.bytes) {
        let Header { name, from, to, kind, size_bytes: _, payload_sha256: _ } = header;
        let (size_bytes, cloud_id) = (local.size_bytes, None);
        Package { name, from, to, kind, size_bytes, cloud_id, file, content }
    } else {
        flash.local = None;
        return;
    };
    flash.update = Some(Update::offered(Arc::new(package), None));
    flash.set_stage(Stage::Stored);
}
