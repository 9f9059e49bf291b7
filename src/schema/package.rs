//! The shape of a package description.

use schemars::JsonSchema;

use crate::package::MAX_SIZE_BYTES;
use crate::schema::words::{Kinds, Text};

/// A firmware package under test: what `--package` describes.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [{ "required": ["size"] }, { "required": ["file"] }])
)]
pub(crate) struct Package {
    /// What people call it.
    name: Text,
    /// The version that a module must run for a delta to fit, as `AT+CGMR` shows it.
    from: Text,
    /// The version that the module runs afterwards.
    to: Text,
    /// `delta`: the difference to one version. `full`: a whole image, which needs no base.
    kind: Kinds,
    /// What the cloud calls it, when it is there: on AirVantage the uid of its application.
    cloud_id: Option<Text>,
    /// The firmware file, relative to this description.
    file: Option<Text>,
    /// True size of the file in bytes, as `+WDSI: 9,<size>` shows it; needed without `file`.
    #[schemars(range(min = 1, max = MAX_SIZE_BYTES))]
    size: Option<u64>,
}
