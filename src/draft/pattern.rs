//! A line that came, as the pattern that it meets the next time as well.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::Value;

use crate::glossary::Glossary;

/// Commands whose answers are measurements: each number in them differs the next time.
const MEASURING: [&str; 8] =
    ["AT+CSQ", "AT+CESQ", "AT+CCLK", "AT+KCELL", "AT+KBND", "AT+COPS", "AT+CBC", "AT+KSLEEP"];

/// What patterns are made with.
pub(crate) struct Patterns<'p> {
    pub(crate) glossary: &'p Glossary,
    pub(crate) package: &'p BTreeMap<String, Value>,
}

/// A pattern with one number in it that a condition looks at.
pub(crate) struct Counted {
    /// What stands before the number; the same for all lines that count alike.
    pub(crate) name: String,
    pub(crate) pattern: String,
    pub(crate) number: u64,
}

impl Patterns<'_> {
    /// The pattern of an unasked line: the parts that the glossary names may differ.
    pub(crate) fn urc(&self, line: &str) -> String {
        let Some((before, _, value, after)) = self.parts(line) else {
            return format!("^{}$", self.quoted(line));
        };
        let value = match self.of_package(&value) {
            Some(variable) => variable,
            None if is_number(&value) => r"\d+".to_owned(),
            None => ".+".to_owned(),
        };
        format!("^{}{value}{}$", escaped(&before), escaped(&after))
    }

    /// The pattern of a line of an answer.
    pub(crate) fn information(&self, command: &str, line: &str) -> String {
        let command = command.to_ascii_uppercase();
        if MEASURING.iter().any(|start| command.starts_with(start)) {
            return format!("^{}$", without_numbers(line));
        }
        format!("^{}$", self.quoted(line))
    }

    /// A line that tells of progress by one number, as `+WDSI: 18,<percent>`.
    pub(crate) fn counted(&self, line: &str) -> Option<Counted> {
        let (before, name, value, after) = self.parts(line)?;
        let number = value.parse().ok()?;
        let pattern = format!(r"^{}(?<{name}>\d+){}$", escaped(&before), escaped(&after));
        Some(Counted { name, pattern, number })
    }

    /// The line, cut at the one part that differs: before, its name, its value, after.
    fn parts(&self, line: &str) -> Option<(String, String, String, String)> {
        let shape = self.glossary.shape_of(line)?;
        let (head, rest) = shape.split_once('<')?;
        let (name, tail) = rest.split_once('>')?;
        let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if tail.contains('<') || !is_name {
            return None;
        }
        let value = line.strip_prefix(head)?.strip_suffix(tail)?;
        Some((head.to_owned(), name.to_owned(), value.to_owned(), tail.to_owned()))
    }

    /// The text, quoted; what is the package's own becomes a variable, and in a URC with quoted
    /// texts, as of a cell, those differ.
    fn quoted(&self, line: &str) -> String {
        if let Some(variable) = self.of_package(line) {
            return variable;
        }
        if line.starts_with('+') && line.matches('"').count() >= 4 {
            return without_texts(line);
        }
        escaped(line)
    }

    /// The variable that stands for a value of the package under test.
    pub(crate) fn of_package(&self, value: &str) -> Option<String> {
        ["from", "to", "size"].into_iter().find_map(|key| {
            let own = match self.package.get(key)? {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            (own == value).then(|| format!("${{package.{key}}}"))
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Quoted for a pattern, as far as it must be; a `${` stands for itself.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

fn without_numbers(line: &str) -> String {
    replaced(line, r"\d+", r"\d+")
}

fn without_texts(line: &str) -> String {
    replaced(line, r#""[^"]*""#, r#""[^"]*""#)
}

/// The line quoted, but for what fits `part`, which becomes `by`.
fn replaced(line: &str, part: &str, by: &str) -> String {
    let part = Regex::new(part).expect("a valid pattern");
    let mut pattern = String::new();
    let mut from = 0;
    for found in part.find_iter(line) {
        pattern += &escaped(&line[from..found.start()]);
        pattern += by;
        from = found.end();
    }
    pattern += &escaped(&line[from..]);
    pattern
}
