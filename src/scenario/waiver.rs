//! A scenario's verdict set aside for a while: why, and up to which day.

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::scenario::Library;
use crate::source::Place;
use crate::yaml::{Complaints, Entry, Fields, Node};

/// What `skip` and `expected_failure` say. They have an end, so that nobody forgets them.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The key, which is what has to go one day.
    pub place: Place,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
}

impl Waiver {
    /// Whether it still holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        day <= self.until
    }

    /// Why: any text, but not none.
    pub(crate) fn reason(node: &Node, complaints: &mut Complaints) -> Option<String> {
        let reason = complaints.text(node)?;
        if reason.trim().is_empty() {
            let complaint = Diagnostic::at(&node.place, "this reason says nothing");
            complaints.push(complaint.help("for example the number of the defect report"));
            return None;
        }
        Some(reason)
    }

    /// A day of the calendar.
    pub(crate) fn date(node: &Node, complaints: &mut Complaints) -> Option<Date> {
        let text = complaints.text(node)?;
        let shape = |(index, c): (usize, char)| match index {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        };
        if text.len() != "2026-12-31".len() || !text.chars().enumerate().all(shape) {
            let message = format!("`{text}` is not a date");
            let complaint = Diagnostic::at(&node.place, message);
            complaints.push(complaint.help("year, month and day: `2026-12-31`"));
            return None;
        }
        let date = text.parse().ok();
        if date.is_none() {
            let message = format!("the day {text} does not exist");
            let complaint = Diagnostic::at(&node.place, message);
            complaints.push(complaint.help("look at the calendar"));
        }
        date
    }
}

impl Library {
    /// Reads `{ reason, until }`; both are needed.
    pub(crate) fn waiver(&mut self, entry: &Entry, key: &'static str) -> Option<Waiver> {
        let mut fields = Fields::of(&entry.value, key, &mut self.complaints)?;
        let reason = fields.need("reason", &mut self.complaints);
        let until = fields.need("until", &mut self.complaints);
        fields.finish(&mut self.complaints);
        let reason = reason.and_then(|node| Waiver::reason(node, &mut self.complaints));
        let until = until.and_then(|node| Waiver::date(node, &mut self.complaints));
        Some(Waiver { place: entry.key.place.clone(), reason: reason?, until: until? })
    }
}
