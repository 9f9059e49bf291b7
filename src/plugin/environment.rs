//! `${env:NAME}` in a setting: its value, which is a secret, or what is wrong with it.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::plugin::secrets::Secrets;
use crate::source::Place;

/// What begins a secret in a setting.
const OPENING: &str = "${env:";

/// Where the values of variables are looked up: the process's environment, or a test's.
pub type LookUp<'l> = dyn Fn(&str) -> Option<String> + 'l;

/// What the settings of a rig take from the environment.
pub(crate) struct Environment<'l> {
    look_up: &'l LookUp<'l>,
    pub(crate) secrets: Secrets,
    /// The variables that are named: no plugin gets them in its own environment.
    pub(crate) named: BTreeSet<String>,
}

/// A text of a rig file with its variables in place.
pub(crate) enum Resolved {
    Plain(String),
    Secret(String),
}

impl<'l> Environment<'l> {
    pub(crate) fn new(look_up: &'l LookUp<'l>) -> Environment<'l> {
        Environment { look_up, secrets: Secrets::default(), named: BTreeSet::new() }
    }

    /// Puts the values in. A `${…}` of another kind is left alone: shells have it too.
    pub(crate) fn resolve(&mut self, text: &str, place: &Place) -> Result<Resolved, Diagnostic> {
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(OPENING) {
            let (name, behind) = behind.split_once('}').ok_or_else(|| {
                Diagnostic::at(place, "this `${env:` has no end").help("write `${env:NAME}`")
            })?;
            let value = self.value(name, place)?;
            self.secrets.add(&value);
            whole += before;
            whole += &value;
            rest = behind;
        }
        if rest.len() == text.len() {
            return Ok(Resolved::Plain(whole + rest));
        }
        whole += rest;
        // The variable alone is hidden already; the whole is longer and goes first.
        self.secrets.add(&whole);
        Ok(Resolved::Secret(whole))
    }

    fn value(&mut self, name: &str, place: &Place) -> Result<String, Diagnostic> {
        if !is_name(name) {
            let message = format!("`{name}` cannot be the name of an environment variable");
            return Err(Diagnostic::at(place, message).help("write for example `${env:AV_TOKEN}`"));
        }
        self.named.insert(name.to_owned());
        let value = (self.look_up)(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            let message = format!("the environment variable `{name}` is not set");
            let help = format!("set it before the run: `export {name}=…`");
            Diagnostic::at(place, message).help(help)
        })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a text is one variable and nothing else.
pub(crate) fn is_variable(text: &str) -> bool {
    let name = text.strip_prefix(OPENING).and_then(|behind| behind.strip_suffix('}'));
    name.is_some_and(is_name)
}
