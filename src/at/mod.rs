//! AT: bytes from a module become lines with a meaning: the theory, and the public names.
//!
//! A line ends at CR or LF and empty lines are dropped, so it does not matter how the bytes were
//! cut into chunks on their way: one byte at a time gives the same lines as all at once.
//! What a line means follows from two things only: the command that waits for its answer, if any,
//! and the [`Dialect`], which is data (which names are URCs, which commands prompt).
//! While a command waits, a line that equals it is its echo, once; so echo may be on, off, or
//! change in the middle, and nobody has to say which.
//! While a command waits, a final result code ends it; when none waits, `OK` is a text like any
//! other, since nobody asked.
//! A line whose name (what stands before the colon) is a URC's is a URC, unless it is also the name
//! of the running command.
//! Then the form of the command decides: a set command has no information response of its own name,
//! a test command answers with what is not shaped like the URC, and for a read command the shapes
//! of the dialect decide.
//! Where both shapes fit a read, the line is held back, and what comes behind it waits with it: at
//! `OK` it was the information response; when a refusal, a clear response, a second such line, or
//! nothing follows, it was a URC.
//! A prompt (NAK, `C`, `>`) has no line end, so it is taken for one only at the start of a line and
//! only while a command waits that is known to prompt.
//! All else is information while a command waits, and text that nobody claims when none does.
//! Nothing is lost and no byte is forbidden: NULs and invalid UTF-8 are data, and a line beyond
//! [`MAX_LINE`] arrives in marked pieces.

mod classify;
mod command;
mod decoder;
mod dialect;
mod dialect_error;
mod held;
mod line;
mod line_control;
mod result_code;
mod urc;

pub use decoder::{Decoder, MAX_LINE};
pub use dialect::Dialect;
pub use dialect_error::DialectError;
pub use line::{Cut, Kind, Line};
pub(crate) use line_control::{LineControl, split};
pub use urc::{Shape, Urc};
