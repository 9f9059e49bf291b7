//! What can be wrong with an entry of a dialect.

use std::error::Error;
use std::fmt;

use crate::at::urc::Shape;

/// What is wrong with an entry of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialectError {
    /// A URC's name is empty, or has a colon or a line end in it.
    Name { name: String },
    /// A shape is no regular expression.
    Pattern {
        shape: Shape,
        pattern: String,
        /// As the regex crate draws it, several lines.
        reason: String,
    },
    /// A prompt without command or bytes, or one that is a line end or begins a response.
    Prompt { command: String },
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DialectError::Name { name } => write!(
                f,
                "`{name}` is no URC name: write what stands before the colon, such as `+WDSI`"
            ),
            DialectError::Pattern { pattern, reason, .. } => {
                // The last line says it; the others draw the pattern, which stands in the file.
                let last = reason.lines().last().unwrap_or(reason).trim();
                let why = last.trim_start_matches("error: ");
                write!(f, "`{pattern}` is no regular expression: {why}")
            }
            DialectError::Prompt { command } => write!(
                f,
                "the prompt of `{command}` needs a command and at least one byte, none of them a \
                 line end or `+`"
            ),
        }
    }
}

impl Error for DialectError {}
