//! Parses YAML within limits, and says in plain words what is wrong with it.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use crate::diagnostic::Diagnostic;
use crate::source::{Place, Source};
use crate::yaml::{Entry, Node, Plain, Scalar, Tree};

/// A scenario is some hundred lines; a file above this is not one, and is not read at all.
pub const MAX_FILE_BYTES: u64 = 1 << 20;
/// Values in a file after aliases are expanded: stops "billion laughs" early.
const MAX_NODES: usize = 50_000;
/// Nesting of lists and mappings; a scenario needs six.
const MAX_DEPTH: usize = 40;

/// Parses one document. An empty file is `Tree::Null`.
pub fn parse(source: &Arc<Source>) -> Result<Node, Diagnostic> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
        },
        strict_booleans: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(&source.text, options) {
        Ok(raw) => Ok(locate(source, raw)),
        Err(error) => Err(explain(source, &error)),
    }
}

/// The tree as serde delivers it; [`locate`] turns it into nodes with places.
enum Raw {
    Null,
    Text(String),
    Truth(bool),
    Whole(i64),
    /// A number that is too large to compute with; an identity or a key, and so text.
    Large,
    Fraction(f64),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

fn locate(source: &Arc<Source>, raw: Spanned<Raw>) -> Node {
    let collection = matches!(raw.value, Raw::List(_) | Raw::Map(_));
    let mut marked = range(source, raw.referenced);
    if collection {
        // It has no extent of its own: its first line is what a person recognises.
        let end = source.line_range(source.line(marked.start)).end.max(marked.start);
        marked.end = marked.start + source.text[marked.start..end].trim_end().len();
    }
    let place = Place::new(source, marked);
    let written = || source.text[range(source, raw.defined)].to_owned();
    let scalar = |plain| Tree::Scalar(Scalar { text: written(), plain });
    let tree = match raw.value {
        Raw::Null => Tree::Null,
        Raw::Text(text) => Tree::Scalar(Scalar { text, plain: Plain::Text }),
        Raw::Truth(truth) => scalar(Plain::Truth(truth)),
        Raw::Whole(number) => scalar(Plain::Whole(number)),
        Raw::Large => scalar(Plain::Text),
        Raw::Fraction(number) => scalar(Plain::Fraction(number)),
        Raw::List(items) => {
            Tree::List(items.into_iter().map(|item| locate(source, item)).collect())
        }
        Raw::Map(entries) => Tree::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key: locate(source, key),
                    value: locate(source, value),
                })
                .collect(),
        ),
    };
    Node { place, tree }
}

/// The byte range of a location in the text, without blanks at its end.
fn range(source: &Source, location: Location) -> std::ops::Range<usize> {
    let text = &source.text;
    let size = |number: Option<u64>| number.and_then(|n| usize::try_from(n).ok());
    let start = size(location.span().byte_offset()).unwrap_or_else(|| {
        let whole = |number: u64| usize::try_from(number).unwrap_or(1);
        source.offset(whole(location.line()), whole(location.column()))
    });
    let start = start.min(text.len());
    let end = start + size(location.span().byte_len()).unwrap_or(0);
    match text.get(start..end.min(text.len())) {
        Some(marked) => start..start + marked.trim_end().len(),
        None => start..start,
    }
}

fn explain(source: &Arc<Source>, error: &serde_saphyr::Error) -> Diagnostic {
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    let diagnostic = match error.location() {
        Some(at) => Diagnostic::at(&Place::new(source, range(source, at)), message.clone()),
        None => Diagnostic::new(format!("`{}`: {message}", source.name)),
    };
    let has = |part: &str| message.contains(part);
    if has("budget") || has("recursion") || has("nesting") {
        return Diagnostic {
            message: "the file is larger or deeper than a scenario may be".to_owned(),
            ..diagnostic
        }
        .help(format!(
            "at most {MAX_NODES} values after aliases, nested at most {MAX_DEPTH} deep"
        ));
    }
    if let Some(key) = message.strip_prefix("duplicate mapping key: ") {
        let key = key.split(',').next().unwrap_or(key);
        return Diagnostic { message: format!("`{key}` is given twice"), ..diagnostic }
            .help("remove one of them");
    }
    if has("mapping values are not allowed") || has("illegal placement of ':'") {
        return diagnostic
            .help("quote text that contains `: `, and check that keys of one mapping line up");
    }
    if has("double-quoted") || has("escape") {
        return diagnostic.help("write patterns in 'single quotes': there \\ stands for itself");
    }
    if has("tabs ") {
        return diagnostic.help("indent with blanks: YAML does not allow tabs");
    }
    if has("multiple YAML documents") {
        return Diagnostic {
            message: "more than one document in the file".to_owned(),
            ..diagnostic
        }
        .help("remove the `---` line: a file holds one scenario");
    }
    diagnostic
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Raw, E> {
        Ok(Raw::Truth(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(i64::try_from(number).map_or(Raw::Large, Raw::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Fraction(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Raw, E> {
        Ok(Raw::Text(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map: Vec<(Spanned<Raw>, Spanned<Raw>)> = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<Raw>, Spanned<Raw>>()? {
            if matches!(key.value, Raw::List(_) | Raw::Map(_)) {
                return Err(A::Error::custom("a key must be plain text"));
            }
            map.push((key, value));
        }
        Ok(Raw::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Node, Diagnostic> {
        parse(&Source::new("t.yaml", text))
    }

    #[test]
    fn places_and_texts_are_exact() {
        let node = read("a: 1.10\nb: ['é\\', on, 7]\nc: |\n  x\n  y\n").unwrap();
        let Tree::Map(entries) = &node.tree else { panic!("a mapping: {node:?}") };
        assert_eq!(entries[0].value.to_value(), serde_json::json!("1.10"));
        let items = entries[1].value.list().unwrap();
        assert_eq!(items[0].place.text(), "'é\\'");
        assert_eq!(items[1].to_value(), serde_json::json!("on"));
        assert_eq!(items[2].to_value(), serde_json::json!(7));
        assert_eq!(entries[2].value.text(), Some("x\ny\n"));
        assert_eq!(entries[2].value.place.line(), 4);
    }

    #[test]
    fn large_numbers_stay_as_they_are_written() {
        for text in ["9223372036854775808", "018446744073709551615", "99999999999999999999999"] {
            assert_eq!(read(text).unwrap().to_value(), serde_json::json!(text));
        }
        assert_eq!(read("9223372036854775807").unwrap().to_value(), serde_json::json!(i64::MAX));
    }

    #[test]
    fn limits_are_said_in_plain_words() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                    c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                    e: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
        assert!(read(bomb).unwrap_err().message.contains("larger or deeper"));
        assert!(read(&"[".repeat(100_000)).unwrap_err().message.contains("larger or deeper"));
    }
}
