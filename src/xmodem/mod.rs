//! XMODEM, both ends: carries a file in numbered blocks, one at a time, each checked and answered.
//!
//! # Theory
//!
//! The *receiver* leads. It says a start character until the first block comes, and the character
//! chooses the check: NAK asks for an 8-bit sum of the data, `C` for a CRC of 16 bits.
//! The *sender* answers with a block, and every block goes like this:
//!
//! ```text
//! SOH  number  255-number  128 data bytes   check     number: 1, 2, … 255, 0, 1, …
//! STX  number  255-number  1024 data bytes  check     both lengths may mix ("1K-XMODEM")
//! ```
//!
//! ACK asks for the next block, NAK for the same one again. Behind the last block comes EOT, which
//! is answered by ACK. CAN CAN between blocks gives up, from either end. Nothing carries the
//! length of the file: the last block is filled up with 0x1A, and who knows the length drops that.
//!
//! All trouble is solved by two numbers and silence:
//! - A lost ACK makes the sender repeat a block that is stored. It has the number of the last good
//!   block: ACK, and drop it.
//! - Any other number is a block that was lost for good: NAK, and after ten in a row CAN CAN.
//! - A block that is damaged may have lost bytes or its length, so nobody knows where the next one
//!   begins. The receiver purges: it drops everything until the line is silent, then says NAK.
//! - Silence inside a block (1 s) or between blocks (10 s) is answered by NAK, which repeats
//!   whatever was lost, block or answer.
//!
//! An 8-bit sum misses one damaged block of 256, and a doubled answer puts a sender one block
//! ahead for good. That is XMODEM, not this file.
//!
//! Chapter 6 of the reference says how the module speaks it: `[seen]` in the field or `[guess]`.
//!
//! # Use
//!
//! Neither end does I/O or reads a clock. Call `advance` with the time and the bytes that came, and
//! do what it returns, until it returns `Wait`; then call it again when bytes come or the moment
//! has come. It takes what it used off the front of `input`. Each `Say` is one write: there are
//! senders that look only at the first byte of what they read (6.2, 5).

mod block;
mod receiver;
mod sender;
mod settings;

pub(crate) use block::{EOT, LONG, SHORT, SOH, STX};
pub use receiver::{Received, Receiver, Receiving};
pub use sender::{Sender, Sending, Sent, Traffic};
pub use settings::{
    AnswerFault, Blocks, Frame, FrameFault, ReceiverSettings, SenderSettings, ShortBlocks, Start,
    Sums, WrongAnswer, WrongFrame,
};
