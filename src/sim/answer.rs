//! Answers to commands and how they are framed (reference 1.1 and 1.2).

use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

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
    /// The network refuses the APN (note 12).
    pub(crate) const BAD_APN: Cme = Cme(133);
    pub(crate) const PIN_NEEDED: Cme = Cme(11);
    pub(crate) const WRONG_PASSWORD: Cme = Cme(16);
    pub(crate) const BAD_PARAMETERS: Cme = Cme(50);
    /// Context cannot be activated, radio off or not registered.
    pub(crate) const ACTIVATION: Cme = Cme(148);
    /// No APN, or a request still waits for its answer.
    pub(crate) const SERVICES: Cme = Cme(650);
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
    /// Plain `ERROR`, whatever `AT+CMEE` says.
    Unknown,
    /// The error comes only after a while; other commands wait.
    ErrorAfter(Duration, Cme),
}

impl Reply {
    pub(crate) fn info(line: &'static str) -> Reply {
        Reply::Info(Cow::Borrowed(line))
    }

    pub(crate) fn line(line: String) -> Reply {
        Reply::Info(Cow::Owned(line))
    }

    /// `OK` after what was done, otherwise error 3.
    pub(crate) fn done(done: Option<()>) -> Reply {
        match done {
            Some(()) => Reply::Ok,
            None => Reply::Error(Cme::NOT_ALLOWED),
        }
    }

    /// Appends the answer; several lines are `compact` (reference switch `multiline`).
    pub(crate) fn print(&self, numeric_errors: Switch, out: &mut Vec<u8>) {
        match self {
            Reply::Ok => {}
            Reply::Info(line) => {
                out.extend_from_slice(b"\r\n");
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Reply::Lines(lines) => {
                out.extend_from_slice(b"\r\n");
                for line in lines {
                    out.extend_from_slice(line.as_bytes());
                    out.extend_from_slice(b"\r\n");
                }
            }
            Reply::Unknown => return out.extend_from_slice(b"\r\nERROR\r\n"),
            Reply::Error(Cme(number)) | Reply::ErrorAfter(_, Cme(number)) => {
                return match numeric_errors {
                    Switch::Off => out.extend_from_slice(b"\r\nERROR\r\n"),
                    Switch::On => write!(out, "\r\n+CME ERROR: {number}\r\n")
                        .expect("writing to memory cannot fail"),
                };
            }
        }
        out.extend_from_slice(b"\r\nOK\r\n");
    }
}
