//! The shape of a step: every action and every modifier, in one object.
//!
//! One object with all keys, so that an editor completes the modifiers before it knows the action;
//! which of them go together is said by `anyOf` and `dependencies`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;

use crate::schema::words::{
    Blocks, Boot, CloudMethod, Duration, NetworkMethod, OneOrMore, Pattern, PowerMethod, Text,
    Times, Whose,
};

/// A step: one action, and what qualifies it. Only `expect` may stand beside `send`.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [
        { "required": ["send"] }, { "required": ["expect"] }, { "required": ["wait"] },
        { "required": ["settle"] }, { "required": ["script"] }, { "required": ["log"] },
        { "required": ["use"] }, { "required": ["power"] }, { "required": ["network"] },
        { "required": ["cloud"] }, { "required": ["call"] }, { "required": ["reboot"] },
        { "required": ["transfer"] }, { "required": ["measure"] }, { "required": ["repeat"] },
    ]),
    extend("dependencies" = {
        "answer": { "anyOf": [{ "required": ["send"] }, { "required": ["transfer"] }] },
        "with": { "anyOf": [{ "required": ["use"] }, { "required": ["call"] }] },
        "save": { "anyOf": [{ "required": ["call"] }, { "required": ["transfer"] }] },
        "steps": ["repeat"], "as": ["repeat"],
        "blocks": ["transfer"], "ends": ["transfer"], "cut_after": ["transfer"],
        "corrupt_block": ["transfer"],
        "repeat_block": ["transfer"], "stall": ["transfer"],
        "value": ["measure"], "from": ["measure"], "to": ["measure"], "unit": ["measure"],
        "at_least": ["measure"], "at_most": ["measure"], "marginal": ["measure"],
    })
)]
pub(crate) struct Step {
    /// Sends a command line and awaits `OK`, or what `answer` says; lines of an `expect` beside it
    /// count from the sending on.
    send: Option<Text>,
    /// Lines that must come: a pattern, or a list in this order between which others may come.
    expect: Option<OneOrMore<Expected>>,
    /// Lets time pass and watches for forbidden lines.
    wait: Option<Duration>,
    /// Waits until the port has been silent for so long.
    settle: Option<Duration>,
    /// A Rhai script with the verbs send, expect, wait, log, fail, now, vars, power, call and
    /// measure.
    script: Option<Text>,
    /// Writes a text into the journal.
    log: Option<Text>,
    /// Does the steps of a fragment, for example `fragments/connect.yaml`.
    #[schemars(rename = "use")]
    use_fragment: Option<Text>,
    /// Switches the module's supply `on` or `off`, or pulls a pin: `reset`, `wake`.
    power: Option<PowerMethod>,
    /// A method of the network: `down`, or a mapping of one method to its parameters.
    network: Option<NetworkMethod>,
    /// A method of the device-management server: `cancel`, or `install: ${package}`.
    cloud: Option<CloudMethod>,
    /// Any method of any role: `module.switch`; its parameters stand in `with`.
    call: Option<Text>,
    /// Awaits that the module boots, and then switches echo off; a duration is its `within`. It
    /// does not cause the boot.
    reboot: Option<Boot>,
    /// Sends a file by XMODEM as soon as the module asks for it: `package` or a path.
    transfer: Option<Text>,
    /// A name for what is measured: between two labels, or the value of an expression.
    measure: Option<Text>,
    /// Does `steps` so many times, until a condition is true, or for each value of a list.
    repeat: Option<Repeat>,

    /// What stands in reports instead of the action.
    name: Option<Text>,
    /// A name for this moment, for `since`, `from` and `to` of later steps.
    label: Option<Text>,
    /// A condition in Rhai; the step is left out when it is not true.
    when: Option<Text>,
    /// Lines that must not come during this step.
    forbid: Option<OneOrMore<Forbidden>>,
    /// Not later than this after the start of the step, or after `since`; beside `power: off` or
    /// `reset`, after the arrival of the line that was taken right before.
    within: Option<Duration>,
    /// Not earlier than this after the start of the step, or after `since`.
    after: Option<Duration>,
    /// A label from which the time counts instead.
    since: Option<Text>,
    /// How many lines must match.
    count: Option<Times>,
    /// Takes matching lines until this condition is true.
    until: Option<Text>,
    /// Its absence is no failure.
    optional: Option<bool>,
    /// The lines of the list may come in any order.
    any_order: Option<bool>,
    /// `broken`: trouble of this step says that the rig is wrong, not the device.
    means: Option<Whose>,
    /// Beside `send` or `transfer`: a pattern for the final result code, `prompt` when the module
    /// asks for data, or `none` to await nothing.
    answer: Option<Text>,
    /// Arguments of the fragment, or parameters of the method.
    with: Option<BTreeMap<String, Value>>,
    /// The variable that the answer of a `call`, or what is known of a `transfer`, becomes.
    save: Option<Text>,
    /// Size of the blocks of a transfer: `1k` with short ones at the end (usual), `1k-only` or 128.
    blocks: Option<Blocks>,
    /// `complete`, or `cancelled` when the module is to give up.
    ends: Option<Ends>,
    /// Stops talking after so much of the file: percent (`40%`) or blocks.
    cut_after: Option<Text>,
    /// Blocks that are sent damaged on purpose, from 1.
    corrupt_block: Option<OneOrMore<Times>>,
    /// Blocks that are sent twice on purpose, from 1.
    repeat_block: Option<OneOrMore<Times>>,
    /// Falls silent on purpose before a block.
    stall: Option<Stall>,
    /// The label at which a measured time begins.
    from: Option<Text>,
    /// The label at which a measured time ends.
    to: Option<Text>,
    /// A Rhai expression that is measured instead of a time.
    value: Option<Text>,
    /// The unit; for times `s` or `ms`.
    unit: Option<Text>,
    /// A measured value below it has failed.
    at_least: Option<Text>,
    /// A measured value above it has failed.
    at_most: Option<Text>,
    /// How near to a bound a value is marginal, in percent of the bound: `10%`.
    marginal: Option<Text>,
    /// The variable that holds the number of the round, from 1, or the item of a list.
    #[schemars(rename = "as")]
    round: Option<Text>,
    /// What is repeated.
    steps: Option<Vec<Step>>,
}

/// A pattern, or a pattern with its own bounds.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Expected {
    Pattern(Pattern),
    Line(ExpectedLine),
}

/// One expected line with what qualifies it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ExpectedLine {
    /// What the line looks like; a named group `(?<name>…)` becomes a variable.
    line: Pattern,
    /// Not later than this after the start of the step, or after `since`.
    within: Option<Duration>,
    /// Not earlier than this after the start of the step, or after `since`.
    after: Option<Duration>,
    /// A label from which the time counts instead.
    since: Option<Text>,
    /// How many lines must match.
    count: Option<Times>,
    /// Takes matching lines until this condition is true.
    until: Option<Text>,
    /// Its absence is no failure.
    optional: Option<bool>,
    /// A name for the moment when it came.
    label: Option<Text>,
    /// `broken`: its absence says that the rig is wrong, not the device.
    means: Option<Whose>,
}

/// A pattern, or a pattern with what its coming means.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Forbidden {
    Pattern(Pattern),
    Line(ForbiddenLine),
}

/// One forbidden line.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ForbiddenLine {
    /// What the line looks like.
    line: Pattern,
    /// `broken`: its coming says that the rig is wrong, not the device.
    means: Option<Whose>,
}

/// How a transfer is to end.
#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Ends {
    Complete,
    Cancelled,
}

/// How often steps are repeated.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Repeat {
    /// So many times: a number or a variable.
    Times(Times),
    Rounds(Rounds),
}

/// One of: so many times, for each item of a list, until a condition is true.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("oneOf" = [
        { "required": ["times"] }, { "required": ["over"] }, { "required": ["until", "at_most"] },
    ])
)]
pub(crate) struct Rounds {
    /// So many times: a number or a variable.
    times: Option<Times>,
    /// For each item of a list, for example `${packages.chain}`.
    over: Option<Value>,
    /// Until this condition in Rhai is true behind a round.
    until: Option<Text>,
    /// The most rounds of an `until`; then the step has failed.
    at_most: Option<Times>,
}

/// A silence on purpose.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Stall {
    /// Before which block, from 1.
    block: Times,
    /// For how long.
    #[schemars(rename = "for")]
    length: Duration,
}
