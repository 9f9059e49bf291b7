//! Answers to commands and how they are framed (reference 1.1 and 1.2).

use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

use crate::behaviour::Multiline;

/// Two positions, as most settings have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Off = 0,
    On = 1,
}

impl Switch {
    /// `0` or `1` as the host writes them.
    pub(crate) fn from_number(number: u32) -> Option<Switch> {
        match number {
            0 => Some(Switch::Off),
            1 => Some(Switch::On),
            _ => None,
        }
    }

    pub(crate) fn number(self) -> u32 {
        self as u32
    }
}

/// The number of a `+CME ERROR` (reference 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cme(pub(crate) u16);

impl Cme {
    /// The usual answer of all device-services commands to bad syntax, range or state.
    pub(crate) const NOT_ALLOWED: Cme = Cme(3);
    pub(crate) const NO_SIM: Cme = Cme(10);
    /// The network refuses the APN (note 12).
    pub(crate) const BAD_APN: Cme = Cme(133);
    pub(crate) const PIN_NEEDED: Cme = Cme(11);
    pub(crate) const WRONG_PASSWORD: Cme = Cme(16);
    pub(crate) const BAD_PARAMETERS: Cme = Cme(50);
    /// Context cannot be activated, radio off or not registered.
    pub(crate) const ACTIVATION: Cme = Cme(148);
    /// No APN, or a request still waits for its answer.
    pub(crate) const SERVICES: Cme = Cme(650);
    /// A session is in progress.
    pub(crate) const IN_PROGRESS: Cme = Cme(652);
    /// What siblings answer to bad parameters of `AT+WDSC`.
    pub(crate) const INVALID_RANGE: Cme = Cme(916);
    pub(crate) const MISSING_PARAMETER: Cme = Cme(917);

    /// Texts of `AT+CMEE=2` (3GPP TS 27.007, 9.2); None is shown as its number.
    fn text(self) -> Option<&'static str> {
        Some(match self {
            Cme::NOT_ALLOWED => "operation not allowed",
            Cme::NO_SIM => "SIM not inserted",
            Cme::PIN_NEEDED => "SIM PIN required",
            Cme::WRONG_PASSWORD => "incorrect password",
            Cme::BAD_PARAMETERS => "incorrect parameters",
            _ => return None,
        })
    }
}

/// `AT+CMEE`: how errors look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorStyle {
    /// `ERROR`, whatever the cause.
    Plain = 0,
    Number = 1,
    /// Only on the oldest firmware (reference switch `cmee_test`).
    Text = 2,
}

/// How an answer looks on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) errors: ErrorStyle,
    /// `ATV`: result codes are words, otherwise digits.
    pub(crate) verbose: Switch,
    /// `ATQ`: there are no result codes.
    pub(crate) quiet: Switch,
    pub(crate) multiline: Multiline,
}

/// What a command is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Ok,
    /// One information response, then `OK`.
    Info(Cow<'static, str>),
    /// Several, then `OK`.
    Lines(Vec<String>),
    Error(Cme),
    /// One information response, and then an error all the same.
    InfoThenError(&'static str, Cme),
    /// Plain `ERROR`, whatever `AT+CMEE` says.
    Unknown,
    /// Nothing yet: `AT+WDSD` is answered when the file has come.
    Later,
    /// The error comes only after a while; other commands wait.
    ErrorAfter(Duration, Cme),
    /// Nothing at all comes back.
    Silence,
}

impl Reply {
    pub(crate) fn info(line: &'static str) -> Reply {
        Reply::Info(Cow::Borrowed(line))
    }

    pub(crate) fn line(line: String) -> Reply {
        Reply::Info(Cow::Owned(line))
    }

    /// `OK` after what was done, otherwise the error of bad parameters.
    pub(crate) fn done(done: Option<()>) -> Reply {
        match done {
            Some(()) => Reply::Ok,
            None => Reply::Error(Cme::BAD_PARAMETERS),
        }
    }

    /// Whether it has information responses.
    pub(crate) fn informs(&self) -> bool {
        match self {
            Reply::Info(_) | Reply::Lines(_) | Reply::InfoThenError(..) => true,
            Reply::Ok
            | Reply::Error(_)
            | Reply::Unknown
            | Reply::ErrorAfter(..)
            | Reply::Later
            | Reply::Silence => false,
        }
    }

    /// Appends the answer.
    pub(crate) fn print(&self, style: Style, out: &mut Vec<u8>) {
        match self {
            Reply::Ok => {}
            Reply::Silence | Reply::Later => return,
            Reply::Info(line) => print_line(style, line, out),
            Reply::Lines(lines) => print_lines(style, lines, out),
            Reply::Unknown => return print_result(style, "ERROR", '4', out),
            Reply::Error(error) | Reply::ErrorAfter(_, error) => {
                return print_error(style, *error, out);
            }
            Reply::InfoThenError(line, error) => {
                print_line(style, line, out);
                return print_error(style, *error, out);
            }
        }
        print_result(style, "OK", '0', out);
    }
}

fn print_line(style: Style, line: &str, out: &mut Vec<u8>) {
    match style.verbose {
        Switch::On => out.extend_from_slice(b"\r\n"),
        Switch::Off => {}
    }
    out.extend_from_slice(line.as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn print_lines(style: Style, lines: &[String], out: &mut Vec<u8>) {
    match (style.multiline, style.verbose) {
        (Multiline::EachLineWrapped, _) | (Multiline::Compact, Switch::Off) => {
            for line in lines {
                print_line(style, line, out);
            }
        }
        (Multiline::Compact, Switch::On) if lines.is_empty() => {}
        (Multiline::Compact, Switch::On) => print_line(style, &lines.join("\r\n"), out),
    }
}

fn print_error(style: Style, error: Cme, out: &mut Vec<u8>) {
    let number = error.0;
    let text = match style.errors {
        ErrorStyle::Plain => return print_result(style, "ERROR", '4', out),
        ErrorStyle::Number => None,
        ErrorStyle::Text => error.text(),
    };
    match (style.quiet, text) {
        (Switch::On, _) => Ok(()),
        (Switch::Off, Some(text)) => write!(out, "\r\n+CME ERROR: {text}\r\n"),
        (Switch::Off, None) => write!(out, "\r\n+CME ERROR: {number}\r\n"),
    }
    .expect("writing to memory cannot fail");
}

/// A final result code; `digit` is its short form (ITU-T V.250, 5.7.1).
fn print_result(style: Style, word: &str, digit: char, out: &mut Vec<u8>) {
    match (style.quiet, style.verbose) {
        (Switch::On, _) => Ok(()),
        (Switch::Off, Switch::On) => write!(out, "\r\n{word}\r\n"),
        (Switch::Off, Switch::Off) => write!(out, "{digit}\r"),
    }
    .expect("writing to memory cannot fail");
}
