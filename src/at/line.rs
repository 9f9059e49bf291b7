//! A line from a module: when it came, what it is, what it says.

use std::fmt;

use crate::moment::Moment;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The command, sent back by the module.
    Echo,
    /// A line of the running command's answer.
    Information,
    /// The final result code: the running command is done.
    Final,
    /// What the module says unasked.
    Urc,
    /// The module asks for data; such a line has no line end on the wire.
    Prompt,
    /// A line that nothing claims: noise, a bootloader's text, an answer that came too late.
    Text,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Echo => "echo",
            Kind::Information => "information response",
            Kind::Final => "final result code",
            Kind::Urc => "URC",
            Kind::Prompt => "prompt",
            Kind::Text => "text",
        })
    }
}

/// Whether a line is whole, or a piece of one that is longer than [`MAX_LINE`].
///
/// [`MAX_LINE`]: crate::at::MAX_LINE
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cut {
    /// A whole line.
    Whole,
    /// A piece of an over-long line; more of the same line follows.
    Piece,
    /// The last piece of an over-long line.
    LastPiece,
}

/// One line as it came from the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// When the byte arrived that ended the line; for a [`Cut::Piece`], the byte behind it.
    pub at: Moment,
    pub kind: Kind,
    /// Without the line end; any byte but CR and LF may occur.
    pub text: &'a [u8],
    pub cut: Cut,
}
