//! The shapes of a scenario and of a fragment: everything but their steps.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use crate::schema::step::{Forbidden, Step};
use crate::schema::words::{CredentialWords, Date, Duration, OneOrMore, Roles, Text, Texts};

/// A scenario: what to do to a module and what must come back.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Scenario {
    /// What it shows, in a few words; reports name each test by it.
    name: Text,
    /// Where the app note says so, and what must be prepared.
    about: Option<Text>,
    /// Words that `--tag` asks for, for example `power-cut`.
    tags: Option<OneOrMore<Text>>,
    /// What other programs know the test by, for `--report junit-rich`: `test_key: FOTA-12`.
    properties: Option<Texts>,
    /// Roles of the rig that it needs beside its port; without one of them it is skipped. Roles
    /// that its steps use are needed anyway.
    needs: Option<OneOrMore<Roles>>,
    /// Profiles that it is for, as rig files name them; on a rig of another it is skipped.
    profile: Option<OneOrMore<Text>>,
    /// What is brought about or verified before `setup`; what cannot be makes the test broken.
    given: Option<Given>,
    /// Variables with their values: `${name}` in texts, `name` in scripts.
    vars: Option<BTreeMap<String, Value>>,
    /// Parameters: a test for each value, and for each combination of several.
    params: Option<BTreeMap<String, Parameter>>,
    /// Lines that must not come at any time of `steps`.
    forbid: Option<OneOrMore<Forbidden>>,
    /// The longest that `given`, `setup` and `steps` may take together; then the test has failed.
    timeout: Option<Duration>,
    /// Leaves the scenario out, up to and including a day.
    skip: Option<Reservation>,
    /// A failure is expected up to and including a day; a pass is then a failure.
    expected_failure: Option<Reservation>,
    /// The way to the starting point: `forbid` does not apply yet.
    setup: Option<Vec<Step>>,
    /// What is tested, step by step.
    #[schemars(length(min = 1))]
    steps: Vec<Step>,
    /// Steps that are done on every way out; each is tried.
    teardown: Option<Vec<Step>>,
}

/// A fragment: steps that scenarios use with arguments.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Fragment {
    /// What it brings about.
    about: Option<Text>,
    /// Arguments with their defaults; one that is left empty must be given.
    args: Option<BTreeMap<String, Value>>,
    /// What it does, step by step.
    #[schemars(length(min = 1))]
    steps: Vec<Step>,
}

/// What a scenario starts from.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Given {
    /// The version that the module runs, for example `${package.from}`.
    firmware: Option<Text>,
    /// `missing`: no session is possible. `bootstrap`: from the factory. `valid`: for the
    /// device-management server as well.
    credentials: Option<CredentialWords>,
    /// What waits on the device-management server: `offered` is the package under test.
    package_state: Option<PackageState>,
    /// Commands that are sent, each of which must be answered by OK.
    settings: Option<OneOrMore<Text>>,
}

/// What waits on the device-management server.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum PackageState {
    None,
    Offered,
}

/// The values of a parameter.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Parameter {
    /// A test for each value.
    List(#[schemars(length(min = 1))] Vec<Value>),
    /// `{ from, to, step }`, both ends included; `{ random, from, to }` draws so many values.
    Span(Span),
    /// A list that is known before the run, for example `${packages.mismatches}`.
    Variable(#[schemars(regex(pattern = r"^\$\{[^}]+\}$"))] String),
}

/// Values between two ends: at equal distances, or drawn.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Span {
    /// The first or smallest value: a whole number or a duration.
    from: Text,
    /// The last or largest value.
    to: Text,
    /// The distance; 1 for numbers unless said otherwise.
    step: Option<Text>,
    /// Instead of a distance: so many different values, drawn from the seed of the run.
    #[schemars(range(min = 1))]
    random: Option<u32>,
}

/// A reason that ends with a day.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Reservation {
    /// Why; reports say it.
    reason: Text,
    /// The last day: `2026-12-31`.
    until: Date,
}
