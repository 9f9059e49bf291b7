//! Text with `${variables}` in it.

use crate::source::Place;
use crate::variables::{Variables, is_name, look_up, show};

/// Text as written, split at its variables. `$${` stands for a literal `${`.
#[derive(Clone, Debug)]
pub struct Template {
    pub text: String,
    pub place: Place,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Variable(Vec<String>),
}

impl Template {
    /// Splits the text. The error says what is wrong with a `${…}`.
    pub fn parse(text: &str, place: Place) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                literal.push_str(&rest[..at - 1]);
                literal.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            literal.push_str(&rest[..at]);
            let inside = &rest[at + 2..];
            let Some(end) = inside.find('}') else {
                return Err("`${` without its `}`; write `$${` for a literal `${`".to_owned());
            };
            let path: Vec<String> = inside[..end].split('.').map(|n| n.trim().to_owned()).collect();
            if !path.iter().all(|name| is_name(name)) {
                let name = &inside[..end];
                return Err(format!(
                    "`${{{name}}}` does not name a variable; compute it in a `script`"
                ));
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Variable(path));
            rest = &inside[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Template { text: text.to_owned(), place, parts })
    }

    /// The dotted paths of its variables, each with its place.
    pub fn variables(&self) -> impl Iterator<Item = (&[String], Place)> {
        let mut from = 0;
        self.parts.iter().filter_map(move |part| match part {
            Part::Literal(_) => None,
            Part::Variable(path) => {
                let written = format!("${{{}}}", path.join("."));
                let found = self.place.text()[from..].find(&written);
                let place = match found {
                    Some(at) => {
                        let start = from + at;
                        from = start + written.len();
                        self.place.part(start..from)
                    }
                    None => self.place.clone(),
                };
                Some((path.as_slice(), place))
            }
        })
    }

    /// Whether it is nothing but one variable, whose value keeps its type.
    pub fn is_lone(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Variable(_)])
    }

    pub fn is_literal(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, Part::Variable(_)))
    }

    /// The text with its variables filled in; the error is the path of an unknown one.
    pub fn fill(&self, variables: &Variables) -> Result<String, String> {
        self.fill_with(variables, |value| value)
    }

    /// As [`Template::fill`], with each variable's text passed through `quote`.
    pub fn fill_with(
        &self,
        variables: &Variables,
        quote: impl Fn(String) -> String,
    ) -> Result<String, String> {
        let mut filled = String::with_capacity(self.text.len());
        for part in &self.parts {
            match part {
                Part::Literal(text) => filled.push_str(text),
                Part::Variable(path) => {
                    let value = look_up(variables, path).ok_or_else(|| path.join("."))?;
                    filled.push_str(&quote(show(value)));
                }
            }
        }
        Ok(filled)
    }

    /// The text with something harmless in place of each variable, for checks at load time.
    pub fn fill_with_sample(&self) -> String {
        let part = |part: &Part| match part {
            Part::Literal(text) => text.clone(),
            // Of more than one letter: behind a variable, `*` and `?` are about its last one.
            Part::Variable(_) => "xx".to_owned(),
        };
        self.parts.iter().map(part).collect()
    }

    /// The variable's own value when the text is nothing but one variable, so that lists stay
    /// lists; otherwise the filled text.
    pub fn value(&self, variables: &Variables) -> Result<serde_json::Value, String> {
        match self.parts.as_slice() {
            [Part::Variable(path)] => {
                look_up(variables, path).cloned().ok_or_else(|| path.join("."))
            }
            _ => self.fill(variables).map(serde_json::Value::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn template(text: &str) -> Result<Template, String> {
        let source = Source::new("t", text);
        Template::parse(text, Place::new(&source, 0..text.len()))
    }

    #[test]
    fn fills_paths_and_keeps_escapes() {
        let mut variables = Variables::new();
        variables.insert("package".into(), serde_json::json!({ "from": "1.2" }));
        variables.insert("n".into(), serde_json::json!(7));
        let filled = template("a ${package.from} $${x} ${n}").unwrap().fill(&variables);
        assert_eq!(filled.as_deref(), Ok("a 1.2 ${x} 7"));
        assert_eq!(template("${m}").unwrap().fill(&variables), Err("m".into()));
        assert!(template("${a + 1}").unwrap_err().contains("script"));
        assert!(template("${a").unwrap_err().contains("without its"));
    }

    #[test]
    fn a_lone_variable_keeps_its_type() {
        let variables = Variables::from([("l".to_owned(), serde_json::json!([1, 2]))]);
        assert_eq!(template("${l}").unwrap().value(&variables), Ok(serde_json::json!([1, 2])));
        assert_eq!(template("x${l}").unwrap().value(&variables), Ok(serde_json::json!("x1,2")));
    }
}
