//! The cloud as the module meets it: what its device-management server wants from the module.

use std::sync::Arc;

use crate::package::Package;
use crate::sim::download_fault::DownloadFault;
use crate::sim::flash::Outcome;

/// Lives outside of the module: a power cut does not touch it.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    /// An install operation that has not been reported yet.
    operation: Option<Arc<Package>>,
    /// What goes wrong with the next download.
    pub(crate) download_fault: Option<DownloadFault>,
}

/// What is wrong with the bytes that the server has, beside what they say themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Corrupt,
    Unsigned,
}

impl Cloud {
    pub(crate) fn new(operation: Option<Arc<Package>>) -> Cloud {
        Cloud { operation, download_fault: None }
    }

    /// What is wrong with the package that the server wants installed.
    #[expect(
        clippy::unused_self,
        reason = "operations with flaws come with the control vocabulary"
    )]
    pub(crate) fn flaw(&self) -> Option<Flaw> {
        None
    }

    /// The next download goes wrong.
    pub(crate) fn fail_download(&mut self, fault: DownloadFault) {
        self.download_fault = Some(fault);
    }

    /// The package that the server wants installed.
    pub(crate) fn offer(&self) -> Option<Arc<Package>> {
        self.operation.clone()
    }

    /// F30: with the report the operation is over, successful or not.
    pub(crate) fn hear_report(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Updated | Outcome::Refused => self.operation = None,
        }
    }
}
