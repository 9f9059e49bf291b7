//! The decoder: cuts the bytes of a port into lines and prompts, and tells which is what.

use std::mem;
use std::sync::Arc;

use memchr::memchr2;

use crate::at::classify::{Sense, asked, unasked};
use crate::at::command::Command;
use crate::at::dialect::Dialect;
use crate::at::held::Held;
use crate::at::line::{Cut, Kind, Line};
use crate::moment::Moment;

/// The longest line that is delivered whole; more than any answer has, little enough to keep. It
/// bounds the memory of a decoder whose module floods it without a line end.
pub const MAX_LINE: usize = 1024 * 1024;

const CR: u8 = b'\r';
const LF: u8 = b'\n';

/// A space that belongs to a `>` before it (27.005, 3.5.1) and to no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Space {
    Data,
    OfPrompt,
}

/// Makes lines out of the bytes of one port. Does no I/O: bytes and their stamps are given to it.
#[derive(Clone, Debug)]
pub struct Decoder {
    dialect: Arc<Dialect>,
    /// The command that waits for its final result code.
    command: Option<Command>,
    held: Held,
    /// The line that has begun; empty exactly at the start of a line, never beyond [`MAX_LINE`].
    partial: Vec<u8>,
    /// What the end of the running line will be: `Whole`, or `LastPiece` when pieces went before.
    cut: Cut,
    space: Space,
}

impl Decoder {
    pub fn new(dialect: Arc<Dialect>) -> Decoder {
        Decoder {
            dialect,
            command: None,
            held: Held::default(),
            partial: Vec::new(),
            cut: Cut::Whole,
            space: Space::Data,
        }
    }

    /// A command line is about to be written (without its CR): echo and answer are awaited.
    ///
    /// A command that still waits is given up, as by [`Decoder::abandon`]; what was held back for
    /// it is delivered by the next call.
    pub fn sent(&mut self, command: &[u8]) {
        self.held.decide(Kind::Urc);
        let prompts = self.dialect.prompts(command);
        self.command = Some(Command::new(command, prompts));
    }

    /// The answer is not awaited any more: what comes later is no answer. Whatever was held back is
    /// delivered now.
    pub fn abandon(&mut self, hear: &mut impl FnMut(Line<'_>)) {
        self.command = None;
        self.held.release(Kind::Urc, hear);
    }

    /// The port has vanished: the line that has begun does not go on in its next life. What came of
    /// it at `at` is delivered, never as a result code: nobody knows what was missing.
    pub fn hang_up(&mut self, at: Moment, hear: &mut impl FnMut(Line<'_>)) {
        self.held.release_decided(hear);
        (self.space, self.cut) = (Space::Data, Cut::Whole);
        if !self.partial.is_empty() {
            self.join(at, Cut::LastPiece, &[], hear);
        }
    }

    /// Whether a command waits for its final result code.
    pub fn awaiting(&self) -> bool {
        self.command.is_some()
    }

    /// Whether the command that waits is one for which data is carried.
    pub fn awaits_data(&self) -> bool {
        self.command.as_ref().is_some_and(|command| !command.prompts.is_empty())
    }

    /// What has arrived of a line that is not complete yet.
    pub fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// Takes the bytes that arrived at `at`; each line that is complete now goes to `hear`, in
    /// order of arrival.
    pub fn feed(&mut self, at: Moment, bytes: &[u8], hear: &mut impl FnMut(Line<'_>)) {
        self.held.release_decided(hear);
        let mut rest = bytes;
        loop {
            if self.partial.is_empty() {
                rest = self.start(at, rest, hear);
            }
            let Some(end) = memchr2(CR, LF, rest) else {
                break;
            };
            self.complete(at, &rest[..end], hear);
            rest = &rest[end + 1..];
        }
        rest = self.shorten(at, rest, hear);
        self.partial.extend_from_slice(rest);
    }

    /// At the start of a line: takes line ends and prompts off `bytes`, and returns the rest, which
    /// begins with a byte of a line.
    fn start<'b>(
        &mut self,
        at: Moment,
        bytes: &'b [u8],
        hear: &mut impl FnMut(Line<'_>),
    ) -> &'b [u8] {
        let mut rest = bytes;
        while let Some((byte, tail)) = rest.split_first() {
            let space = mem::replace(&mut self.space, Space::Data);
            let skipped = match byte {
                &CR | &LF => true,
                b' ' => space == Space::OfPrompt,
                _ => false,
            };
            if !skipped {
                if !self.prompts(*byte) {
                    break;
                }
                self.prompt(at, &rest[..1], hear);
            }
            rest = tail;
        }
        rest
    }

    fn prompts(&self, byte: u8) -> bool {
        let command = self.command.as_ref();
        command.is_some_and(|command| command.prompts.contains(&byte))
    }

    /// A command that asks for data has not been answered: what was held back was no answer.
    fn prompt(&mut self, at: Moment, text: &[u8], hear: &mut impl FnMut(Line<'_>)) {
        self.held.release(Kind::Urc, hear);
        if text == b">" {
            self.space = Space::OfPrompt;
        }
        hear(Line { at, kind: Kind::Prompt, text, cut: Cut::Whole });
    }

    /// The running line ends behind `end`. A line that lies in one chunk is not copied.
    fn complete(&mut self, at: Moment, end: &[u8], hear: &mut impl FnMut(Line<'_>)) {
        let end = self.shorten(at, end, hear);
        let cut = mem::replace(&mut self.cut, Cut::Whole);
        self.join(at, cut, end, hear);
    }

    /// Delivers pieces until the running line, `bytes` included, is not over-long; returns what is
    /// left of `bytes`. A piece goes out only when a byte of its line follows: so a line of exactly
    /// [`MAX_LINE`] is whole, and something is always left of a line that was cut.
    fn shorten<'b>(
        &mut self,
        at: Moment,
        bytes: &'b [u8],
        hear: &mut impl FnMut(Line<'_>),
    ) -> &'b [u8] {
        let mut rest = bytes;
        while self.partial.len() + rest.len() > MAX_LINE {
            let (piece, tail) = rest.split_at(MAX_LINE - self.partial.len());
            self.cut = Cut::LastPiece;
            self.join(at, Cut::Piece, piece, hear);
            rest = tail;
        }
        rest
    }

    /// Hears the line that is `partial` and then `end`; it is a text until more is known. The
    /// memory of `partial` is kept for later.
    fn join(&mut self, at: Moment, cut: Cut, end: &[u8], hear: &mut impl FnMut(Line<'_>)) {
        let mut partial = mem::take(&mut self.partial);
        let text = if partial.is_empty() {
            end
        } else {
            partial.extend_from_slice(end);
            &partial
        };
        let line = Line { at, kind: Kind::Text, text, cut };
        self.hear(line, hear);
        partial.clear();
        self.partial = partial;
    }

    /// Finds out what a line is, and delivers it or holds it back.
    fn hear(&mut self, line: Line<'_>, hear: &mut impl FnMut(Line<'_>)) {
        let of = |kind| Line { kind, ..line };
        match self.sense(&line) {
            Sense::Echo => self.held.pass(of(Kind::Echo), hear),
            Sense::Information => self.held.pass(of(Kind::Information), hear),
            Sense::Urc => self.held.pass(of(Kind::Urc), hear),
            Sense::Text => self.held.pass(line, hear),
            Sense::Either => self.held.hold(line, hear),
            Sense::Answer => {
                self.held.release(Kind::Urc, hear);
                hear(of(Kind::Information));
            }
            Sense::Final(outcome) => {
                self.command = None;
                self.held.release(outcome.held(), hear);
                hear(of(Kind::Final));
            }
        }
    }

    fn sense(&mut self, line: &Line<'_>) -> Sense {
        match (line.cut, &mut self.command) {
            (Cut::Whole, None) => unasked(line.text, &self.dialect),
            (Cut::Whole, Some(command)) => asked(line.text, command, &self.dialect),
            // No command, result code or URC is that long.
            (Cut::Piece | Cut::LastPiece, None) => Sense::Text,
            (Cut::Piece | Cut::LastPiece, Some(_)) => Sense::Information,
        }
    }
}
