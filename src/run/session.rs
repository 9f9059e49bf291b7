//! A conversation with one device: sends, hears, keeps every line, watches for forbidden ones.

use std::sync::Arc;

use serde_json::Value;

use crate::at::{Decoder, Kind, Line};
use crate::diagnostic::Diagnostic;
use crate::fault::{Broken, Trouble};
use crate::journal::{Event, Journal, Unclaimed, Wire};
use crate::moment::Moment;
use crate::profile::Profile;
use crate::run::inbox::{Inbox, MAX_WAITING_BYTES, Number};
use crate::scenario::{Ready, Switch};
use crate::source::Place;
use crate::world::{Wake, World};

/// Unclaimed lines that are listed by name; the journal has all bytes anyway.
const MAX_UNCLAIMED: usize = 100;

/// What ended a turn of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Something came.
    Heard,
    /// The time is up.
    Deadline,
}

/// A line that must not come.
#[derive(Clone, Debug)]
pub(crate) struct Forbidden {
    pub(crate) pattern: Ready,
    pub(crate) place: Place,
}

/// One device, from the moment its port is open.
pub struct Session {
    world: Box<dyn World>,
    journal: Journal,
    profile: Arc<Profile>,
    decoder: Decoder,
    pub(crate) inbox: Inbox,
    ears: Ears,
    /// The supply as it was last switched, so that no way out leaves a device without it.
    supply: Switch,
    heard_at: Moment,
}

/// What is watched for while lines come in.
#[derive(Default)]
struct Ears {
    /// Scenario-wide patterns first, then those of the step.
    forbidden: Vec<Forbidden>,
    /// A forbidden line that came: told at the next turn, so that it is never overlooked.
    tripped: Option<Diagnostic>,
    /// The command whose answer is awaited by a step.
    running: Option<Running>,
}

#[derive(Default)]
struct Running {
    command: String,
    /// The first line of its answer.
    first: Option<Vec<u8>>,
    /// Its final result code or a prompt, by number in the inbox.
    answers: Vec<Number>,
}

impl Session {
    pub fn new(world: Box<dyn World>, profile: Arc<Profile>, journal: Journal) -> Session {
        let decoder = Decoder::new(Arc::clone(&profile.dialect));
        let (inbox, ears) = (Inbox::default(), Ears::default());
        let (supply, heard_at) = (Switch::On, Moment::START);
        Session { world, journal, profile, decoder, inbox, ears, supply, heard_at }
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

    /// Writes an event down, now.
    pub(crate) fn record(&mut self, event: Event<'_>) {
        let now = self.world.now();
        self.journal.record(now, event);
    }

    /// Starts a test: an empty inbox and its forbidden lines. Lines that came between two tests
    /// belong to neither.
    pub(crate) fn begin(&mut self, forbidden: Vec<Forbidden>) -> Result<(), Trouble> {
        self.ears = Ears::default();
        self.fetch()?;
        self.inbox = Inbox::default();
        self.ears.forbidden = forbidden;
        Ok(())
    }

    /// Ends a test: the lines that nobody took.
    pub(crate) fn unclaimed(&mut self) -> Unclaimed {
        self.decoder.abandon(&mut keep(&mut self.inbox, &mut self.ears));
        let waiting = self.inbox.waiting_from(0);
        let lines: Vec<_> = waiting
            .take(MAX_UNCLAIMED)
            .map(|line| (line.at.as_nanos(), Wire::from(line.text.clone())))
            .collect();
        let all = self.inbox.waiting_from(0).count();
        Unclaimed { more: (all - lines.len()) as u64, lines }
    }

    /// Adds forbidden lines for one step; returns how many there were before, for
    /// [`Session::allow`].
    pub(crate) fn forbid(&mut self, more: Vec<Forbidden>) -> usize {
        let before = self.ears.forbidden.len();
        self.ears.forbidden.extend(more);
        before
    }

    /// Back to the first `count` forbidden lines.
    pub(crate) fn allow(&mut self, count: usize) {
        self.ears.forbidden.truncate(count);
    }

    /// Sends a command line and starts to listen for its answer; returns when it left.
    pub(crate) fn send(&mut self, command: &str) -> Result<Moment, Trouble> {
        // What came before the command is heard before it, so that it is not taken for its answer.
        self.fetch()?;
        self.decoder.sent(command.as_bytes());
        self.ears.running = Some(Running { command: command.to_owned(), ..Running::default() });
        let mut bytes = Vec::with_capacity(command.len() + 1);
        bytes.extend_from_slice(command.as_bytes());
        bytes.push(b'\r');
        let at = self.world.write(&bytes)?;
        self.journal.record(at, Event::Sent(Wire::from(bytes.as_slice())));
        Ok(at)
    }

    /// The final result code or prompt of the running command, the oldest that was not looked at.
    pub(crate) fn answer(&mut self) -> Option<Number> {
        let answers = &mut self.ears.running.as_mut()?.answers;
        (!answers.is_empty()).then(|| answers.remove(0))
    }

    /// The command's step is over: its answer is not awaited any more.
    pub(crate) fn answered(&mut self, result: &[u8]) {
        let Some(running) = self.ears.running.take() else { return };
        if result == b"OK"
            && let (Some(fact), Some(first)) = (self.profile.fact(&running.command), running.first)
        {
            let fact = fact.to_owned();
            let value = String::from_utf8_lossy(&first).into_owned();
            self.record(Event::Learned { fact: fact.into(), value: value.into() });
        }
    }

    /// No step waits for the answer; when it comes, it is still told from other lines.
    pub(crate) fn ignore_answer(&mut self) {
        self.ears.running = None;
    }

    /// Nobody waits for the answer any more; what still comes is an ordinary line.
    pub(crate) fn give_up(&mut self) {
        self.ears.running = None;
        self.decoder.abandon(&mut keep(&mut self.inbox, &mut self.ears));
    }

    /// One turn of waiting: returns when something came, or at `until`. The only way to wait.
    pub(crate) fn turn(&mut self, until: Moment) -> Result<Turn, Trouble> {
        // Before the wait, not after each event: the device is busy with its answer meanwhile.
        self.journal.flush()?;
        self.take_turn(until)
    }

    fn take_turn(&mut self, until: Moment) -> Result<Turn, Trouble> {
        let turn = match self.world.wait(until)? {
            Wake::Bytes { at, bytes } => {
                self.hear(at, &bytes)?;
                Turn::Heard
            }
            Wake::Deadline => Turn::Deadline,
            Wake::Interrupted => return Err(Trouble::Interrupted),
        };
        match self.ears.tripped.take() {
            Some(diagnostic) => Err(Trouble::failed(diagnostic)),
            None => Ok(turn),
        }
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
        self.decoder.feed(at, bytes, &mut keep(&mut self.inbox, &mut self.ears));
        if self.inbox.is_flooded() {
            self.inbox = Inbox::default();
            let message = "the device sends more than anybody can want";
            let limit = MAX_WAITING_BYTES >> 20;
            return Err(Trouble::failed(
                Diagnostic::new(message)
                    .note(format!("over {limit} MiB or a million lines that nothing expected")),
            ));
        }
        Ok(())
    }

    /// When something came last.
    pub(crate) fn heard_at(&self) -> Moment {
        self.heard_at
    }

    /// Takes the information responses from a line on, as text.
    pub(crate) fn take_information_from(&mut self, first: Number) -> Vec<String> {
        let lines = self.inbox.waiting_from(first);
        let lines = lines.filter(|line| line.kind == Kind::Information);
        let numbers: Vec<Number> = lines.map(|line| line.number).collect();
        let taken = numbers.into_iter().filter_map(|number| self.inbox.take(number));
        taken.map(|line| String::from_utf8_lossy(&line.text).into_owned()).collect()
    }

    /// What has come of a line that is not complete.
    pub(crate) fn partial(&self) -> &[u8] {
        self.decoder.partial()
    }

    /// Asks a role for something.
    pub(crate) fn call(&mut self, role: &str, method: &str) -> Result<Value, Broken> {
        self.journal.flush()?;
        let answer = self.world.call(role, method, &Value::Null)?;
        self.record(Event::Called { role: role.into(), method: method.into() });
        Ok(answer)
    }

    /// Switches the supply.
    pub(crate) fn switch(&mut self, supply: Switch) -> Result<(), Trouble> {
        self.call("power", supply.word())?;
        self.supply = supply;
        Ok(())
    }

    /// Leaves the device with its supply, whatever happened.
    pub(crate) fn make_safe(&mut self) -> Result<(), Trouble> {
        if self.supply == Switch::Off {
            self.switch(Switch::On)?;
        }
        Ok(())
    }
}

/// The way of a line from the decoder into the inbox. A function of parts of the session, because
/// the decoder is borrowed meanwhile.
fn keep<'s>(inbox: &'s mut Inbox, ears: &'s mut Ears) -> impl FnMut(Line<'_>) + 's {
    move |line| {
        if line.kind == Kind::Echo {
            return;
        }
        if let Some(running) = &mut ears.running {
            match line.kind {
                Kind::Final | Kind::Prompt => running.answers.push(inbox.end()),
                Kind::Information if running.first.is_none() => {
                    running.first = Some(line.text.to_vec());
                }
                Kind::Information | Kind::Urc | Kind::Text | Kind::Echo => {}
            }
        }
        inbox.push(line.at, line.kind, line.text);
        if ears.tripped.is_none() {
            let hit = ears.forbidden.iter().find(|one| one.pattern.regex.is_match(line.text));
            ears.tripped = hit.map(|one| {
                let text = String::from_utf8_lossy(line.text);
                Diagnostic::at(&one.place, format!("the forbidden line `{text}` came"))
                    .note(format!("at {} s", line.at))
            });
        }
    }
}
