//! JSON-RPC 2.0 as plugins speak it: one object per line; bytes <-> requests and answers.
//!
//! # Theory of operation
//!
//! The side that calls encodes a request with [`request`] and feeds whatever comes back to
//! [`Ear::hear`], in whatever pieces it comes. A line is an answer, a notification, or a violation
//! of the protocol; after a violation nothing that follows can be trusted, so nothing more is said.
//! Which answer belongs to which request is for the caller to judge: the ids are handed out.
//! Source: the JSON-RPC 2.0 specification (jsonrpc.org), sections 4 and 5; the framing by lines,
//! and what is left out (batches, requests from the plugin), is written in `docs/plugins.md`.

use std::fmt;

use serde_json::{Map, Value};

/// The longest line of a plugin. An answer is a few hundred bytes; the state of a cloud operation
/// some thousand. What is longer is a mistake, and would be kept in memory while it comes.
pub const MAX_ANSWER_BYTES: usize = 1 << 20;

/// What JSON-RPC has a code for (section 5.1), and the code for everything that a plugin refuses.
pub mod code {
    pub const NOT_JSON: i64 = -32700;
    pub const NO_REQUEST: i64 = -32600;
    pub const UNKNOWN_METHOD: i64 = -32601;
    pub const WRONG_PARAMS: i64 = -32602;
}

/// A request as one line, without blanks and with its keys in this order: a plugin in a shell can
/// so find its way without a JSON library.
pub fn request(id: u64, method: &str, params: &Map<String, Value>) -> Vec<u8> {
    let (method, params) = (Value::from(method), Value::from(params.clone()));
    let request = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":{method},"params":{params}}}"#);
    (request + "\n").into_bytes()
}

/// A line that was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Answer { id: Id, is: Result<Value, Refused> },
    Notification { method: String, params: Value },
}

/// Which request an answer belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id {
    Number(u64),
    /// The request could not be read.
    Null,
    /// Something that no request had, as it was written.
    Other(String),
}

/// An error answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    pub code: i64,
    pub message: String,
    /// What the person at the bench can do: `data.remedy`.
    pub remedy: Option<String>,
}

/// What is no line of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// More than [`MAX_ANSWER_BYTES`] without a line end.
    TooLong,
    /// No JSON, with the whole line: who shows it hides what is secret in it, and cuts it then.
    NotJson(String),
    /// JSON, but neither an answer nor a notification: what is wrong, and the whole line.
    NoMessage(&'static str, String),
}

impl fmt::Display for Violation {
    /// What the other side did, as the end of a sentence about it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::TooLong => {
                let limit = MAX_ANSWER_BYTES / 1024;
                write!(f, "said a line of more than {limit} KiB")
            }
            Violation::NotJson(line) => write!(f, "said a line that is no JSON: `{line}`"),
            Violation::NoMessage(why, line) => write!(f, "said {why}: `{line}`"),
        }
    }
}

/// Listens to the other side.
#[derive(Debug, Default)]
pub struct Ear {
    /// The line that has not ended yet.
    line: Vec<u8>,
    is_deaf: bool,
}

impl Ear {
    /// What these bytes complete, in order. A violation is the last that is ever told.
    pub fn hear(&mut self, mut bytes: &[u8]) -> Vec<Result<Said, Violation>> {
        let mut heard = Vec::new();
        while !self.is_deaf && !bytes.is_empty() {
            let end = memchr::memchr(b'\n', bytes);
            let (piece, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            bytes = rest.get(1..).unwrap_or_default();
            let said = if self.line.len() + piece.len() > MAX_ANSWER_BYTES {
                Err(Violation::TooLong)
            } else {
                self.line.extend_from_slice(piece);
                if end.is_none() {
                    continue;
                }
                read(&std::mem::take(&mut self.line))
            };
            self.is_deaf = said.is_err();
            heard.push(said);
        }
        heard
    }

    /// A line that has not ended.
    pub fn unfinished(&self) -> Option<String> {
        (!self.line.is_empty()).then(|| shown(&self.line))
    }
}

fn read(line: &[u8]) -> Result<Said, Violation> {
    let value: Value = serde_json::from_slice(line).map_err(|_| Violation::NotJson(shown(line)))?;
    let wrong = |why| Violation::NoMessage(why, shown(line));
    let Value::Object(mut message) = value else {
        return Err(wrong("JSON that is no object"));
    };
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(wrong("an object without `\"jsonrpc\": \"2.0\"`"));
    }
    let id = message.remove("id");
    if let Some(method) = message.get("method") {
        let method = method.as_str().ok_or_else(|| wrong("a method that is no text"))?.to_owned();
        if id.is_some() {
            return Err(wrong("a request, and only the host asks"));
        }
        let params = message.remove("params").unwrap_or_default();
        return Ok(Said::Notification { method, params });
    }
    let id = id.ok_or_else(|| wrong("an object without `id`"))?;
    match (message.remove("result"), message.remove("error")) {
        (Some(result), None) => Ok(Said::Answer { id: Id::of(&id), is: Ok(result) }),
        (None, Some(error)) => {
            let refused = refused(&error).ok_or_else(|| {
                wrong("an error without a whole number `code` and a text `message`")
            })?;
            Ok(Said::Answer { id: Id::of(&id), is: Err(refused) })
        }
        (Some(_), Some(_)) => Err(wrong("an answer with both `result` and `error`")),
        (None, None) => Err(wrong("an answer with neither `result` nor `error`")),
    }
}

fn refused(error: &Value) -> Option<Refused> {
    Some(Refused {
        code: error.get("code")?.as_i64()?,
        message: error.get("message")?.as_str()?.to_owned(),
        remedy: error["data"]["remedy"].as_str().map(str::to_owned),
    })
}

impl Id {
    fn of(id: &Value) -> Id {
        match (id.as_u64(), id) {
            (Some(number), _) => Id::Number(number),
            (None, Value::Null) => Id::Null,
            (None, other) => Id::Other(other.to_string()),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Number(number) => number.fmt(f),
            Id::Null => f.write_str("null"),
            Id::Other(text) => f.write_str(text),
        }
    }
}

/// A line for a message; what is not UTF-8 shows as `�`.
fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(text: &str) -> Vec<Result<Said, Violation>> {
        Ear::default().hear(text.as_bytes())
    }

    #[test]
    fn how_bytes_are_chunked_does_not_matter() {
        let text = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"power\":\"on\"}}\r\n\
                    {\"jsonrpc\":\"2.0\",\"method\":\"log\",\"params\":{\"text\":\"é\"}}\n\
                    {\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32000,\"message\":\"gone\",\
                    \"data\":{\"remedy\":\"plug it in\"}}}\nno JSON\n\n";
        let whole = hear(text);
        assert_eq!(whole.len(), 4, "{whole:?}");
        assert!(whole[3].is_err());
        for size in 1..text.len() {
            let mut ear = Ear::default();
            let pieces = text.as_bytes().chunks(size).flat_map(|piece| ear.hear(piece));
            assert_eq!(pieces.collect::<Vec<_>>(), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (line, what) in [
            ("hello", "no JSON: `hello`"),
            ("", "no JSON"),
            ("[1]", "no object"),
            (r#"{"id":1,"result":null}"#, "without `\"jsonrpc\""),
            (r#"{"jsonrpc":"2.0","result":null}"#, "without `id`"),
            (r#"{"jsonrpc":"2.0","id":1}"#, "neither"),
            (r#"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#, "both"),
            (r#"{"jsonrpc":"2.0","id":1,"error":"bad"}"#, "an error without"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"x"}"#, "only the host asks"),
            (r#"{"jsonrpc":"2.0","method":1}"#, "no text"),
        ] {
            let [Err(violation)] = &hear(&format!("{line}\n"))[..] else { panic!("{line}") };
            assert!(violation.to_string().contains(what), "{line}: {violation}");
        }
        let deep = format!("{}\n", "[".repeat(100_000));
        assert!(hear(&deep)[0].is_err());
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let mut ear = Ear::default();
        let piece = vec![b'x'; 64 * 1024];
        let told: Vec<_> = (0..1600).flat_map(|_| ear.hear(&piece)).collect();
        assert_eq!(told, [Err(Violation::TooLong)]);
        assert!(ear.line.len() <= MAX_ANSWER_BYTES);
        assert!(ear.hear(b"\n{}\n").is_empty(), "nothing can be trusted any more");
    }

    #[test]
    fn an_id_is_a_whole_number() {
        for (id, expected) in [("7", Id::Number(7)), ("null", Id::Null)] {
            let line = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":null}}\n");
            let is = Ok(Value::Null);
            assert_eq!(hear(&line), [Ok(Said::Answer { id: expected, is })]);
        }
        for id in ["\"7\"", "7.5", "-1", "[7]"] {
            let line = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":null}}\n");
            let [Ok(Said::Answer { id: Id::Other(text), .. })] = &hear(&line)[..] else {
                panic!("{id}")
            };
            assert_eq!(text, id);
        }
    }

    #[test]
    fn a_request_is_one_line() {
        let params = Map::from_iter([("text".to_owned(), Value::from("a\nb"))]);
        let line = String::from_utf8(request(3, "power.off", &params)).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        let told: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(told["id"], 3);
        assert_eq!(told["params"]["text"], "a\nb");
    }
}
