//! The names that have a value at a point of a scenario, and what can be said of these values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::scenario::{Argument, Data, Scenario, Script};

/// Names that always exist, with what they hold.
const BUILT_IN: [(&str, &[&str]); 3] = [
    ("package", &["name", "from", "to", "kind", "size", "cloud_id", "file"]),
    (PACKAGES, &["all", "chain", "mismatches"]),
    ("rig", &["name", "profile", "apn"]),
];

/// All packages of a run, with what they make together.
pub(crate) const PACKAGES: &str = "packages";

/// Names that a scenario cannot give to a variable.
pub(crate) const RESERVED: [&str; 4] = ["package", PACKAGES, "rig", "vars"];

/// Whether this program itself says what the name holds, the same for every test.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, _)| *built_in == name)
}

/// What is known at a point of the walk.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    variables: BTreeSet<String>,
    /// Names that keep their value throughout a test.
    fixed: BTreeSet<String>,
    labels: BTreeSet<String>,
    /// Every value that a name can have, as far as the files say it.
    values: BTreeMap<String, Vec<Value>>,
}

/// A path of which the value has no such part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lack {
    /// The part of the path that exists.
    pub(crate) whole: String,
    pub(crate) part: String,
    /// What is there instead.
    pub(crate) parts: Vec<String>,
}

/// What an argument has hidden, for [`Known::leave`].
pub(crate) struct Hidden {
    name: String,
    known: bool,
    values: Option<Vec<Value>>,
}

impl Known {
    /// What is known before the first step.
    pub(crate) fn of(scenario: &Scenario) -> Known {
        let params = &scenario.params;
        let examples =
            params.iter().filter_map(|it| Some((it.name.clone(), it.values.examples()?)));
        let mut values: BTreeMap<String, Vec<Value>> = examples.collect();
        for (name, fields) in BUILT_IN {
            let holds = fields.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
            values.insert(name.to_owned(), vec![Value::Object(holds)]);
        }
        let params = params.iter().map(|param| param.name.clone());
        let fixed: BTreeSet<String> = values.keys().cloned().chain(params).collect();
        for (name, value) in scenario.vars.iter().filter(|(name, _)| !fixed.contains(*name)) {
            values.insert(name.clone(), vec![value.clone()]);
        }
        let variables = fixed.iter().chain(values.keys()).cloned().collect();
        Known { variables, fixed, labels: BTreeSet::new(), values }
    }

    pub(crate) fn variables(&self) -> &BTreeSet<String> {
        &self.variables
    }

    pub(crate) fn labels(&self) -> &BTreeSet<String> {
        &self.labels
    }

    pub(crate) fn is_fixed(&self, name: &str) -> bool {
        self.fixed.contains(name) || RESERVED.contains(&name)
    }

    /// A name has a new value, which only the run will know.
    pub(crate) fn learn(&mut self, name: &str) {
        self.variables.insert(name.to_owned());
        self.values.remove(name);
    }

    pub(crate) fn learn_label(&mut self, name: &str) {
        self.labels.insert(name.to_owned());
    }

    /// What a script sets: `vars.name = …`, and the groups of the patterns in its texts.
    pub(crate) fn learn_from(&mut self, script: &Script) {
        let found = ASSIGNED.captures_iter(&script.text).chain(GROUP.captures_iter(&script.text));
        for name in found.filter_map(|found| found.iter().skip(1).flatten().next()) {
            self.learn(name.as_str());
        }
        // A script may change a part of a value in many ways: what it names is known no more.
        if script.words().any(|word| word == "vars") {
            for name in script.words().filter(|name| !RESERVED.contains(name)) {
                self.values.remove(name);
            }
        }
    }

    /// Enters a fragment: its arguments are known inside only.
    pub(crate) fn enter(&mut self, args: &[Argument], with: &[(String, Data)]) -> Vec<Hidden> {
        let mut hidden = Vec::new();
        for Argument { name, default } in args {
            let given = with.iter().find(|(given, _)| given == name).map(|(_, data)| data);
            let value = match given.or(default.as_ref()) {
                Some(Data::Plain(value)) => Some(value),
                Some(Data::Template(_) | Data::List(_) | Data::Map(_)) | None => None,
            };
            let values = match value {
                Some(value) => self.values.insert(name.clone(), vec![value.clone()]),
                None => self.values.remove(name),
            };
            let known = !self.variables.insert(name.clone());
            hidden.push(Hidden { name: name.clone(), known, values });
        }
        hidden
    }

    /// Leaves a fragment: what its arguments had hidden is back.
    pub(crate) fn leave(&mut self, hidden: Vec<Hidden>) {
        for Hidden { name, known, values } in hidden {
            match values {
                Some(values) => self.values.insert(name.clone(), values),
                None => self.values.remove(&name),
            };
            if !known {
                self.variables.remove(&name);
            }
        }
    }

    /// The first part of a path that one of the possible values does not have.
    pub(crate) fn lack(&self, path: &[String]) -> Option<Lack> {
        let (name, rest) = path.split_first()?;
        self.values.get(name)?.iter().find_map(|value| {
            let mut value = value;
            for (index, part) in rest.iter().enumerate() {
                let Some(inner) = value.get(part) else {
                    let parts = value.as_object().into_iter().flat_map(|map| map.keys());
                    let (parts, whole) = (parts.cloned().collect(), path[..=index].join("."));
                    return Some(Lack { whole, part: part.clone(), parts });
                };
                value = inner;
            }
            None
        })
    }
}

/// `vars.name = …` and `vars["name"] = …` in a script make a variable.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let dotted = r"\.\s*([A-Za-z_]\w*)";
    let quoted = r#"\[\s*["`]([A-Za-z_]\w*)["`]\s*\]"#;
    Regex::new(&format!(r"\bvars\s*(?:{dotted}|{quoted})\s*[-+*/%]?=[^=]"))
        .expect("a valid pattern")
});

/// A named group in a script's text makes a variable, when `expect` or `send` takes its line.
static GROUP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\(\?P?<([A-Za-z_]\w*)>").expect("a valid pattern"));
