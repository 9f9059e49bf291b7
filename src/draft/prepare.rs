//! Recognises the commands of `fragments/prepare.yaml` at the beginning of a session.

use std::fmt::Write as _;
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use crate::draft::{Deed, What};
use crate::source::Source;
use crate::variables::show;
use crate::yaml;

/// The use of the fragment, and how many deeds it stands for.
pub(crate) struct Prepared {
    pub(crate) rows: Vec<String>,
    pub(crate) deeds: usize,
}

/// Whether these deeds are what the fragment does, each answered by OK.
pub(crate) fn prepared(deeds: &[Deed], fragment: &Arc<Source>) -> Option<Prepared> {
    let tree = yaml::parse(fragment).ok()?.to_value();
    let steps = tree.get("steps")?.as_array()?;
    let mut with = String::new();
    let mut rest = deeds;
    for step in steps {
        if let Some(asked) = asked_again(step) {
            rest = behind(rest, &asked);
            continue;
        }
        let (deed, others) = rest.split_first()?;
        rest = others;
        let What::Command(sent) = &deed.what else { return None };
        if !deed.is_ok() {
            return None;
        }
        let (pattern, names) = pattern(step.get("send")?.as_str()?)?;
        let found = pattern.captures(sent)?;
        for (name, value) in names.iter().zip(found.iter().skip(1).flatten()) {
            let usual = tree.get("args").and_then(|args| args.get(name)).map(show);
            // The APN of the rig is asked of the rig.
            let is_usual =
                usual.is_none_or(|usual| usual == value.as_str() || usual.contains("${"));
            if !is_usual {
                let comma = if with.is_empty() { "" } else { ", " };
                let _ = write!(with, "{comma}{name}: {}", Value::from(value.as_str()));
            }
        }
    }
    let mut rows = vec!["  - use: fragments/prepare.yaml".to_owned()];
    if !with.is_empty() {
        rows.push(format!("    with: {{ {with} }}"));
    }
    Some(Prepared { rows, deeds: deeds.len() - rest.len() })
}

/// The commands of a step that repeats until something holds. A person asks as often as it takes,
/// which may be not at all.
fn asked_again(step: &Value) -> Option<Vec<&str>> {
    let inner = step.get("steps").filter(|_| step.get("repeat").is_some())?.as_array()?;
    Some(inner.iter().filter_map(|step| step.get("send")?.as_str()).collect())
}

/// The deeds behind those that ask such commands.
fn behind<'d>(deeds: &'d [Deed], asked: &[&str]) -> &'d [Deed] {
    let asks = |deed: &Deed| matches!(&deed.what, What::Command(sent) if asked.contains(&&**sent));
    let first = deeds.iter().position(|deed| !asks(deed)).unwrap_or(deeds.len());
    &deeds[first..]
}

/// `AT+WDSI=${level}` as a pattern, with the names of its groups.
fn pattern(send: &str) -> Option<(Regex, Vec<String>)> {
    let mut text = String::from("^");
    let mut names = Vec::new();
    let mut rest = send;
    while let Some((before, inside)) = rest.split_once("${") {
        let (name, behind) = inside.split_once('}')?;
        text += &regex::escape(before);
        text += r#"([^",]+)"#;
        names.push(name.to_owned());
        rest = behind;
    }
    text += &regex::escape(rest);
    Some((Regex::new(&(text + "$")).ok()?, names))
}
