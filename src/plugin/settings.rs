//! Checks what a rig file says under `with` against a plugin's manifest, and makes it JSON.

use std::fmt;
use std::path::Path;

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::duration;
use crate::plugin::Manifest;
use crate::plugin::environment::{Environment, Resolved};
use crate::plugin::nearest;
use crate::plugin::secrets::MIN_SECRET_CHARS;
use crate::plugin::setting::{Kind, Need, Setting};
use crate::source::Place;
use crate::yaml::{self, Complaints, Entry, Node, Tree};

/// What a plugin is told in `describe`. It holds secrets, so it is never shown.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Settings(pub(crate) Map<String, Value>);

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// Reads settings, with whatever is wrong in them.
pub(crate) struct Reading<'r, 'l> {
    pub(crate) environment: &'r mut Environment<'l>,
    /// The folder that relative paths start from.
    pub(crate) folder: &'r Path,
    pub(crate) complaints: &'r mut Complaints,
    pub(crate) plain_secrets: Plain,
}

/// Whether a secret may stand where it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    Refused,
    /// In a transcript, where it is none.
    Allowed,
}

impl Reading<'_, '_> {
    /// All settings of a plugin; `place` is where the plugin is named.
    pub(crate) fn settings(
        &mut self,
        with: Option<&Node>,
        manifest: &Manifest,
        place: &Place,
    ) -> Settings {
        let entries: &[Entry] = match with.map(|node| &node.tree) {
            Some(Tree::Map(entries)) => entries,
            None | Some(Tree::Null) => &[],
            Some(tree @ (Tree::Scalar(_) | Tree::List(_))) => {
                let place = with.map_or(place, |node| &node.place);
                // What the text is may be secret.
                let found = if matches!(tree, Tree::List(_)) { "a list" } else { "a text" };
                let message = format!("expected settings of the plugin, found {found}");
                self.complaints.push(Diagnostic::at(place, message));
                return Settings::default();
            }
        };
        let known = || manifest.settings.iter().map(|setting| setting.name.as_str());
        for Entry { key, .. } in entries {
            let name = key.text().unwrap_or("");
            if known().any(|known| known == name) {
                continue;
            }
            let message = format!("the plugin `{}` has no setting `{name}`", manifest.name);
            let complaint = Diagnostic::at(&key.place, message);
            self.complaints.push(match known().next() {
                Some(_) => complaint.help(nearest(name, known())),
                None => complaint.help("it has none: remove `with`"),
            });
        }
        let mut settings = Map::new();
        for setting in &manifest.settings {
            let given = entries.iter().find(|entry| entry.key.text() == Some(&setting.name));
            let node = given.map(|entry| &entry.value).or(setting.default.as_ref());
            let value = match node {
                Some(node) => self.value(node, setting),
                None => None,
            };
            if let Some(value) = value {
                settings.insert(setting.name.clone(), value);
            } else if node.is_none() && setting.need == Need::Required {
                self.missing(setting, manifest, with.map_or(place, |node| &node.place));
            }
        }
        Settings(settings)
    }

    fn missing(&mut self, setting: &Setting, manifest: &Manifest, place: &Place) {
        let (name, kind) = (&setting.name, setting.kind.word());
        let message = format!("the plugin `{}` needs the setting `{name}`", manifest.name);
        let about = if setting.about.is_empty() {
            format!("a value of type `{kind}`")
        } else {
            setting.about.clone()
        };
        let complaint = Diagnostic::at(place, message);
        self.complaints.push(complaint.help(format!("write it under `with`: {about}")));
    }

    fn value(&mut self, node: &Node, setting: &Setting) -> Option<Value> {
        let value = match setting.kind {
            Kind::Any => self.anything(node),
            Kind::Map => match node.tree {
                Tree::Map(_) => self.anything(node),
                Tree::Null | Tree::Scalar(_) | Tree::List(_) => {
                    self.wrong(node, setting, "a mapping")
                }
            },
            Kind::List => match &node.tree {
                Tree::List(items) => {
                    let texts = items.iter().map(|item| match item.text() {
                        Some(_) => self.text(item).map(Value::from),
                        None => self.wrong(item, setting, "a text"),
                    });
                    // Each is looked at, so that each mistake is told.
                    let texts: Vec<_> = texts.collect();
                    texts.into_iter().collect::<Option<Value>>()
                }
                Tree::Null | Tree::Scalar(_) | Tree::Map(_) => self.wrong(node, setting, "a list"),
            },
            Kind::Secret => self.secret(node, setting),
            Kind::Text
            | Kind::Integer
            | Kind::Number
            | Kind::Boolean
            | Kind::Duration
            | Kind::Path => self.plain(node, setting),
        }?;
        let allowed = &setting.one_of;
        let is_allowed = |text| allowed.iter().any(|word| Some(word.as_str()) == text);
        if !allowed.is_empty() && !is_allowed(value.as_str()) {
            let message = format!("`{}` cannot be {}", setting.name, node.kind());
            let words = allowed.iter().map(String::as_str);
            let complaint = Diagnostic::at(&node.place, message);
            let found = node.text().unwrap_or("");
            self.complaints.push(complaint.help(nearest(found, words)));
            return None;
        }
        Some(value)
    }

    /// A value that is written as one word or text.
    fn plain(&mut self, node: &Node, setting: &Setting) -> Option<Value> {
        let (kind, wanted) = match setting.kind {
            Kind::Integer => (Kind::Integer, "a whole number"),
            Kind::Number => (Kind::Number, "a number"),
            Kind::Boolean => (Kind::Boolean, "`true` or `false`"),
            Kind::Duration => (Kind::Duration, "a duration such as `5s`"),
            Kind::Path => (Kind::Path, "a path"),
            Kind::Text | Kind::Secret | Kind::List | Kind::Map | Kind::Any => {
                (Kind::Text, "a text")
            }
        };
        if node.text().is_none() {
            return self.wrong(node, setting, wanted);
        }
        let text = self.text(node)?;
        let value = match kind {
            Kind::Integer => text.parse::<i64>().ok().map(Value::from),
            Kind::Number => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                number.map(Value::from)
            }
            Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
            Kind::Duration => {
                duration::parse(&text).ok().map(|length| Value::from(length.as_secs_f64()))
            }
            Kind::Path => Some(Value::from(self.folder.join(&text).to_string_lossy())),
            Kind::Text | Kind::Secret | Kind::List | Kind::Map | Kind::Any => {
                Some(Value::from(text))
            }
        };
        if value.is_none() {
            return self.wrong(node, setting, wanted);
        }
        value
    }

    fn secret(&mut self, node: &Node, setting: &Setting) -> Option<Value> {
        let name = &setting.name;
        let Some(written) = node.text() else { return self.wrong(node, setting, "a secret") };
        match self.resolve(written, node)? {
            Resolved::Secret(value) if value.chars().count() >= MIN_SECRET_CHARS => {
                Some(Value::from(value))
            }
            Resolved::Secret(_) => {
                let message = format!("the secret `{name}` is too short to be hidden");
                let help = format!("{MIN_SECRET_CHARS} characters are the least");
                self.complaints.push(Diagnostic::at(&node.place, message).help(help));
                None
            }
            Resolved::Plain(text) if self.plain_secrets == Plain::Allowed => {
                Some(Value::from(text))
            }
            Resolved::Plain(_) => {
                let message = format!("the secret `{name}` stands in the rig file");
                let help = format!(
                    "take it from the environment: `{name}: \"${{env:{}}}\"`",
                    name.to_uppercase().replace('-', "_")
                );
                // Whoever shows this covers it: a log must not hold the secret either.
                self.complaints.push(Diagnostic::at(&node.place, message).help(help));
                None
            }
        }
    }

    /// Whatever was written, with the variables of its texts in place.
    fn anything(&mut self, node: &Node) -> Option<Value> {
        match &node.tree {
            Tree::Null => Some(Value::Null),
            Tree::Scalar(scalar) => match scalar.plain {
                yaml::Plain::Text => self.text(node).map(Value::from),
                yaml::Plain::Truth(_) | yaml::Plain::Whole(_) | yaml::Plain::Fraction(_) => {
                    Some(node.to_value())
                }
            },
            Tree::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.anything(item)).collect();
                items.into_iter().collect()
            }
            Tree::Map(entries) => {
                let pair = |Entry { key, value }: &Entry| {
                    let name = self.complaints.text(key);
                    Some((name?, self.anything(value)?))
                };
                let pairs: Vec<_> = entries.iter().map(pair).collect();
                let map: Option<Map<String, Value>> = pairs.into_iter().collect();
                map.map(Value::Object)
            }
        }
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        match self.resolve(node.text()?, node)? {
            Resolved::Plain(text) | Resolved::Secret(text) => Some(text),
        }
    }

    fn resolve(&mut self, text: &str, node: &Node) -> Option<Resolved> {
        let resolved = self.environment.resolve(text, &node.place);
        resolved.map_err(|complaint| self.complaints.push(complaint)).ok()
    }

    /// What was written is shown, never what a variable holds.
    fn wrong<T>(&mut self, node: &Node, setting: &Setting, wanted: &str) -> Option<T> {
        let message = format!("`{}` takes {wanted}, and here is {}", setting.name, node.kind());
        self.complaints.push(Diagnostic::at(&node.place, message));
        None
    }
}
