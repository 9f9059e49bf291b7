//! The small parts that the shapes of files are made of: texts, durations, words of a table.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::behaviour::{Defect, FAMILIES, Noise, SWITCHES, SwitchWords};
use crate::fault::Means;
use crate::package::PackageKind;
use crate::rig::{Credentials, methods_of, roles};

/// Declares shapes that are written by hand: name and schema.
macro_rules! shapes {
    ($($(#[$doc:meta])+ $name:ident = $schema:expr;)+) => {$(
        $(#[$doc])+
        pub(crate) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

/// A number with its unit, or a text with a variable.
const DURATION: &str = r"^\s*\d[\d.]*\s*(ms|s|min|h|d)\s*$|\$\{[^}]+\}";
/// What VS Code says instead of showing the pattern.
const NO_DURATION: &str = "Write a number and a unit: `200ms`, `5s`, `2min`, `1h`, `90d`.";
/// What can stand for `${name}` where a text is no text by itself.
const VARIABLE: &str = r"\$\{[^}]+\}";

shapes! {
    /// Any single value: a number or a truth counts as its text.
    Text = json_schema!({ "type": ["string", "number", "boolean"] });
    /// Names with a text each.
    Texts = json_schema!({
        "type": "object",
        "additionalProperties": { "type": ["string", "number", "boolean"] },
    });
    /// A regular expression on a line.
    Pattern = json_schema!({ "type": ["string", "number", "boolean"], "minLength": 1 });
    /// A number with its unit, or a variable.
    Duration = json_schema!({
        "type": "string",
        "pattern": DURATION,
        "patternErrorMessage": NO_DURATION,
        "examples": ["200ms", "10s", "2min", "1h", "90d"],
    });
    /// Vendor or product of USB; an editor takes the number for decimal.
    UsbNumber = json_schema!({ "anyOf": [
        { "type": "string", "pattern": "^0[xX][0-9a-fA-F]{1,4}$" },
        { "type": "integer", "minimum": 0, "maximum": 65535 },
    ] });
    /// A number from 1 up, or a variable.
    Times = json_schema!({
        "anyOf": [{ "type": "integer", "minimum": 1 }, { "type": "string", "pattern": VARIABLE }],
    });
    /// Size of XMODEM blocks; YAML takes one of the words for a number.
    Blocks = json_schema!({ "enum": ["1k", "1k-only", 128] });
    /// A day.
    Date = json_schema!({
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}$",
        "patternErrorMessage": "Write year, month and day: `2026-12-31`.",
    });
    /// A role that rigs name alike, or one of a plugin.
    Roles = json_schema!({ "anyOf": [plain(&roles().collect::<Vec<_>>()), { "type": "string" }] });
    /// A method of the power role, or one with its params.
    PowerMethod = method("power");
    /// A method of the network, or one with its params.
    NetworkMethod = method("network");
    /// A method of the device-management server, or one with its params.
    CloudMethod = method("cloud");
    /// Whose fault trouble is.
    Whose = plain(&Means::WORDS.map(|(word, _)| word));
    /// How long a boot may take; nothing for the usual time.
    Boot = json_schema!({ "oneOf": [
        { "type": "string", "pattern": DURATION, "patternErrorMessage": NO_DURATION },
        {
            "type": "object",
            "properties": {
                "within": {
                    "description": "The longest that the boot may take.",
                    "type": "string",
                    "pattern": DURATION,
                },
            },
            "additionalProperties": false,
        },
        { "type": "null" },
    ] });
    /// One of the families, with its model.
    Families = words(FAMILIES.iter().map(|family| (family.name, family.model)));
    /// How disturbed a line is.
    Noises = plain(&Noise::WORDS.map(|(word, _)| word));
    /// Which credentials a module holds.
    CredentialWords = plain(&Credentials::ALL.map(Credentials::word));
    /// How much of the firmware a package carries.
    Kinds = plain(&PackageKind::WORDS);
    /// One defect or several.
    Defects = one_or_more(&words(Defect::ALL.iter().map(|it| (it.name(), it.about()))));
    /// A value for each switch that is not at its default.
    Switches = switches();
}

/// One of a table's words, each with what it means.
fn words<'w>(table: impl Iterator<Item = (&'w str, &'w str)>) -> Schema {
    let (words, about): (Vec<_>, Vec<_>) = table.unzip();
    json_schema!({ "type": "string", "enum": words, "enumDescriptions": about })
}

/// One of a table's words.
fn plain(words: &[&str]) -> Schema {
    json_schema!({ "type": "string", "enum": words })
}

/// A method of a role as one word, or as a key with its params.
fn method(role: &str) -> Schema {
    let methods = methods_of(role);
    let params: Map<String, Value> =
        methods.iter().map(|method| ((*method).to_owned(), json!(true))).collect();
    json_schema!({ "anyOf": [plain(methods), {
        "type": "object",
        "properties": params,
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    }] })
}

fn one_or_more(schema: &Schema) -> Schema {
    json_schema!({ "anyOf": [schema, { "type": "array", "items": schema }] })
}

/// A key for each switch. A value may look like a number, and YAML then takes it for one.
fn switches() -> Schema {
    let property = |switch: &SwitchWords| {
        let numbers = switch.values.iter().filter_map(|word| word.parse::<i64>().ok());
        let words = switch.values.iter().map(|word| json!(word));
        let words: Vec<Value> = words.chain(numbers.map(Value::from)).collect();
        let schema = json!({ "description": switch.about.trim(), "enum": words });
        (switch.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = SWITCHES.iter().map(property).collect();
    json_schema!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

// One value or a list of them; a comment of its own would hide those of the keys.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}
