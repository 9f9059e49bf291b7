//! The cloud as the module meets it: what its device-management server wants from the module.

use std::sync::Arc;

use crate::package::Package;
use crate::sim::flash::Outcome;

/// Lives outside of the module: a power cut does not touch it.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    /// An install operation that has not been reported yet.
    operation: Option<Arc<Package>>,
}

impl Cloud {
    pub(crate) fn new(operation: Option<Arc<Package>>) -> Cloud {
        Cloud { operation }
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
