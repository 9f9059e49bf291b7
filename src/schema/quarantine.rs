//! The shape of a quarantine file.

use schemars::JsonSchema;

use crate::schema::words::{Date, Text};

/// Tests that may fail for a while: what `--quarantine` names.
#[derive(JsonSchema)]
pub(crate) struct Quarantine(Vec<Case>);

/// Tests that are in quarantine together.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Case {
    /// The id of a test or a scenario; `*` stands for any text, `?` for any character.
    test: Text,
    /// The only rig on which they may fail; all unless said otherwise.
    rig: Option<Text>,
    /// Why they may fail, for example the number of a defect report.
    reason: Text,
    /// The last day on which they may.
    until: Date,
}
