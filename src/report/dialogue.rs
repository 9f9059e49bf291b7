//! A conversation as a person reads it while it goes on: stamp, line, and what the line means.

use std::sync::Arc;

use serde_json::Value;

use crate::at::Kind;
use crate::diagnostic::{Paint, printable};
use crate::duration::show;
use crate::journal::{Entry, Event, readable};
use crate::moment::Moment;
use crate::profile::Profile;
use crate::transcript::{Said, Transcript};

/// Where the remark begins behind a line that is short enough.
const REMARK_COLUMN: usize = 30;
/// How wide the stamps are: a day of seconds with milliseconds.
const STAMP_WIDTH: usize = 9;
/// A longer line is cut on the screen; the journal has all of it.
const MAX_SHOWN: usize = 400;

/// Params of a call; the journal has all of them.
const MAX_PARAMS: usize = 60;

/// Who has seen a command already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// It stands where the person has typed it.
    OnScreen,
    /// It came out of a file, and is shown when it is sent.
    Elsewhere,
}

/// Where the lines go, each with its end.
pub type Show = Box<dyn FnMut(&str) + Send>;

/// Follows a journal and shows its conversation.
pub struct Dialogue {
    transcript: Transcript,
    profile: Arc<Profile>,
    paint: Paint,
    typed: Typed,
    screen: Show,
    began: Moment,
    /// When the command was sent that has no answer yet.
    asked: Option<Moment>,
    /// Bytes of a file that were sent.
    carried: usize,
}

impl Dialogue {
    pub fn new(profile: &Arc<Profile>, paint: Paint, typed: Typed, screen: Show) -> Dialogue {
        Dialogue {
            transcript: Transcript::new(&profile.dialect),
            profile: Arc::clone(profile),
            paint,
            typed,
            screen,
            began: Moment::START,
            asked: None,
            carried: 0,
        }
    }

    pub fn hear(&mut self, entry: &Entry<'_>) {
        let at = Moment::from_nanos(entry.ns);
        let mut lines = Vec::new();
        match &entry.is {
            Event::TestStarted(_) => self.began = at,
            Event::Called { role, method, params, .. } => {
                let params = params.as_ref().map(shortened).unwrap_or_default();
                let call = format!("{role}.{method}{params}");
                // A module that is switched owes no answer.
                self.asked = self.asked.filter(|_| role != "power");
                lines.push(self.line(at, '*', &call, ""));
            }
            Event::PortGone { why } => {
                self.asked = None;
                lines.push(self.line(at, '*', "the port is gone", why));
            }
            Event::PortBack { port } => {
                lines.push(self.line(at, '*', "the port is back", port));
            }
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::RigLeft { .. }
            | Event::Waits(_)
            | Event::StepStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::Met(_)
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::Complained { .. }
            | Event::StepEnded { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::TestEnded { .. }
            | Event::RunEnded { .. } => {}
        }
        let mut said = Vec::new();
        self.transcript.hear(entry, |at, piece| said.push((at, Piece::of(piece))));
        lines.extend(said.into_iter().filter_map(|(at, piece)| self.piece(at, piece)));
        for line in lines {
            (self.screen)(&line);
        }
    }

    fn piece(&mut self, at: Moment, piece: Piece) -> Option<String> {
        match piece {
            Piece::Command(command) => {
                self.asked = Some(at);
                let shown = self.typed == Typed::Elsewhere;
                shown.then(|| self.line(at, '>', &command, ""))
            }
            Piece::Raw(bytes) => Some(self.line(at, '>', &readable(&bytes), "raw bytes")),
            Piece::File(length) => {
                self.carried += length;
                None
            }
            Piece::Line(Kind::Echo, _) => None,
            Piece::Line(kind, text) => Some(self.heard(at, kind, &text)),
        }
    }

    fn heard(&mut self, at: Moment, kind: Kind, text: &[u8]) -> String {
        let shown = match (kind, text) {
            (Kind::Prompt, [0x15]) => "NAK".to_owned(),
            _ => readable(&text[..text.len().min(MAX_SHOWN)]),
        };
        let meaning = self.profile.glossary.brief(&shown);
        let remark = match kind {
            Kind::Prompt => "the module asks for data: `:send-file FILE`".to_owned(),
            Kind::Final => {
                let took = self.asked.take().map(|asked| show(at.since(asked)));
                let carried = std::mem::take(&mut self.carried);
                let carried = (carried > 0).then(|| format!("{carried} bytes went over the line"));
                let remarks: Vec<_> = [meaning, carried, took].into_iter().flatten().collect();
                remarks.join(" · ")
            }
            Kind::Echo | Kind::Information | Kind::Urc | Kind::Text => meaning.unwrap_or_default(),
        };
        let more = if text.len() > MAX_SHOWN { "…" } else { "" };
        self.line(at, ' ', &format!("{shown}{more}"), &remark)
    }

    /// `   3.391   +WDSI: 4        authentication begins`
    fn line(&self, at: Moment, mark: char, text: &str, remark: &str) -> String {
        let stamp = (Moment::START + at.since(self.began)).to_string();
        let stamp = self.dim(&format!("{stamp:>STAMP_WIDTH$}"));
        let text = printable(text);
        if remark.is_empty() {
            return format!("{stamp} {mark} {text}\n");
        }
        let room = REMARK_COLUMN.saturating_sub(text.chars().count());
        let gap = " ".repeat(room.max(2));
        format!("{stamp} {mark} {text}{gap}{}\n", self.dim(&printable(remark)))
    }

    fn dim(&self, text: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Coloured => format!("\x1b[2m{text}\x1b[0m"),
        }
    }
}

/// Params as far as a glance takes them in; a package by its name.
fn shortened(params: &Value) -> String {
    let name = params.get("package").and_then(|package| package.get("name"));
    let text = match name.and_then(Value::as_str).filter(|name| !name.is_empty()) {
        Some(name) => format!(" {name}"),
        None => format!(" {params}"),
    };
    match text.char_indices().nth(MAX_PARAMS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A piece that has left its journal entry.
enum Piece {
    Command(String),
    Raw(Vec<u8>),
    File(usize),
    Line(Kind, Vec<u8>),
}

impl Piece {
    fn of(said: Said<'_>) -> Piece {
        match said {
            Said::Command(command) => Piece::Command(command.to_owned()),
            Said::Raw(bytes) => Piece::Raw(bytes.to_vec()),
            Said::File(bytes) => Piece::File(bytes.len()),
            Said::Line(kind, text) => Piece::Line(kind, text.to_vec()),
        }
    }
}
