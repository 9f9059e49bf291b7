//! What a typed line asks for: a command of the module, or one of the console behind a colon.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, did_you_mean, either};
use crate::duration;
use crate::rig::{methods_of, roles};

/// A longer command is none: modules take some hundred bytes.
const MAX_TYPED_BYTES: usize = 4096;

/// The console's own words, each with what it takes and what it does. A role is one, too.
pub(crate) const WORDS: [(&str, &str, &str); 11] = [
    (":power", "off|on|reset|wake", "switches the supply or a pin of the module"),
    (":network", "down|up|METHOD [JSON]", "asks the network"),
    (":cloud", "install [FILE]|METHOD [JSON]", "asks the device-management server"),
    (":call", "ROLE.METHOD [JSON]", "asks any role of the rig"),
    (":wait", "LENGTH", "waits before the next line: `:wait 5s`"),
    (":skip", "LENGTH", "lets time pass at once on the virtual module: `:skip 10min`"),
    (":send-file", "[FILE]", "sends a file by XMODEM, or the package under test"),
    (":raw", "\"BYTES\"", "sends bytes as they are: `:raw \"AT\\r\"`, `\\x1a`"),
    (":explain", "TEXT", "says what a line, an error or a command means"),
    (":note", "TEXT", "writes your words into the journal"),
    (":quit", "", "ends the conversation, as Ctrl-D does"),
];

/// One typed line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Order {
    Command(String),
    Raw(Vec<u8>),
    Call {
        role: String,
        method: String,
        params: Value,
    },
    /// A package for the server: a file, or the one under test.
    Install(Option<PathBuf>),
    Wait(Duration),
    Skip(Duration),
    SendFile(Option<String>),
    Explain(String),
    Note(String),
    Help,
    Quit,
}

/// Reads a line. Nothing for an empty one and for a remark behind `#`.
pub(crate) fn read(line: &str) -> Result<Option<Order>, Diagnostic> {
    let line = line.trim();
    if line.len() > MAX_TYPED_BYTES {
        let message = format!("this line is longer than {MAX_TYPED_BYTES} bytes");
        return Err(Diagnostic::new(message).help("a file goes by `:send-file FILE`"));
    }
    if let Some(control) = line.chars().find(|c| c.is_control()) {
        let message = format!("this line has the control character {control:?} in it");
        return Err(Diagnostic::new(message).help("bytes that are no text go by `:raw \"…\"`"));
    }
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let Some(order) = line.strip_prefix(':') else {
        return Ok(Some(Order::Command(line.to_owned())));
    };
    let (word, rest) = order.split_once(char::is_whitespace).unwrap_or((order, ""));
    order_of(word, rest.trim()).map(Some)
}

fn order_of(word: &str, rest: &str) -> Result<Order, Diagnostic> {
    let text = |what: &str| match rest {
        "" => Err(Diagnostic::new(format!("`:{word}` needs {what}")).help(usage(word))),
        rest => Ok(rest.to_owned()),
    };
    Ok(match word {
        "quit" | "exit" | "q" => Order::Quit,
        "help" | "h" | "?" => Order::Help,
        "wait" => Order::Wait(length(word, rest)?),
        "skip" => Order::Skip(length(word, rest)?),
        "note" => Order::Note(text("your words")?),
        "explain" => Order::Explain(text("a line, an error or a command")?),
        "send-file" => Order::SendFile((!rest.is_empty()).then(|| rest.to_owned())),
        "raw" => Order::Raw(raw(&text("bytes")?)?),
        "call" => any_call(&text("a role and its method")?)?,
        role if roles().any(|known| known == role) => call(role, &text("one of its methods")?)?,
        _ => {
            let words = WORDS.iter().map(|(word, ..)| *word).chain([":help"]);
            let remedy = did_you_mean(&format!(":{word}"), words)
                .unwrap_or_else(|| "`:help` shows what there is".to_owned());
            return Err(Diagnostic::new(format!("there is no `:{word}`")).help(remedy));
        }
    })
}

/// How a word is used.
fn usage(word: &str) -> String {
    let known = WORDS.iter().find(|(known, ..)| known.strip_prefix(':') == Some(word));
    known.map_or_else(
        || "`:help` shows how it is used".to_owned(),
        |(word, takes, _)| format!("write `{word} {takes}`"),
    )
}

fn length(word: &str, text: &str) -> Result<Duration, Diagnostic> {
    duration::parse(text).map_err(|bad| {
        Diagnostic::new(format!("`:{word}` needs a length, not `{text}`")).help(bad.remedy())
    })
}

fn any_call(text: &str) -> Result<Order, Diagnostic> {
    let (called, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let Some((role, method)) = called.split_once('.') else {
        let message = format!("`{called}` is no role with its method");
        return Err(
            Diagnostic::new(message).help("for example `:call network.set {\"nat\":\"40s\"}`")
        );
    };
    let params = params(rest)?;
    Ok(Order::Call { role: role.to_owned(), method: method.to_owned(), params })
}

fn call(role: &str, text: &str) -> Result<Order, Diagnostic> {
    let (method, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    if !methods_of(role).contains(&method) {
        let known = methods_of(role).iter().copied();
        let remedy = did_you_mean(method, known.clone()).unwrap_or_else(|| {
            format!("it has {}; `:call {role}.{method}` asks all the same", either(known))
        });
        return Err(Diagnostic::new(format!("`{role}` has no method `{method}`")).help(remedy));
    }
    if (role, method) == ("cloud", "install") && !rest.starts_with('{') {
        return Ok(Order::Install((!rest.is_empty()).then(|| PathBuf::from(rest))));
    }
    let params = params(rest)?;
    Ok(Order::Call { role: role.to_owned(), method: method.to_owned(), params })
}

fn params(text: &str) -> Result<Value, Diagnostic> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(params)) => Ok(Value::Object(params)),
        Ok(_) => {
            Err(Diagnostic::new("params are a JSON object").help("for example `{\"nat\":\"40s\"}`"))
        }
        Err(error) => {
            let message = format!("these params are no JSON: {error}");
            Err(Diagnostic::new(message).help("for example `{\"nat\":\"40s\"}`"))
        }
    }
}

/// `"AT\r\x1a"`, with or without its quotes: the escapes of the journal.
fn raw(text: &str) -> Result<Vec<u8>, Diagnostic> {
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let text = quoted.unwrap_or(text);
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        bytes.push(match rest.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('0') => 0,
            Some('\\') => b'\\',
            Some('"') => b'"',
            Some('x') => hex(rest.next(), rest.next()).ok_or_else(bad_escape)?,
            Some(_) | None => return Err(bad_escape()),
        });
    }
    Ok(bytes)
}

fn hex(high: Option<char>, low: Option<char>) -> Option<u8> {
    let digit = |c: Option<char>| c?.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

fn bad_escape() -> Diagnostic {
    Diagnostic::new("there is an escape that nobody knows")
        .help("known are `\\r`, `\\n`, `\\t`, `\\0`, `\\\\`, `\\\"` and `\\x1a`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order(line: &str) -> Order {
        read(line).unwrap().unwrap()
    }

    fn refused(line: &str) -> String {
        let diagnostic = read(line).unwrap_err();
        format!("{}; {}", diagnostic.message, diagnostic.help.unwrap_or_default())
    }

    #[test]
    fn lines_are_commands_or_orders() {
        assert_eq!(order(" AT+CGMR \r"), Order::Command("AT+CGMR".to_owned()));
        assert_eq!(read("  # remark").unwrap(), None);
        assert_eq!(order(r#":raw "AT\r\x1A""#), Order::Raw(b"AT\r\x1a".to_vec()));
        assert_eq!(order(":wait 1.5s"), Order::Wait(Duration::from_millis(1500)));
        assert_eq!(order(":cloud install"), Order::Install(None));
        assert_eq!(order(":cloud install up.yaml"), Order::Install(Some("up.yaml".into())));
        let call = |role: &str, method: &str, params| {
            let (role, method) = (role.to_owned(), method.to_owned());
            Order::Call { role, method, params }
        };
        assert_eq!(order(":power off"), call("power", "off", json!({})));
        let set = call("network", "set", json!({ "nat": "40s" }));
        assert_eq!(order(r#":network set {"nat":"40s"}"#), set);
        assert_eq!(order(":call climate.cold"), call("climate", "cold", json!({})));
    }

    #[test]
    fn slips_are_told_with_a_remedy() {
        assert_eq!(refused(":pwer off"), "there is no `:pwer`; did you mean `:power`?");
        assert_eq!(refused(":power of"), "`power` has no method `of`; did you mean `off`?");
        assert!(refused(":wait 5").contains("did you mean") || refused(":wait 5").contains("5s"));
        assert!(refused(":note").contains("write `:note TEXT`"));
        assert!(refused(":call x").contains("is no role"));
        assert!(refused(":call a.b [1]").contains("JSON object"));
        assert!(refused(":call a.b {").contains("no JSON"));
        assert!(refused(r":raw \q").contains("escape"));
        assert!(refused("AT\u{1}").contains(":raw"));
        assert!(refused(&"A".repeat(5000)).contains("longer"));
    }
}
