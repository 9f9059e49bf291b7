//! XMODEM as conversations, over a line that loses bytes, and under rubbish.

mod lossy;
mod receiving;
mod rubbish;
mod sending;
mod wire;
