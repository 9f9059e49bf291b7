//! Keeps secrets out of whatever a plugin says: each becomes `***`.
//!
//! A secret is known by its text. So it is also looked for as JSON and as a web address write it,
//! and line by line; who turns it into something else (base64, a digest) has made another text.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};

/// What stands for a secret.
const HIDDEN: &str = "***";

/// Shorter texts are part of too much: to hide `1` would destroy every answer, and hides nothing.
pub const MIN_SECRET_CHARS: usize = 4;

/// The texts that must not be told.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    /// The longest first, since one may be part of another.
    texts: Vec<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.texts.len())
    }
}

impl Secrets {
    /// Adds a text with the ways in which it is often written.
    pub fn add(&mut self, secret: &str) {
        let quoted = Value::from(secret).to_string();
        let escaped = quoted[1..quoted.len() - 1].to_owned();
        let lines = secret.lines().map(str::trim).map(str::to_owned);
        let forms = [secret.to_owned(), escaped, percent(secret)].into_iter().chain(lines);
        for form in forms.filter(|form| form.chars().count() >= MIN_SECRET_CHARS) {
            if !self.texts.contains(&form) {
                self.texts.push(form);
            }
        }
        self.texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// Adds what another has.
    pub fn extend(&mut self, other: &Secrets) {
        other.texts.iter().for_each(|text| self.add(text));
    }

    /// How long the longest is: what is cut must be cut after hiding, with that much more.
    pub fn longest(&self) -> usize {
        self.texts.first().map_or(0, String::len)
    }

    /// The text without secrets.
    pub fn hide(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, secret| {
            if text.contains(secret) { text.replace(secret, HIDDEN) } else { text }
        })
    }

    /// The value without secrets, in texts, keys and numbers.
    pub fn hide_in(&self, value: Value) -> Value {
        if self.texts.is_empty() {
            return value;
        }
        match value {
            Value::String(text) => Value::String(self.hide(&text)),
            Value::Number(number) => {
                let (written, hidden) = (number.to_string(), self.hide(&number.to_string()));
                if written == hidden { Value::Number(number) } else { Value::String(hidden) }
            }
            Value::Array(items) => items.into_iter().map(|item| self.hide_in(item)).collect(),
            Value::Object(fields) => {
                let pair = |(key, value): (String, Value)| (self.hide(&key), self.hide_in(value));
                Value::Object(fields.into_iter().map(pair).collect::<Map<_, _>>())
            }
            Value::Null | Value::Bool(_) => value,
        }
    }
}

/// As a web address has it: RFC 3986, section 2.
fn percent(text: &str) -> String {
    let mut written = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            written.push(char::from(byte));
        } else {
            let _ = write!(written, "%{byte:02X}");
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secrets(texts: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        for text in texts {
            secrets.add(text);
        }
        secrets
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let secrets = secrets(&["hunter2", "Bearer hunter2"]);
        assert_eq!(secrets.hide("sent `Bearer hunter2`, hunter2!"), "sent `***`, ***!");
        let value = json!({ "a hunter2": ["xhunter2x", 7, null, { "deep": "hunter2" }] });
        let hidden = json!({ "a ***": ["x***x", 7, null, { "deep": "***" }] });
        assert_eq!(secrets.hide_in(value), hidden);
    }

    #[test]
    fn also_as_json_an_address_a_number_or_a_line_writes_it() {
        let secrets = secrets(&["p\"w&ü", "first line\nsecond line", "12345678"]);
        assert_eq!(secrets.hide(r#"{"pw":"p\"w&ü"}"#), r#"{"pw":"***"}"#);
        assert_eq!(secrets.hide("?pw=p%22w%26%C3%BC"), "?pw=***");
        assert_eq!(secrets.hide("the second line"), "the ***");
        assert_eq!(secrets.hide_in(json!(12_345_678)), json!("***"));
    }

    #[test]
    fn a_short_one_hides_nothing() {
        assert_eq!(
            secrets(&["on", ""]).hide_in(json!({ "power": "on" })),
            json!({ "power": "on" })
        );
    }

    #[test]
    fn debug_tells_none() {
        assert_eq!(format!("{:?}", secrets(&["hunter2"])), "1 secrets");
    }
}
