//! Regular expressions on lines, with variables and with remedies for the usual slips.

use std::sync::Arc;

use regex::bytes::{Regex, RegexBuilder};

use crate::diagnostic::Diagnostic;
use crate::scenario::Template;
use crate::source::Place;
use crate::variables::Variables;

/// A compiled pattern is some kilobytes; a counted repetition of a class can grow without bound.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// A pattern as written. Variables in it stand for their literal text.
#[derive(Clone, Debug)]
pub struct Pattern {
    template: Template,
    /// Compiled already, when it has no variables.
    fixed: Option<Ready>,
    /// Names of its groups, in order.
    pub groups: Vec<String>,
    /// It fits whatever comes.
    vague: bool,
}

/// A pattern ready for use: its variables are filled in.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The pattern's text after filling.
    pub text: Arc<str>,
    pub regex: Regex,
}

/// Why a pattern cannot be used with the values of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// The path of a variable that has no value.
    Unset(String),
    /// A value made it larger than a pattern may be.
    TooLarge,
}

impl Pattern {
    pub fn parse(text: &str, place: &Place) -> Result<Pattern, Diagnostic> {
        if text.is_empty() {
            return Err(Diagnostic::at(place, "an empty pattern fits every line")
                .help("write what the line looks like, or '.' for any line"));
        }
        let template =
            Template::parse(text, place.clone()).map_err(|wrong| Diagnostic::at(place, wrong))?;
        if let Some(at) = literal_plus(text) {
            return Err(Diagnostic::at(place, "bad pattern: this + has nothing to repeat")
                .note(format!("at character {} of the pattern", at + 1))
                .help(format!("quote a literal + as \\+, for example '{}'", quoted(text, at))));
        }
        // Any text will do for the check: a variable is quoted when it is filled in.
        let sample = template.fill_with_sample();
        let ready = Ready::compile(&sample).map_err(|error| explain(text, place, &error))?;
        let groups = ready.regex.capture_names().flatten().map(str::to_owned).collect();
        let vague = ready.fits_everything();
        let fixed = template.is_literal().then_some(ready);
        Ok(Pattern { template, fixed, groups, vague })
    }

    /// The complaint about a pattern that fits every line: nothing would be expected by it, and
    /// everything forbidden.
    pub fn refuse_vague(&self) -> Option<Diagnostic> {
        let message = "this pattern fits every line, and an empty one";
        let remedy =
            "write what the line looks like, or '.' for any line, '(?<name>.+)' to keep it";
        self.vague.then(|| Diagnostic::at(self.place(), message).help(remedy))
    }

    pub fn text(&self) -> &str {
        &self.template.text
    }

    pub fn place(&self) -> &Place {
        &self.template.place
    }

    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Fills in the variables.
    pub fn ready(&self, variables: &Variables) -> Result<Ready, NotReady> {
        if let Some(ready) = &self.fixed {
            return Ok(ready.clone());
        }
        let quote = |value: String| regex::escape(&value);
        let text = self.template.fill_with(variables, quote).map_err(NotReady::Unset)?;
        // Quoted text cannot make a checked pattern wrong, only larger than the limit.
        Ready::compile(&text).map_err(|_| NotReady::TooLarge)
    }
}

/// Lines that have nothing in common: none at all, text, a number, a URC, bytes of no text, and one
/// that is longer than any.
const STRANGERS: [&[u8]; 6] =
    [b"", b"qQ zZ", b"7", b"+WDSI: 16", b"\x01\xfe\xff", &[b'~'; 1 << 16]];

impl Ready {
    /// Whether it says nothing about a line. A pattern that also fits the empty line and lines
    /// without anything in common fits whatever comes.
    fn fits_everything(&self) -> bool {
        STRANGERS.iter().all(|line| self.regex.is_match(line))
    }

    /// Compiles a pattern for lines of bytes: `.` and classes are single bytes.
    pub fn compile(text: &str) -> Result<Ready, regex::Error> {
        let regex =
            RegexBuilder::new(text).unicode(false).size_limit(MAX_COMPILED_BYTES).build()?;
        Ok(Ready { text: text.into(), regex })
    }
}

/// The pattern with a backslash before its character `at`.
fn quoted(text: &str, at: usize) -> String {
    let quote = |(index, c)| if index == at { format!("\\{c}") } else { String::from(c) };
    text.chars().enumerate().map(quote).collect()
}

/// The character of a + behind a start, a group or a bar. The engine would take `^+` for "the
/// start, once or more", and the pattern would then never match a line.
fn literal_plus(text: &str) -> Option<usize> {
    let mut class = false;
    let mut before = '^';
    for (at, c) in text.chars().enumerate() {
        let escaped = before == '\\';
        match c {
            '[' if !escaped => class = true,
            ']' if !escaped => class = false,
            '+' if !class && matches!(before, '^' | '(' | '|') => return Some(at),
            _ => {}
        }
        // An escaped character is no anchor and no backslash for the next one.
        before = if escaped { ' ' } else { c };
    }
    None
}

/// What is wrong with a pattern, with the remedy for the slips that everybody makes once.
fn explain(text: &str, place: &Place, error: &regex::Error) -> Diagnostic {
    let whole = error.to_string();
    let reason = match error {
        regex::Error::CompiledTooBig(_) => "it is too large when compiled",
        _ => whole.lines().last().unwrap_or(&whole).trim().trim_start_matches("error: "),
    };
    let diagnostic = Diagnostic::at(place, format!("bad pattern: {reason}"));
    if let regex::Error::CompiledTooBig(_) = error {
        return diagnostic.help("repeat less: a line is short");
    }
    if text.contains("(?P") || text.contains("(?=") || text.contains("(?!") {
        return diagnostic.help("named groups are (?<name>…); there is no look-around");
    }
    diagnostic.help("a literal . + * ? ( ) [ ] { } | ^ $ or \\ needs a \\ before it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn pattern(text: &str) -> Result<Pattern, Diagnostic> {
        let source = Source::new("t", text);
        Pattern::parse(text, &Place::new(&source, 0..text.len()))
    }

    #[test]
    fn a_literal_plus_gets_its_hint() {
        let wrong = pattern("^+WDSI: 9").unwrap_err();
        assert!(wrong.help.unwrap().contains("\\+"), "{}", wrong.message);
        for slip in ["+CSQ", "(+A|B)", "A|+B"] {
            assert!(pattern(slip).is_err(), "{slip}");
        }
        for right in [r"^\+WDSI", r"\^+", "[(+]", "a+", r"\(+"] {
            assert!(pattern(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn variables_are_literal_text() {
        let variables = Variables::from([("v".to_owned(), serde_json::json!("1.2"))]);
        let ready = pattern("^${v}$").unwrap().ready(&variables).unwrap();
        assert!(ready.regex.is_match(b"1.2") && !ready.regex.is_match(b"1x2"));
        assert_eq!(pattern("^(?<a>x)(?<b>y)").unwrap().groups, ["a", "b"]);
        let large = Variables::from([("v".to_owned(), "x".repeat(MAX_COMPILED_BYTES).into())]);
        let not_ready = |variables| pattern("^${v}$").unwrap().ready(variables).map(|_| ());
        assert_eq!(not_ready(&large), Err(NotReady::TooLarge));
        assert_eq!(not_ready(&Variables::new()), Err(NotReady::Unset("v".to_owned())));
    }

    #[test]
    fn a_pattern_says_something_about_a_line() {
        for nothing in [".*", "^.*$", "(.*)", "(?<all>.*)", "x*", "^", "$", "(OK)?", "|OK", "${v}|"]
        {
            assert!(pattern(nothing).unwrap().refuse_vague().is_some(), "{nothing}");
        }
        for something in [".", ".+", "^$", "^.{0,9}$", "OK.*", "^\\d*$", "${v}*", "^(OK)?$"] {
            assert!(pattern(something).unwrap().refuse_vague().is_none(), "{something}");
        }
    }

    #[test]
    fn lines_are_bytes() {
        assert!(pattern("^a.b$").unwrap().fixed.unwrap().regex.is_match(b"a\xffb"));
    }
}
