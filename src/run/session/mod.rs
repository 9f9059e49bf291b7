//! A conversation with one device: sends, hears, keeps every line, watches for forbidden ones.

mod answers;
mod by_hand;
mod file;
mod interruption;
mod port;
mod roles;
mod switching;

use std::sync::Arc;
use std::time::Duration;

use crate::at::{Decoder, LineControl, split};
use crate::diagnostic::Diagnostic;
use crate::fault::{Broken, Trouble, Verdict};
use crate::journal::{Event, Journal, Wire};
use crate::moment::Moment;
use crate::profile::Profile;
use crate::rig::{POWER, Rig};
use crate::run::admit::Admission;
use crate::run::ears::{Ears, Forbidden, Running, Tripped};
use crate::run::inbox::{Inbox, MAX_WAITING_BYTES};
use crate::run::missed;
use crate::run::session::interruption::Interruption;
use crate::run::session::port::Gap;
use crate::run::supply::Supply;
use crate::run::tail::Tail;
use crate::world::{Wake, World};

pub(crate) use answers::stated;
pub(crate) use roles::Answered;

/// What ended a turn of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Something came.
    Heard,
    /// The time is up.
    Deadline,
}

/// One device, from the moment its port is open.
pub struct Session {
    world: Box<dyn World>,
    journal: Journal,
    profile: Arc<Profile>,
    decoder: Decoder,
    pub(crate) inbox: Inbox,
    ears: Ears,
    /// The forbidden line that was told last, since a step began.
    told: Option<usize>,
    /// The supply as it was last switched, so that no way out leaves a device without it.
    supply: Supply,
    /// Whether it is known to be the module that the rig file names.
    pub(crate) admission: Admission,
    /// The line that an expectation took last, while nothing was done to the device since.
    cue: Option<(Moment, Vec<u8>)>,
    /// While a file is transferred: what the module says about its blocks.
    line_control: Option<LineControl>,
    /// When the test's own time is up.
    limit: Option<(Moment, Duration)>,
    /// When the running test began.
    began: Moment,
    heard_at: Moment,
    /// When something was last done to the device: a command or a call of a role.
    acted_at: Moment,
    /// How long the answer to an earlier command may still come.
    outstanding: Moment,
    /// Lines that were given up in a flood.
    given_up: u64,
    interruption: Interruption,
    gap: Option<Gap>,
}

impl Session {
    pub fn new(world: Box<dyn World>, profile: Arc<Profile>, journal: Journal) -> Session {
        let decoder = Decoder::new(Arc::clone(&profile.dialect));
        let (inbox, ears) = (Inbox::default(), Ears::default());
        let (heard_at, acted_at) = (Moment::START, Moment::START);
        Session {
            world,
            journal,
            profile,
            decoder,
            inbox,
            ears,
            told: None,
            supply: Supply::default(),
            admission: Admission::default(),
            cue: None,
            line_control: None,
            limit: None,
            began: Moment::START,
            heard_at,
            acted_at,
            outstanding: Moment::START,
            given_up: 0,
            interruption: Interruption::EndsSteps,
            gap: None,
        }
    }

    /// The same on a rig: its module must be the one that is meant, and its supply has rules.
    #[must_use]
    pub fn on(mut self, rig: &Rig) -> Session {
        self.supply = Supply::of(rig, &self.profile);
        self.admission = Admission::to(rig);
        self
    }

    /// Where everything is written down.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Ends the conversation; the journal goes on.
    pub fn into_journal(self) -> Journal {
        self.journal
    }

    /// Whether a further test can use its port.
    pub fn usable(&self) -> bool {
        self.world.usable()
    }

    pub(crate) fn now(&self) -> Moment {
        self.world.now()
    }

    pub(crate) fn profile(&self) -> &Profile {
        &self.profile
    }

    pub(crate) fn offers(&self, role: &str) -> bool {
        self.world.offers(role)
    }

    pub(crate) fn can(&self, role: &str, method: &str) -> bool {
        self.world.can(role, method)
    }

    /// Whether the rig is without its supply between runs.
    pub(crate) fn rests_off(&self) -> bool {
        self.supply.rests_off() && self.can(POWER, "on")
    }

    /// Writes an event down, now.
    pub(crate) fn record(&mut self, event: Event<'_>) {
        let at = self.world.stamp(&event);
        self.journal.record(at, event);
    }

    /// Starts a test: an empty inbox, no forbidden lines. Lines that came between two tests belong
    /// to neither.
    pub(crate) fn begin(&mut self) -> Result<(), Trouble> {
        self.began = self.now();
        self.ears = Ears::default();
        self.interruption = Interruption::EndsSteps;
        self.fetch()?;
        self.inbox = Inbox::default();
        self.ears.tail = Tail::default();
        self.gap.take_if(|gap| gap.until.is_some());
        self.given_up = 0;
        self.acted_at = self.now();
        self.cue = None;
        Ok(())
    }

    /// From now on the test has so much time; None takes the limit away.
    pub(crate) fn limit(&mut self, length: Option<Duration>) {
        self.limit = length.map(|length| (self.now() + length, length));
    }

    /// From now on the teardown runs. An interrupt of a test that was not interrupted before does
    /// not end it.
    pub(crate) fn begin_teardown(&mut self, before: &Result<(), Trouble>) {
        self.limit(None);
        let came_to = before.as_ref().map_or_else(Trouble::verdict, |()| Verdict::Passed);
        self.world.steps_are_over(came_to);
        // A module that waits for a file would take the teardown's commands for blocks.
        if before.is_err() && self.decoder.awaits_data() {
            self.begin_transfer();
            self.cancel_transfer();
            self.end_transfer();
            self.ignore_answer();
        }
        if !matches!(before, Err(Trouble::Interrupted)) {
            self.interruption = Interruption::Noted { came: false };
        }
    }

    /// Hears the end of a test: what arrived up to now is judged by its forbidden lines.
    pub(crate) fn finish(&mut self) -> Result<(), Trouble> {
        let fetched = self.fetch();
        self.decoder.abandon(&mut self.ears.keep(&mut self.inbox));
        fetched?;
        self.judge()?;
        match self.interruption {
            Interruption::Noted { came: true } => Err(Trouble::Interrupted),
            Interruption::Noted { came: false } | Interruption::EndsSteps => Ok(()),
        }
    }

    /// Adds forbidden lines for one step; returns how many there were before, for
    /// [`Session::allow`].
    pub(crate) fn forbid(&mut self, more: Vec<Forbidden>) -> usize {
        let before = self.ears.forbidden.len();
        self.told = None;
        self.ears.forbidden.extend(more);
        before
    }

    /// Back to the first `count` forbidden lines.
    pub(crate) fn allow(&mut self, count: usize) {
        self.ears.forbidden.truncate(count);
    }

    /// Hears what came before a command, so that it is not taken for its answer. A module does one
    /// command at a time: the answer to an earlier one is waited for as long as it may take.
    pub(crate) fn clear_line(&mut self) -> Result<(), Trouble> {
        self.fetch()?;
        while self.decoder.awaiting() && self.turn(self.outstanding)? == Turn::Heard {}
        Ok(())
    }

    /// Sends a command line and starts to listen for its answer; returns when it left.
    pub(crate) fn send(&mut self, command: &str) -> Result<Moment, Trouble> {
        self.await_port()?;
        self.decoder.abandon(&mut self.ears.keep(&mut self.inbox));
        self.decoder.sent(command.as_bytes());
        self.ears.running = Some(Running { command: command.to_owned(), ..Running::default() });
        let mut bytes = Vec::with_capacity(command.len() + 1);
        bytes.extend_from_slice(command.as_bytes());
        bytes.push(b'\r');
        let at = self.deliver(&bytes)?;
        self.acted_at = at;
        self.cue = None;
        self.outstanding = at + self.profile.answer_within(command);
        self.ears.tail.said(at, command.to_owned());
        self.journal.record(at, Event::Sent(Wire::from(bytes.as_slice())));
        Ok(at)
    }

    /// One turn of waiting: returns when something came, or at `until`. The only way to wait.
    pub(crate) fn turn(&mut self, until: Moment) -> Result<Turn, Trouble> {
        // Before the wait, not after each event: the device is busy with its answer meanwhile.
        self.journal.flush();
        match self.limit {
            Some((limit, length)) if limit < until => match self.take_turn(limit)? {
                Turn::Heard => Ok(Turn::Heard),
                Turn::Deadline => Err(missed::out_of_time(length, self)),
            },
            Some(_) | None => self.take_turn(until),
        }
    }

    fn take_turn(&mut self, until: Moment) -> Result<Turn, Trouble> {
        let turn = match self.world.wait(until)? {
            Wake::Bytes { at, bytes } => {
                self.hear(at, &bytes)?;
                Turn::Heard
            }
            Wake::Gone { at, why } => {
                self.lose(at, why);
                Turn::Heard
            }
            Wake::Back { at, port } => {
                self.regain(at, &port);
                Turn::Heard
            }
            Wake::Deadline => Turn::Deadline,
            Wake::Interrupted => {
                self.interrupt()?;
                Turn::Heard
            }
        };
        self.judge()?;
        Ok(turn)
    }

    /// Tells a forbidden line that came.
    fn judge(&mut self) -> Result<(), Trouble> {
        match self.ears.tripped.take() {
            Some(Tripped { forbidden, line, index }) => {
                self.told = Some(index);
                Err(missed::forbidden(&forbidden, &line, self))
            }
            None => Ok(()),
        }
    }

    /// Whether the last trouble was one of the first `count` forbidden lines.
    pub(crate) fn told_one_of(&self, count: usize) -> bool {
        self.told.is_some_and(|index| index < count)
    }

    /// Hears everything that has arrived up to now, without waiting.
    fn fetch(&mut self) -> Result<(), Trouble> {
        let now = self.world.now();
        while self.take_turn(now)? == Turn::Heard {}
        Ok(())
    }

    fn hear(&mut self, at: Moment, bytes: &[u8]) -> Result<(), Trouble> {
        self.heard_at = at;
        self.journal.record(at, Event::Received(Wire::from(bytes)));
        let (decoder, mut keep) = (&mut self.decoder, self.ears.keep(&mut self.inbox));
        match &mut self.line_control {
            None => decoder.feed(at, bytes, &mut keep),
            Some(control) => split(bytes, control, |text| decoder.feed(at, text, &mut keep)),
        }
        drop(keep);
        if self.inbox.is_flooded() {
            self.given_up += self.inbox.clear();
            let message = "the device sends more than anybody can want";
            let limit = MAX_WAITING_BYTES >> 20;
            return Err(Trouble::failed(
                Diagnostic::new(message)
                    .note(format!("over {limit} MiB or a million lines that nothing expected")),
            ));
        }
        Ok(())
    }

    /// Why nothing more can be known of a test that was recorded.
    pub(crate) fn parted(&self) -> Option<&Broken> {
        self.world.parted()
    }

    /// When something came last.
    pub(crate) fn heard_at(&self) -> Moment {
        self.heard_at
    }

    /// A moment on the test's own clock.
    pub(crate) fn age(&self, at: Moment) -> Moment {
        Moment::START + at.since(self.began)
    }

    /// The end of the conversation.
    pub(crate) fn tail(&self) -> &Tail {
        &self.ears.tail
    }

    /// What has come of a line that is not complete.
    pub(crate) fn partial(&self) -> &[u8] {
        self.decoder.partial()
    }

    /// When something was last done to the device.
    pub(crate) fn acted_at(&self) -> Moment {
        self.acted_at
    }
}
