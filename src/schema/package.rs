//! The shape of a package description.

use schemars::JsonSchema;

use crate::package::MAX_SIZE_BYTES;
use crate::schema::words::{Kinds, Text};

/// A firmware package under test: what `--package` describes.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Package {
    /// What people call it.
    name: Text,
    /// The version that a module must run for a delta to fit, as `AT+CGMR` shows it.
    from: Text,
    /// The version that the module runs afterwards.
    to: Text,
    /// `delta`: the difference to one version. `full`: a whole image, which needs no base.
    kind: Kinds,
    /// True size of the file in bytes, as `+WDSI: 9,<size>` shows it.
    #[schemars(range(min = 1, max = MAX_SIZE_BYTES))]
    size: u64,
}
