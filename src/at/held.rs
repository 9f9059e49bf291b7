//! Lines held back because the first of them may be a URC or the answer to a read command.

use crate::at::line::{Cut, Kind, Line};
use crate::moment::Moment;

/// The answer to a read is followed by its `OK` within milliseconds, that is by a few lines. When
/// more than this comes first, the module is flooding and the scenario should hear of it.
const MAX_HELD_BYTES: usize = 64 * 1024;

/// A held line owns its text: the chunk it came in is gone when its kind is known.
#[derive(Clone, Debug)]
struct HeldLine {
    at: Moment,
    /// None: not decided yet, which only the first line can be.
    kind: Option<Kind>,
    text: Vec<u8>,
    cut: Cut,
}

/// An undecided line and what came behind it, in order of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    lines: Vec<HeldLine>,
    bytes: usize,
}

impl Held {
    /// Holds `line`, whose kind is not known yet; what was held before was a URC.
    pub(crate) fn hold(&mut self, line: Line<'_>, hear: &mut impl FnMut(Line<'_>)) {
        self.release(Kind::Urc, hear);
        self.push(line, None);
    }

    /// Passes `line` on: now when nothing is held, otherwise behind what is held.
    pub(crate) fn pass(&mut self, line: Line<'_>, hear: &mut impl FnMut(Line<'_>)) {
        if self.lines.is_empty() {
            hear(line);
            return;
        }
        self.push(line, Some(line.kind));
        if self.bytes > MAX_HELD_BYTES {
            self.release(Kind::Urc, hear);
        }
    }

    /// Delivers all that is held; the undecided line was of `kind`.
    pub(crate) fn release(&mut self, kind: Kind, hear: &mut impl FnMut(Line<'_>)) {
        self.bytes = 0;
        for held in self.lines.drain(..) {
            hear(Line {
                at: held.at,
                kind: held.kind.unwrap_or(kind),
                text: &held.text,
                cut: held.cut,
            });
        }
    }

    /// Decides that the undecided line was of `kind`; [`Held::release_decided`] delivers it.
    pub(crate) fn decide(&mut self, kind: Kind) {
        if let Some(first) = self.lines.first_mut() {
            first.kind.get_or_insert(kind);
        }
    }

    /// Delivers what is held if nothing of it is undecided.
    pub(crate) fn release_decided(&mut self, hear: &mut impl FnMut(Line<'_>)) {
        if let Some(kind) = self.lines.first().and_then(|first| first.kind) {
            self.release(kind, hear);
        }
    }

    fn push(&mut self, line: Line<'_>, kind: Option<Kind>) {
        self.bytes += line.text.len() + size_of::<HeldLine>();
        self.lines.push(HeldLine { at: line.at, kind, text: line.text.to_vec(), cut: line.cut });
    }
}
