//! The AT commands: how a line is read, and which file answers it.

mod basic;
mod phrases;
mod profile;
mod radio;
mod refusal;
mod services;
mod settings;

pub(crate) use basic::network_time;

use std::time::Duration;

use crate::sim::answer::Reply;
use crate::sim::live::Live;
use crate::sim::times;

/// A command line without its `AT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Command<'l> {
    /// With its sign, as `+WDSS`, `&W` or `I3`; in any case of letters.
    pub(crate) name: &'l str,
    pub(crate) form: Form<'l>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form<'l> {
    /// `AT+CMD`
    Bare,
    /// `AT+CMD?`
    Read,
    /// `AT+CMD=?`
    Test,
    /// `AT+CMD=…`
    Set(&'l str),
}

impl Command<'_> {
    /// None when the line is no text.
    pub(crate) fn parse(line: &[u8]) -> Option<Command<'_>> {
        let line = std::str::from_utf8(line).ok()?.trim();
        let (name, form) = match line.split_once('=') {
            Some((name, "?")) => (name, Form::Test),
            Some((name, values)) => (name, Form::Set(values)),
            None => match line.strip_suffix('?') {
                Some(name) => (name, Form::Read),
                None => (line, Form::Bare),
            },
        };
        Some(Command { name, form })
    }
}

/// How long the module takes to answer `line` (without its `AT`).
pub(crate) fn time(line: &[u8]) -> Duration {
    let begins =
        |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    if begins(b"+WDS") {
        times::SERVICE_ANSWER
    } else if [b"+CFUN=0", b"+CFUN=1", b"+CFUN=4"].into_iter().any(|switch| begins(switch)) {
        times::RADIO_ANSWER
    } else {
        times::SIMPLE_ANSWER
    }
}

/// Does what the command says and gives its answer.
pub(crate) fn carry_out(live: &mut Live<'_>, command: Command<'_>) -> Reply {
    let name = command.name.to_ascii_uppercase();
    let form = command.form;
    let answered = basic::answer(live, &name, form)
        .or_else(|| profile::answer(live, &name, form))
        .or_else(|| radio::answer(live, &name, form))
        .or_else(|| services::answer(live, &name, form))
        .or_else(|| phrases::answer(live, &name, form));
    answered.unwrap_or(Reply::Unknown)
}

/// A decimal number: digits and nothing else.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// All parameters as numbers; None when one is empty or no number.
fn numbers(values: &str) -> Option<Vec<u32>> {
    values.split(',').map(number).collect()
}

/// The parameters of `values`: a comma inside quotes separates nothing. None when a quote is not
/// closed.
fn parameters(values: &str) -> Option<Vec<&str>> {
    let mut in_quotes = false;
    let parts = values.split(|letter| {
        in_quotes ^= letter == '"';
        letter == ',' && !in_quotes
    });
    let parts = parts.collect();
    (!in_quotes).then_some(parts)
}

/// A parameter without its quotes.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_forms() {
        let form = |line: &'static str| Command::parse(line.as_bytes()).map(|found| found.form);
        assert_eq!(form("+WDSS"), Some(Form::Bare));
        assert_eq!(form("+WDSS?"), Some(Form::Read));
        assert_eq!(form("+WDSS=?"), Some(Form::Test));
        assert_eq!(form("+WDSS=1,1"), Some(Form::Set("1,1")));
        assert_eq!(Command::parse(b"\xff"), None);
    }

    #[test]
    fn quotes_hold_commas() {
        assert_eq!(parameters("1,\"a,b\",,"), Some(vec!["1", "\"a,b\"", "", ""]));
        assert_eq!(parameters("1,\"a,b"), None);
        assert_eq!(unquoted("\"\""), "");
    }

    #[test]
    fn numbers_are_digits() {
        assert_eq!(numbers("4,15,60"), Some(vec![4, 15, 60]));
        for wrong in ["", "1,", "+1", "-1", "1 ", "4294967296", "1,,2"] {
            assert_eq!(numbers(wrong), None, "{wrong}");
        }
    }
}
