//! How people name a run: by its number, counted from the last, or by its journal.

use std::path::PathBuf;
use std::str::FromStr;

use crate::diagnostic::Diagnostic;

/// A run as it was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    Number(i64),
    /// `last` is 0, `last-1` is 1.
    FromLast(u32),
    /// Not in the history, or not to be looked up there.
    Journal(PathBuf),
}

impl FromStr for Which {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Which, Diagnostic> {
        if let Ok(number) = text.parse() {
            return Ok(Which::Number(number));
        }
        let back = match text.strip_prefix("last") {
            Some("") => Some(Ok(0)),
            Some(rest) => rest.strip_prefix('-').map(str::parse),
            None => None,
        };
        match back {
            Some(Ok(back)) => Ok(Which::FromLast(back)),
            Some(Err(_)) | None if PathBuf::from(text).exists() => {
                Ok(Which::Journal(PathBuf::from(text)))
            }
            Some(Err(_)) | None => {
                let message = format!("`{text}` is no run");
                let help = "write its number, `last`, `last-1`, or the path of its journal; \
                            `fotarig history` lists them";
                Err(Diagnostic::new(message).help(help))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_in_three_ways() {
        let which = |text: &str| text.parse::<Which>().ok();
        assert_eq!(which("12"), Some(Which::Number(12)));
        assert_eq!(which("last"), Some(Which::FromLast(0)));
        assert_eq!(which("last-3"), Some(Which::FromLast(3)));
        assert_eq!(which("Cargo.toml"), Some(Which::Journal(PathBuf::from("Cargo.toml"))));
        for wrong in ["last-", "last-x", "latest", "", "last--1", "99999999999999999999"] {
            assert_eq!(which(wrong), None, "{wrong}");
        }
    }
}
