//! One test of a journal as a tape: what came, what was done, and when what was written down.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::fault::Verdict;
use crate::journal::{Entry, Event};
use crate::moment::Moment;

/// A tape is kept in memory. A night of one test's traffic is some hundred megabytes; what is
/// longer is no test that anybody judges again.
pub const MAX_TAPE_BYTES: u64 = 1 << 30;
/// What an item takes beside its bytes.
const ITEM_BYTES: u64 = 100;

/// What is on a tape, with its stamp.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) at: Moment,
    pub(super) item: Item,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    /// From the device.
    Bytes(Vec<u8>),
    Gone(String),
    Back(String),
    /// Deeds, which the replayed test must do again.
    Sent(Vec<u8>),
    Called(Box<Called>),
    /// Something else that was written down: it tells what time it was for the host.
    Mark(Mark),
}

/// A call of a role, with what came of it.
#[derive(Clone, Debug)]
pub(super) struct Called {
    pub(super) role: String,
    pub(super) method: String,
    pub(super) params: Value,
    /// Or why it was refused.
    pub(super) answer: Result<Value, String>,
}

/// What was written down, as far as it tells it from other marks. A step goes by what it does: its
/// number changes when another one is put before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    StepStarted(String),
    StepEnded(String),
    Met(String),
    Logged(String),
    Measured(String),
    Learned(String),
    TransferStarted,
    Complained(Complaint),
    TeardownStarted,
    Unclaimed,
    TestEnded,
}

/// What was complained of. All complaints are one kind of mark.
#[derive(Clone, Debug)]
pub(super) struct Complaint {
    pub(super) verdict: Verdict,
    pub(super) message: String,
}

impl PartialEq for Complaint {
    fn eq(&self, _: &Complaint) -> bool {
        true
    }
}

impl Eq for Complaint {}

/// How a tape ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With its test.
    Whole,
    /// In the middle: the run was killed.
    Cut,
    /// It was longer than a tape may be.
    TooLong,
}

/// One test of a journal, from its start on.
#[derive(Clone, Debug)]
pub struct Tape {
    pub(super) began: Moment,
    /// The last stamp.
    pub(super) ended: Moment,
    pub(super) end: End,
    pub(super) spots: VecDeque<Spot>,
    names: Names,
    bytes: u64,
}

impl Tape {
    /// The tape of a test that began at this moment.
    pub fn starting(began: Moment) -> Tape {
        let (spots, names) = (VecDeque::new(), Names::default());
        Tape { began, ended: began, end: End::Cut, spots, names, bytes: 0 }
    }

    /// Takes the next entry of the test.
    pub fn hear(&mut self, entry: &Entry<'_>) {
        let at = Moment::from_nanos(entry.ns);
        self.ended = self.ended.max(at);
        if let Event::TestEnded { .. } = entry.is
            && self.end == End::Cut
        {
            self.end = End::Whole;
        }
        let Some(item) = self.item(&entry.is) else { return };
        self.bytes += ITEM_BYTES + item.bytes();
        if self.bytes > MAX_TAPE_BYTES {
            self.end = End::TooLong;
        } else {
            self.spots.push_back(Spot { at, item });
        }
    }

    /// When its test began.
    pub fn began(&self) -> Moment {
        self.began
    }

    /// Whether the device and its test had anything to do with each other.
    pub fn is_blank(&self) -> bool {
        let is_step = |spot: &Spot| match &spot.item {
            Item::Sent(_) | Item::Called(_) | Item::Mark(Mark::StepStarted(_)) => true,
            Item::Bytes(_) | Item::Gone(_) | Item::Back(_) | Item::Mark(_) => false,
        };
        !self.spots.iter().any(is_step)
    }

    fn item(&mut self, event: &Event<'_>) -> Option<Item> {
        Some(match event {
            Event::Received(bytes) => Item::Bytes(bytes.0.to_vec()),
            Event::PortGone { why } => Item::Gone(why.to_string()),
            Event::PortBack { port } => Item::Back(port.to_string()),
            Event::Sent(bytes) => Item::Sent(bytes.0.to_vec()),
            Event::Called { role, method, params, answer, refused, .. } => {
                let answer = match refused {
                    Some(why) => Err(why.to_string()),
                    None => Ok(answer.clone().unwrap_or_default()),
                };
                let params = params.clone().unwrap_or_default();
                let (role, method) = (role.to_string(), method.to_string());
                Item::Called(Box::new(Called { role, method, params, answer }))
            }
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::TestStarted(_)
            | Event::StepStarted(_)
            | Event::Met(_)
            | Event::TransferStarted { .. }
            | Event::Measured(_)
            | Event::Learned { .. }
            | Event::Logged(_)
            | Event::StepEnded { .. }
            | Event::Complained { .. }
            | Event::TeardownStarted
            | Event::Unclaimed(_)
            | Event::TestEnded { .. }
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => Item::Mark(self.names.mark(event)?),
        })
    }
}

impl Item {
    fn bytes(&self) -> u64 {
        let length = match self {
            Item::Bytes(bytes) | Item::Sent(bytes) => bytes.len(),
            Item::Gone(text) | Item::Back(text) => text.len(),
            Item::Called(called) => {
                // An answer is a line of a plugin: its text is about what it takes.
                called.params.to_string().len()
                    + called.answer.as_ref().map_or(0, |answer| answer.to_string().len())
            }
            Item::Mark(mark) => mark.text().len(),
        };
        length as u64
    }
}

impl Mark {
    fn text(&self) -> &str {
        match self {
            Mark::StepStarted(text)
            | Mark::StepEnded(text)
            | Mark::Met(text)
            | Mark::Logged(text)
            | Mark::Measured(text)
            | Mark::Learned(text) => text,
            Mark::Complained(complaint) => &complaint.message,
            Mark::TransferStarted | Mark::TeardownStarted | Mark::Unclaimed | Mark::TestEnded => "",
        }
    }
}

/// What the steps that have not ended are called.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    by_path: BTreeMap<String, String>,
}

impl Names {
    /// The mark of an event; nothing for what is no part of a test's course.
    pub(super) fn mark(&mut self, event: &Event<'_>) -> Option<Mark> {
        Some(match event {
            Event::StepStarted(at) => {
                self.by_path.insert(at.path.clone(), at.what.clone());
                Mark::StepStarted(at.what.clone())
            }
            Event::StepEnded { path, .. } => {
                Mark::StepEnded(self.by_path.remove(path.as_ref()).unwrap_or_default())
            }
            Event::Met(met) => Mark::Met(met.pattern.to_string()),
            Event::Logged(text) => Mark::Logged(text.to_string()),
            Event::Measured(figure) => Mark::Measured(figure.name.clone()),
            Event::Learned { fact, .. } => Mark::Learned(fact.to_string()),
            Event::TransferStarted { .. } => Mark::TransferStarted,
            Event::Complained { verdict, diagnostic } => {
                let (verdict, message) = (*verdict, diagnostic.message.clone());
                Mark::Complained(Complaint { verdict, message })
            }
            Event::TeardownStarted => Mark::TeardownStarted,
            Event::Unclaimed(_) => Mark::Unclaimed,
            Event::TestEnded { .. } => Mark::TestEnded,
            Event::RunStarted(_)
            | Event::RigReady(_)
            | Event::TestStarted(_)
            | Event::Sent(_)
            | Event::Received(_)
            | Event::PortGone { .. }
            | Event::PortBack { .. }
            | Event::Called { .. }
            | Event::Waits(_)
            | Event::RigLeft { .. }
            | Event::RunEnded { .. } => return None,
        })
    }
}
