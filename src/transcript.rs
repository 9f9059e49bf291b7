//! What was said in a journal, line by line: its bytes, decoded as the run decoded them.

use std::sync::Arc;

use crate::at::{Decoder, Dialect, Kind, Line, LineControl, split};
use crate::journal::{Entry, Event};
use crate::moment::Moment;

/// Reads the conversation out of a journal's entries, which it is given in their order.
pub struct Transcript {
    dialect: Arc<Dialect>,
    decoder: Decoder,
    /// From the first block of a file up to the next command.
    line_control: Option<LineControl>,
}

/// One piece of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// To the device: a command line.
    Command(&'a str),
    /// To the device: a part of a file that it has asked for.
    File(&'a [u8]),
    /// To the device: bytes that are no command.
    Raw(&'a [u8]),
    /// By the device.
    Line(Kind, &'a [u8]),
}

impl Transcript {
    pub fn new(dialect: &Arc<Dialect>) -> Transcript {
        let dialect = Arc::clone(dialect);
        Transcript { decoder: Decoder::new(Arc::clone(&dialect)), dialect, line_control: None }
    }

    /// Takes one entry in, and tells what it completes.
    pub fn hear(&mut self, entry: &Entry<'_>, mut tell: impl FnMut(Moment, Said<'_>)) {
        let at = Moment::from_nanos(entry.ns);
        let mut line = |line: Line<'_>| tell(line.at, Said::Line(line.kind, line.text));
        match &entry.is {
            Event::TestStarted(_) => {
                self.decoder = Decoder::new(Arc::clone(&self.dialect));
                self.line_control = None;
            }
            Event::Received(bytes) => match &mut self.line_control {
                None => self.decoder.feed(at, &bytes.0, &mut line),
                Some(control) => {
                    split(&bytes.0, control, |text| self.decoder.feed(at, text, &mut line));
                }
            },
            Event::Sent(bytes) => {
                if let Some(command) = command(&bytes.0) {
                    self.line_control = None;
                    self.decoder.abandon(&mut line);
                    self.decoder.sent(command.as_bytes());
                    tell(at, Said::Command(command));
                } else if self.decoder.awaits_data() || self.line_control.is_some() {
                    let partial = self.decoder.partial();
                    self.line_control.get_or_insert_with(|| LineControl::behind(partial));
                    tell(at, Said::File(&bytes.0));
                } else {
                    tell(at, Said::Raw(&bytes.0));
                }
            }
            Event::PortGone { .. } => self.decoder.hang_up(at, &mut line),
            Event::TestEnded { .. } => self.decoder.abandon(&mut line),
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::RigLeft { .. }
            | Event::Waits(_)
            | Event::StepStarted(_)
            | Event::PortBack { .. }
            | Event::Met(_)
            | Event::Called { .. }
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::StepEnded { .. }
            | Event::Complained { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::RunEnded { .. } => {}
        }
    }
}

/// A command line with its end; a block of a file begins with SOH or STX and is none.
fn command(bytes: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(bytes).ok()?.strip_suffix('\r')?;
    (!line.is_empty() && !line.contains(char::is_control)).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Wire;

    #[test]
    fn commands_lines_and_files_are_told_apart() {
        let mut transcript = Transcript::new(&Arc::new(Dialect::default()));
        let mut seen = Vec::new();
        let mut hear = |ns, is| {
            let entry = Entry { ns, on: None, is };
            transcript.hear(&entry, |at, said| seen.push(format!("{} {said:?}", at.as_nanos())));
        };
        hear(1, Event::Sent(Wire::from(b"AT\r".as_slice())));
        hear(2, Event::Received(Wire::from(b"AT\r\r\nO".as_slice())));
        hear(3, Event::Received(Wire::from(b"K\r\n".as_slice())));
        hear(4, Event::Sent(Wire::from(b"\x1a".as_slice())));
        let final_ok = format!("3 Line(Final, {:?})", b"OK");
        let expected = ["1 Command(\"AT\")", "2 Line(Echo, [65, 84])", &final_ok, "4 Raw([26])"];
        assert_eq!(seen, expected);
    }
}
