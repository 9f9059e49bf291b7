//! The lines of a file or a pipe in place of a person, read as they come.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::cli::console::terminal::Key;

/// A longer line is no command; its rest would be the next one.
const MAX_LINE_BYTES: u64 = 1 << 20;

/// Starts to read standard input.
pub(crate) fn start() -> Receiver<Key> {
    let (typed, keys) = mpsc::channel();
    thread::spawn(move || {
        let mut input = BufReader::new(io::stdin());
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
            let key = match read {
                Ok(1..) => Key::Line(String::from_utf8_lossy(&line).into_owned()),
                Ok(0) | Err(_) => Key::End,
            };
            let is_end = key == Key::End;
            if typed.send(key).is_err() || is_end {
                return;
            }
        }
    });
    keys
}
