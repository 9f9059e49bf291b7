//! The language of the control socket: a line becomes a request, what came of it becomes a line.

use serde_json::{Map, Value, json};

/// What a controller wants: `{"role":"power","method":"off","params":{},"id":1}`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Request {
    pub(super) role: String,
    pub(super) method: String,
    /// Null when there are none.
    pub(super) params: Value,
    /// Comes back with the answer.
    id: Option<Value>,
}

/// What came of a request; an error is a sentence for people.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    outcome: Result<Value, String>,
    id: Option<Value>,
}

impl Request {
    /// Reads a line. What cannot be a request is answered at once.
    pub(super) fn parse(line: &[u8]) -> Result<Request, Answer> {
        if line.trim_ascii().is_empty() {
            return Err(Answer::refusal(
                r#"this line is blank; expected `{"role": …, "method": …}`"#,
            ));
        }
        let value = serde_json::from_slice(line)
            .map_err(|error| Answer::refusal(format!("this line is no JSON: {error}")))?;
        let Value::Object(mut fields) = value else {
            return Err(Answer::refusal(r#"expected `{"role": …, "method": …}`"#));
        };
        let id = fields.remove("id");
        match read(fields) {
            Ok((role, method, params)) => Ok(Request { role, method, params, id }),
            Err(sentence) => Err(Answer { outcome: Err(sentence), id }),
        }
    }

    pub(super) fn answer(self, outcome: Result<Value, String>) -> Answer {
        Answer { outcome, id: self.id }
    }
}

impl Answer {
    /// An error that belongs to no request.
    pub(super) fn refusal(sentence: impl Into<String>) -> Answer {
        Answer { outcome: Err(sentence.into()), id: None }
    }

    /// The line with its end.
    pub(super) fn line(self) -> Vec<u8> {
        let mut line = match self.outcome {
            Ok(result) => json!({ "result": result }),
            Err(sentence) => json!({ "error": sentence }),
        };
        if let Some(id) = self.id {
            line["id"] = id;
        }
        format!("{line}\n").into_bytes()
    }
}

/// Role, method and parameters; the id has been taken out.
fn read(mut fields: Map<String, Value>) -> Result<(String, String, Value), String> {
    let mut text = |key| match fields.remove(key) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("`{key}` must be a text, not `{other}`")),
        None => Err(format!("`{key}` is missing")),
    };
    let (role, method) = (text("role")?, text("method")?);
    let params = match fields.remove("params") {
        None => Value::Null,
        Some(params @ (Value::Object(_) | Value::Null)) => params,
        Some(other) => return Err(format!("`params` must be an object, not `{other}`")),
    };
    match fields.keys().next() {
        Some(key) => Err(format!("unknown key `{key}`: there are role, method, params and id")),
        None => Ok((role, method, params)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let answer = match Request::parse(line.as_bytes()) {
            Ok(request) => {
                let done = json!([request.role, request.method, request.params]);
                request.answer(Ok(done))
            }
            Err(answer) => answer,
        };
        String::from_utf8(answer.line()).expect("JSON is UTF-8")
    }

    #[test]
    fn requests_are_read_and_answered_on_one_line() {
        let off = r#"{"role":"power","method":"off"}"#;
        assert_eq!(said(off), "{\"result\":[\"power\",\"off\",null]}\n");
        let skip = r#" {"role":"clock","method":"skip","params":{"time":"1d"},"id":[7]} "#;
        let expected = "{\"id\":[7],\"result\":[\"clock\",\"skip\",{\"time\":\"1d\"}]}\n";
        assert_eq!(said(skip), expected);
    }

    #[test]
    fn what_is_no_request_is_told_what_is_wrong() {
        for (line, words) in [
            ("", "is blank"),
            (" \r", "is blank"),
            ("garbage", "no JSON"),
            (&"[".repeat(100_000), "no JSON"),
            ("[1]", "expected"),
            (r#"{"method":"off"}"#, "`role` is missing"),
            (r#"{"role":"a"}"#, "`method` is missing"),
            (r#"{"role":1,"method":"off"}"#, "`role` must be a text"),
            (r#"{"role":"a","method":"b","params":[]}"#, "`params` must be an object"),
            (r#"{"role":"a","method":"b","parms":{}}"#, "unknown key `parms`"),
        ] {
            let said = said(line);
            assert!(said.starts_with("{\"error\":") && said.contains(words), "{said}");
        }
        assert!(said(r#"{"id":"x"}"#).contains(r#""id":"x""#));
    }
}
