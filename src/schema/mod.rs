//! JSON Schemas of the files that people write, for editors that complete and explain.
//!
//! The loader reads YAML as a tree with places and does not know these shapes; `tests/schema.rs`
//! holds both together. Draft 7 is what VS Code's YAML extension knows best. A shape says which
//! keys and words there are; what they must be together is the loader's to say.

#[expect(dead_code, reason = "a shape is described, never made")]
mod package;
#[expect(dead_code, reason = "a shape is described, never made")]
mod quarantine;
#[expect(dead_code, reason = "a shape is described, never made")]
mod rig;
#[expect(dead_code, reason = "a shape is described, never made")]
mod scenario;
#[expect(dead_code, reason = "a shape is described, never made")]
mod step;
#[expect(dead_code, reason = "a shape is described, never made")]
mod words;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::schema::package::Package;
use crate::schema::quarantine::Quarantine;
use crate::schema::rig::Rig;
use crate::schema::scenario::{Fragment, Scenario};

/// A kind of file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Scenario,
    Fragment,
    Rig,
    Package,
    Quarantine,
}

impl FileKind {
    pub const ALL: [FileKind; 5] = [
        FileKind::Scenario,
        FileKind::Fragment,
        FileKind::Rig,
        FileKind::Package,
        FileKind::Quarantine,
    ];

    /// As it is typed, and the name of its file without the ending.
    pub fn word(self) -> &'static str {
        match self {
            FileKind::Scenario => "scenario",
            FileKind::Fragment => "fragment",
            FileKind::Rig => "rig",
            FileKind::Package => "package",
            FileKind::Quarantine => "quarantine",
        }
    }

    pub fn named(word: &str) -> Option<FileKind> {
        FileKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The schema, as the text of its file.
    pub fn schema(self) -> String {
        let schema = match self {
            FileKind::Scenario => of::<Scenario>(),
            FileKind::Fragment => of::<Fragment>(),
            FileKind::Rig => of::<Rig>(),
            FileKind::Package => of::<Package>(),
            FileKind::Quarantine => of::<Quarantine>(),
        };
        serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
    }
}

fn of<T: JsonSchema>() -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    RecursiveTransform(plain).transform(&mut schema);
    schema.to_value()
}

/// Makes a schema as an editor likes it. A key may be left out, but not left empty: what schemars
/// says of an `Option` goes. One part behind `allOf` goes up, unless it is a reference, beside
/// which draft 7 ignores everything.
fn plain(schema: &mut Schema) {
    let null = [json!("null"), Value::Null];
    for key in ["type", "enum"] {
        if let Some(Value::Array(words)) = schema.get_mut(key) {
            words.retain(|word| !null.contains(word));
            if let (1, "type") = (words.len(), key) {
                let one = words.remove(0);
                schema.insert(key.to_owned(), one);
            }
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&null[0]));
        if choices.len() == 1 {
            let one = choices.remove(0);
            schema.remove("anyOf");
            schema.insert("allOf".to_owned(), json!([one]));
        }
    }
    if let Some(Value::Array(parts)) = schema.get("allOf")
        && let [Value::Object(one)] = parts.as_slice()
        && !one.contains_key("$ref")
    {
        let one = one.clone();
        schema.remove("allOf");
        for (key, value) in one {
            if schema.get(&key).is_none() {
                schema.insert(key, value);
            }
        }
    }
    schema.remove("format");
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}
