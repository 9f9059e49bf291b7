//! The recorded world: hands out what a journal has of a test, as long as the test does the same.
//!
//! Bytes come at their recorded stamps, and never before the deeds that came before them: what was
//! sent, and what was asked of the roles. A deed must be the recorded one; then the clock goes to
//! its stamp. Where the test does something else, or waits beyond what is recorded without being
//! content, it parts from the recording: nobody knows what the module would have said, so nothing
//! more is told and everything is refused.
//!
//! On a real port the clock also went on while the host computed. So what the runner writes down
//! is looked for on the tape, and tells what time it was (`stamp`).

mod parting;
mod tape;

use std::collections::{BTreeSet, VecDeque};

use serde_json::Value;

use crate::fault::{Broken, Verdict};
use crate::journal::Event;
use crate::moment::Moment;
use crate::rig::methods_of;
use crate::world::replay::parting::{Attempt, parting};
use crate::world::replay::tape::{Item, Mark, Names, Spot};
use crate::world::{Interrupts, Wake, World};

pub use tape::{MAX_TAPE_BYTES, Tape};

/// How far a look at what has come can reach: what came while the host got ready for it is a line
/// or two. What is more was waited for.
const MAX_LOOK_ITEMS: usize = 1_000;

/// What a recorded rig could do, as far as its journal says.
#[derive(Clone, Debug, Default)]
pub struct Abilities {
    pub roles: BTreeSet<String>,
    /// Methods of a plugin's own that were asked for.
    pub methods: BTreeSet<(String, String)>,
    pub kind: Kind,
}

/// Whose methods are asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// The virtual module says itself what it cannot do.
    #[default]
    Virtual,
    Real,
}

/// A test that was recorded.
pub struct Replay {
    tape: Tape,
    abilities: Abilities,
    now: Moment,
    /// What came before a deed and was not heard when that was done.
    unheard: VecDeque<Spot>,
    names: Names,
    port: Port,
    /// Why nothing more is told.
    parted: Option<Broken>,
    interrupts: Interrupts,
    interrupts_told: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    There,
    Away,
}

impl Replay {
    pub fn of(tape: Tape, abilities: Abilities, interrupts: Interrupts) -> Replay {
        let now = tape.began;
        Replay {
            tape,
            abilities,
            now,
            unheard: VecDeque::new(),
            names: Names::default(),
            port: Port::There,
            parted: None,
            interrupts,
            interrupts_told: 0,
        }
    }

    /// Goes another way than the recording from here on.
    fn part(&mut self, attempt: &Attempt<'_>) -> Broken {
        let broken = parting(attempt, &self.tape);
        self.parted.insert(broken).clone()
    }

    /// The first thing on the tape that is no mark.
    fn next(&self) -> Option<&Spot> {
        self.tape.spots.iter().find(|spot| !matches!(spot.item, Item::Mark(_)))
    }

    /// Whether what is next was heard by a look at what had come, right before the next deed or the
    /// end: such a look came when the host was ready for it, which no stamp tells.
    fn is_heard_at_once(&self) -> bool {
        let mut ahead = self.tape.spots.iter().map(|spot| &spot.item).take(MAX_LOOK_ITEMS);
        let behind = ahead.find(|item| !item.comes());
        behind.map_or(self.tape.spots.len() < MAX_LOOK_ITEMS, Item::is_deed)
    }

    /// Hands out the first thing on the tape that is no mark; it comes by itself.
    fn hand_out(&mut self) -> Option<Wake> {
        while let Some(Spot { at, item }) = self.tape.spots.pop_front() {
            if let Some(wake) = self.wake(at, item) {
                return Some(wake);
            }
        }
        None
    }

    fn wake(&mut self, at: Moment, item: Item) -> Option<Wake> {
        let wake = match item {
            Item::Bytes(bytes) => Wake::Bytes { at, bytes },
            Item::Gone(why) => {
                self.port = Port::Away;
                Wake::Gone { at, why }
            }
            Item::Back(port) => {
                self.port = Port::There;
                Wake::Back { at, port }
            }
            Item::Sent(_) | Item::Called(_) | Item::Mark(_) => return None,
        };
        self.now = self.now.max(at);
        Some(wake)
    }

    /// Takes the next deed off the tape; what came before it is heard later, with its own stamp.
    fn take_deed(&mut self) {
        while let Some(spot) = self.tape.spots.pop_front() {
            if spot.item.is_deed() {
                self.now = self.now.max(spot.at);
                return;
            }
            if spot.item.comes() {
                self.unheard.push_back(spot);
            }
        }
    }

    fn deed(&self) -> Option<&Spot> {
        self.tape.spots.iter().find(|spot| spot.item.is_deed())
    }

    /// Whether the port was found gone before the next deed.
    fn goes_first(&self) -> bool {
        let mut ahead = self.tape.spots.iter().take_while(|spot| !spot.item.is_deed());
        ahead.any(|spot| matches!(spot.item, Item::Gone(_)))
    }
}

impl World for Replay {
    fn now(&self) -> Moment {
        self.now
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Moment, Broken> {
        if let Some(parted) = &self.parted {
            return Err(parted.clone());
        }
        if self.port == Port::Away || self.goes_first() {
            self.port = Port::Away;
            return Err(Broken::new("the port was not there when this was recorded"));
        }
        match self.deed() {
            Some(Spot { at, item: Item::Sent(sent) }) if sent == bytes => {
                let at = *at;
                self.take_deed();
                Ok(at)
            }
            Some(_) | None => Err(self.part(&Attempt::Send(bytes))),
        }
    }

    fn wait(&mut self, until: Moment) -> Result<Wake, Broken> {
        if self.interrupts.count() > self.interrupts_told {
            self.interrupts_told += 1;
            return Ok(Wake::Interrupted);
        }
        if let Some(parted) = &self.parted {
            return Err(parted.clone());
        }
        if self.unheard.front().is_some_and(|spot| spot.at <= until)
            && let Some(Spot { at, item }) = self.unheard.pop_front()
            && let Some(wake) = self.wake(at, item)
        {
            return Ok(wake);
        }
        // Nothing is so early: somebody only looks whether the run is to end.
        let is_look = until <= self.now && until != Moment::START;
        let next = self.next().map(|spot| (spot.at, spot.item.comes()));
        let is_here = match next {
            Some((at, true)) => at <= until || is_look && self.is_heard_at_once(),
            Some((at, false)) if until > at => return Err(self.part(&Attempt::Wait(until))),
            None if until > self.tape.ended => return Err(self.part(&Attempt::Wait(until))),
            Some((_, false)) | None => false,
        };
        if is_here && let Some(wake) = self.hand_out() {
            return Ok(wake);
        }
        self.now = self.now.max(until);
        Ok(Wake::Deadline)
    }

    fn call(&mut self, role: &str, method: &str, params: &Value) -> Result<Value, Broken> {
        if let Some(parted) = &self.parted {
            return Err(parted.clone());
        }
        if let Some(Spot { item: Item::Called(called), .. }) = self.deed()
            && (called.role.as_str(), called.method.as_str()) == (role, method)
            && called.params == *params
        {
            let answer = called.answer.clone();
            self.take_deed();
            return answer.map_err(Broken::new);
        }
        Err(self.part(&Attempt::Call { role, method, params }))
    }

    fn offers(&self, role: &str) -> bool {
        self.abilities.roles.contains(role)
    }

    fn can(&self, role: &str, method: &str) -> bool {
        let is_known = match self.abilities.kind {
            Kind::Virtual => true,
            Kind::Real => {
                methods_of(role).contains(&method)
                    || self.abilities.methods.contains(&(role.to_owned(), method.to_owned()))
            }
        };
        self.offers(role) && is_known
    }

    fn port_is_there(&self) -> bool {
        self.port == Port::There
    }

    fn stamp(&mut self, event: &Event<'_>) -> Moment {
        let Some(mark) = self.names.mark(event) else { return self.now };
        let mut marks = self.tape.spots.iter().map_while(|spot| match &spot.item {
            Item::Mark(mark) => Some((mark, spot.at)),
            Item::Bytes(_) | Item::Gone(_) | Item::Back(_) | Item::Sent(_) | Item::Called(_) => {
                None
            }
        });
        let found = marks.position(|(known, _)| *known == mark);
        if let Some(place) = found
            && let Some(spot) = self.tape.spots.drain(..=place).next_back()
        {
            self.now = self.now.max(spot.at);
        }
        self.now
    }

    /// What a teardown does after trouble that the recording did not have there is unknown to it.
    fn steps_are_over(&mut self, came_to: Verdict) {
        let ends = self.tape.spots.iter().find_map(|spot| match &spot.item {
            Item::Mark(Mark::StepStarted(_)) => Some(false),
            Item::Mark(Mark::Complained(_) | Mark::TeardownStarted | Mark::TestEnded) => Some(true),
            Item::Mark(_)
            | Item::Bytes(_)
            | Item::Gone(_)
            | Item::Back(_)
            | Item::Sent(_)
            | Item::Called(_) => None,
        });
        if came_to != Verdict::Passed && ends != Some(true) && self.parted.is_none() {
            let message = "after its first trouble nothing more of a recorded test is judged";
            self.parted = Some(Broken::new(message));
        }
    }

    fn parted(&self) -> Option<&Broken> {
        self.parted.as_ref()
    }
}

impl Item {
    /// Whether it comes by itself.
    fn comes(&self) -> bool {
        match self {
            Item::Bytes(_) | Item::Gone(_) | Item::Back(_) => true,
            Item::Sent(_) | Item::Called(_) | Item::Mark(_) => false,
        }
    }

    fn is_deed(&self) -> bool {
        match self {
            Item::Sent(_) | Item::Called(_) => true,
            Item::Bytes(_) | Item::Gone(_) | Item::Back(_) | Item::Mark(_) => false,
        }
    }
}
